"""The counterexample of a refuted claim: read from its text, it must refute, and its script must show just that."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from proofs_check.judge.certificate.comparison import Points, truth
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.reading import Evidence, Recorded, recorded_of
from proofs_check.judge.certificate.subject import Subject, matrix_of
from proofs_check.judge.counterexamples import reproduction, value_at
from proofs_check.judge.evidence import Verdict
from proofs_check.judge.evidence.comparison import plain

_SIDES = re.compile(r"(?P<place>.*): left (?P<left>.*), right (?P<right>.*)", re.DOTALL)
_MODULES = re.compile(r"Modules\(\(((?:'[^'\\\n]*', ?)*'[^'\\\n]*'),\)\)")


def check_counterexample(subject: Subject, modules: Sequence[str] = ()) -> str:
    """Check the counterexample; returns what could not be checked of it. `modules` are the files with the claims."""
    entry = subject.entry
    against = [item for item in entry.evidence if item.outcome == "refuted" and item.kind != "symbolic"]
    if not against:
        subject.require(not entry.counterexample, "it has a counterexample, but no instance refutes it")
        subject.require(not entry.reproduction, "it has a script for a counterexample, but no instance refutes it")
        return ""
    match = _SIDES.fullmatch(entry.counterexample)
    subject.require(match is not None, f"its counterexample does not say where it fails: {entry.counterexample[:80]!r}")
    assert match is not None
    one = _read(subject, match["place"], match["left"])
    subject.require(str(one) == match["place"], "its counterexample is written in another way than it should be")
    recorded = [other for item in against for other in item.instances if str(other) == str(one)]
    searched = subject.claim.plan.search is not None and subject.claim.left.has_value
    subject.require(recorded or searched, "its counterexample is at no recorded instance")
    _check_script(subject, one, modules)
    exact = subject.claim.left.has_value and any(item.kind in ("exact", "enclosure") for item in against)
    if not exact:
        return _check_float(subject, against[0], one, match["right"])
    _check_sides(subject, one, match["right"])
    return ""


def _check_sides(subject: Subject, one: Recorded, right: str) -> None:
    points = Points(subject, [one])
    subject.require(points.verdict(subject.right) != "holds", "its counterexample does not refute it")
    try:
        left, _ = value_at(subject.claim, subject.instance(one))
        same = Points(
            subject,
            [
                recorded_of(
                    {
                        "lengths": dict(one.lengths),
                        "values": dict(one.values),
                        "left": plain(np.asarray(left, dtype=object)),
                    },
                    "",
                )
            ],
        )
        value = points.right(subject.right, 0)
    except Exception as error:
        raise subject.fail(f"its counterexample cannot be computed again: {type(error).__name__}: {error}") from error
    subject.require(_close(same.lefts[0], points.lefts[0]), "the left side of its counterexample is not the claim's")
    subject.require(
        _close(matrix_of(_nested(right)), value), "the right side of its counterexample is not the statement's"
    )


def _close(a: Any, b: Any) -> bool:
    try:
        return truth(a, "=", b) == "holds"
    except NoValueError:
        return False


def _check_float(subject: Subject, item: Evidence, one: Recorded, right: str) -> str:
    try:
        value = subject.float_world(one).value(subject.right)
        stated = [float(text) for text in re.findall(r"[-+.\w]+", right)]
        flat = [entry for row in value for entry in row]
        same = len(flat) == len(stated) and bool(np.allclose(flat, stated, rtol=1e-6))
    except (NoValueError, ValueError) as error:
        raise subject.fail(f"its counterexample cannot be computed again: {error}") from error
    subject.require(same, "the right side of its counterexample is not the statement's")
    return f"the left side of the counterexample by {item.kind}"


def _read(subject: Subject, place: str, left: str) -> Recorded:
    """The instance that a text such as "d = 1, N = 2; A = [[1, 0], [0, 1/2]]" names."""
    sizes, _, letters = place.partition("; ")
    try:
        lengths = {name: int(value) for name, _, value in (part.partition(" = ") for part in _parts(sizes))}
        values = {name: _nested(value) for name, _, value in (part.partition(" = ") for part in _parts(letters))}
        raw: Mapping[str, Any] = {"lengths": lengths, "values": values, "left": _nested(left)}
        return recorded_of(raw, f"claim {subject.id}: its counterexample")
    except (ValueError, IndexError, RecursionError) as error:
        raise subject.fail(f"its counterexample cannot be read: {error}") from error


def _parts(text: str) -> list[str]:
    """The text split at commas outside of brackets."""
    found, depth, start = [], 0, 0
    for i, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if sign == "," and depth == 0:
            found.append(text[start:i].strip())
            start = i + 1
    return [*found, text[start:].strip()] if text.strip() else []


def _nested(text: str) -> Any:
    """Numbers in nested brackets as nested lists of text; a bracket with +/- in it is a ball."""
    text = text.strip()
    if not text.startswith("[") or ("+/-" in text and text.count("[") == 1):
        return text
    return [_nested(part) for part in _parts(text[1:-1])]


def _check_script(subject: Subject, one: Recorded, modules: Sequence[str]) -> None:
    """The script must be the judge's own; the files that it names, if any, are called like the user's."""
    script = subject.entry.reproduction
    match = _MODULES.search(script)
    named = tuple(re.findall(r"'([^']*)'", match[1])) if match else ()
    same = not named or [Path(path).name for path in named] == [Path(path).name for path in modules]
    expected = reproduction(subject.claim, Verdict("refuted", "", subject.instance(one)), named)
    subject.require(same and script == expected, "the script is not the one that shows its counterexample")
