"""How a user names claims: by id, by the id of a theorem with parts, or by the number in the paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from proofs_check.judge.claims import Claim
from proofs_check.judge.errors import ClaimError


def find(claims: Sequence[Claim], text: str) -> tuple[str, ...]:
    """The ids that a text names: that id; or the parts of that theorem ("thm-4.1"); or a number ("4.13", "Lemma A.5").

    Raises:
        ClaimError: for a name that fits none; the message has the nearest ones.
    """
    ids = [claim.id for claim in claims]
    if text in ids:
        return (text,)
    found = tuple(name for name in ids if name.startswith(f"{text}-"))
    number = _number(text)
    found = found or tuple(claim.id for claim in claims if number and number == _number(claim.origin.number))
    if found:
        return found
    names = dict.fromkeys([*ids, *(claim.origin.number for claim in claims)])
    near = get_close_matches(text, names, 5, 0.4)
    elsewhere = f"the nearest are {', '.join(near)}" if near else "`icl-theory verify --list` has all"
    raise ClaimError(f"no claim {text!r}; {elsewhere}")


def _number(text: str) -> str:
    """The number in a text such as "Theorem 4.2", "eq. (4.13)" or "F3", without its kind."""
    match = re.search(r"(?<![\w.])([A-Z]?\.?\d+(?:\.\d+)*)(?![\w.])", text)
    return match[1] if match else ""
