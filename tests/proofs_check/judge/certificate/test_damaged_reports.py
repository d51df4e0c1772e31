"""A damaged report ends in a CertificateError or is valid, never in any other error."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import Any

import pytest

from proofs_check import Claim
from proofs_check.judge.certificate import CertificateError, check_report, seal

# None of these is what stands anywhere in a report, or it is of another kind.
STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    10**70,
    "",
    "x",
    "nan",
    "[+/- inf]",
    "1/0",
    "-7/3",
    "((((",
    "E[x]^64",
    "sum_i(x_i)",
    [],
    [[]],
    [["1", "2"], ["3"]],
    {},
    {"word": "checked"},
)
SEEDS = range(60)
# Claims of every kind of evidence, few so that a check is short.
KEPT = ("cyclic", "mean", "schwarz", "sampled", "enclosed", "half", "wrong", "root")


@pytest.fixture(scope="module")
def small(claims: tuple[Claim, ...], honest: str) -> dict[str, Any]:
    """The report with few claims."""
    record: dict[str, Any] = json.loads(honest)
    record["claims"] = [claim for claim in record["claims"] if claim["id"] in KEPT]
    return record


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(place for key, item in below for place in _places(item, (*path, key)))]


def _damaged(record: dict[str, Any], source: random.Random) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(record))
    # Few places are near the top of a report, so that they are drawn by their depth first.
    places = _places(copy)
    depth = source.choice(sorted({len(place) for place in places}))
    *path, last = source.choice([place for place in places if len(place) == depth])
    holder: Any = copy
    for key in path:
        holder = holder[key]
    if source.random() < 0.3:
        del holder[last]
    else:
        holder[last] = source.choice(STRANGE)
    return copy


@pytest.mark.parametrize("seed", SEEDS)
def test_damage_ends_in_no_traceback(seed: int, small: dict[str, Any], claims: tuple[Claim, ...]) -> None:
    """Whatever is deleted or replaced, the check ends in its own error or in a valid report."""
    record = _damaged(small, random.Random(seed))
    record["sha256"] = seal(record)
    # Anything but a CertificateError passes through and fails the test.
    with suppress(CertificateError):
        assert check_report(json.dumps(record), claims).claims
