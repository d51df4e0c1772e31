"""Which letters a formula's LaTeX uses, to define every letter before it is used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from theory.algebra.latex import GREEK

# What carries no letter: operators' names, words inside formulas, environments, expectations.
_NO_LETTERS = re.compile(
    r"\\(?:operatorname|mathrm|text|begin|end)\{[^{}]*\}|\\mathbb\{E\}|\\mathcal\{N\}|_F\b|\\textstyle|\\tfrac12"
)
_GREEK = {f"\\{name}" for name in GREEK} | {"\\ell", "\\varepsilon"}
_TOKEN = re.compile(r"\\hat (?:\\[a-zA-Z]+|[a-zA-Z])|\\[a-zA-Z]+|\\.|[A-Za-z]|.", re.DOTALL)
# Indices and what sums run over; they need no definition.
_INDICES = frozenset("ijk")


def key_of(letter: str) -> str:
    """A letter's LaTeX without braces and spaces: u_{21} and u_21 are one letter."""
    return re.sub(r"[{} ]", "", letter)


def letters_of(formulas: Iterable[str], known: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the letters of formulas that are among the known ones, and those that are not.

    Args:
        formulas: LaTeX.
        known: letters as LaTeX. A letter with an index is looked for with it, then without.

    Returns:
        Two sets of keys, see `key_of`.
    """
    keys = {key_of(letter) for letter in known}
    used: set[str] = set()
    unknown: set[str] = set()
    for formula in formulas:
        _scan(_NO_LETTERS.sub(" ", formula.replace(r"\frac{d}{dt}", " t ")), keys, used, unknown)
    return used, unknown


def _scan(text: str, keys: set[str], used: set[str], unknown: set[str]) -> None:
    long = sorted((key for key in keys if re.fullmatch(r"[A-Za-z]{2,}", key)), key=len, reverse=True)
    place = 0
    while place < len(text):
        word = next((key for key in long if text.startswith(key, place)), "")
        token = word or _TOKEN.match(text, place)[0]  # type: ignore[index]
        place += len(token)
        base = token.removeprefix("\\hat ")
        if not (word or base in _GREEK or (len(base) == 1 and base.isascii() and base.isalpha())):
            continue
        below, place = _subscript(text, place)
        above, behind = _group(text, place + 1) if text.startswith("^", place) else ("", place)
        if key_of(f"{token}^{above}") in keys:
            used.add(key_of(f"{token}^{above}"))
            place = behind
            continue
        base_key, key = key_of(token), key_of(f"{token}_{below}") if below else key_of(token)
        alike = next((known for known in sorted(keys) if _of_any_index(known) == _of_any_index(key)), "")
        if key in keys or (below and alike):
            used.add(key if key in keys else alike)
        elif base_key in keys:
            used.add(base_key)
            _scan(below, keys, used, unknown)
        elif base_key not in _INDICES:
            unknown.add(key)


def _of_any_index(key: str) -> str:
    """x_1, x_j and x_i are one kind of letter."""
    base, mark, below = key.partition("_")
    return f"{base}{mark}{re.sub('[jk0-9]', 'i', below)}"


def _subscript(text: str, place: int) -> tuple[str, int]:
    """The index right behind a letter, and where the scan goes on."""
    return _group(text, place + 1) if text.startswith("_", place) else ("", place)


def _group(text: str, place: int) -> tuple[str, int]:
    if not text.startswith("{", place):
        token = _TOKEN.match(text, place)
        return (token[0], place + len(token[0])) if token else ("", place)
    depth = 0
    for end in range(place, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[place + 1 : end], end + 1
    raise ValueError(f"a brace is not closed in {text!r}")


def defined(formulas: Iterable[str], meanings: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The rows of those letters that the formulas use, and that the rows themselves use, in the mapping's order."""
    by_key = {key_of(letter): letter for letter in meanings}
    used, _ = letters_of(formulas, meanings)
    while True:
        within = [piece for key in used for piece in meanings[by_key[key]].split("$")[1::2]]
        more, _ = letters_of(within, meanings)
        if more <= used:
            break
        used |= more
    return tuple((letter, meanings[letter]) for letter in meanings if key_of(letter) in used)
