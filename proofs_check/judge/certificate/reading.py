"""A report read as JSON: every node has the type and the keys that it must have, or the report is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from proofs_check.judge.certificate.errors import CertificateError, require

FORMAT = 3
OUTCOMES = ("holds", "refuted", "undecided")
FATES = ("killed", "equivalent", "implied", "open", "survived", "contradiction", "ill-formed")
STATUSES = ("refuted", "undecided", "supported", "tested", "conditional", "proved")
_REPORT_KEYS = {"format", "seed", "alpha", "prompts", "instances", "versions", "seconds", "claims"}
_REPORT_KEYS |= {"unclaimed", "sha256"}
_EVIDENCE_KEYS = {"kind", "outcome", "summary", "detail", "objection", "data", "least_detected"}
# Numbers in a report are exact rationals or printed balls; nothing honest is longer.
_LONGEST_NUMBER = 20_000
_LARGEST = 10**60


@dataclass(frozen=True)
class Recorded:
    """A recorded instance.

    Attributes:
        lengths: each length with its number.
        values: each letter with a number as text, or nested lists of such.
        left: the left side there, in the same way; None for samples.
        rest: what else the evidence keeps of it.
    """

    lengths: Mapping[str, int]
    values: Mapping[str, Any]
    left: Any
    rest: Mapping[str, Any]

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.lengths.items())
        letters = ", ".join(f"{name} = {shown(value)}" for name, value in self.values.items())
        return f"{sizes}; {letters}" if letters else sizes


@dataclass(frozen=True)
class Evidence:
    """One kind of evidence as recorded."""

    kind: str
    outcome: str
    summary: str
    detail: str
    objection: str
    data: Mapping[str, Any]
    instances: tuple[Recorded, ...]
    power: Mapping[str, Any] | None


@dataclass(frozen=True)
class Mutant:
    """What a report says of one mutant."""

    change: str
    fate: str
    killed_by: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Entry:
    """A claim as recorded; `raw` holds the fields that are compared with the installed claim."""

    id: str
    raw: Mapping[str, Any]
    status: str
    reason: str
    evidence: tuple[Evidence, ...]
    mutants: tuple[Mutant, ...]
    tightness: float | None
    tightest: str
    counterexample: str
    reproduction: str
    given_refuted: bool
    kernel: Mapping[str, Any]

    def of_kind(self, *kinds: str) -> tuple[Evidence, ...]:
        """The evidence of those kinds."""
        return tuple(item for item in self.evidence if item.kind in kinds)


@dataclass(frozen=True)
class Record:
    """A whole report."""

    seed: int
    alpha: float
    prompts: int
    instances: int
    versions: Mapping[str, str]
    entries: tuple[Entry, ...]
    unclaimed: tuple[Mapping[str, Any], ...]
    sha256: str
    raw: Mapping[str, Any]


def read_report(text: str) -> Record:
    """The report; CertificateError, which names the place, for anything else."""
    try:
        raw = json.loads(text, parse_constant=_refuse)
    except (json.JSONDecodeError, RecursionError) as error:
        raise CertificateError(f"this is not a report of `icl-theory verify --json`: {error}") from error
    place = "the report"
    mapping(raw, place)
    require(raw.get("format") == FORMAT, f"format {raw.get('format')!r} is not the one this version reads, {FORMAT}")
    _require_keys(raw, _REPORT_KEYS, place)
    alpha = number(raw["alpha"], "alpha of the report")
    require(0 < alpha < 1, f"alpha must lie strictly between 0 and 1, the report says {alpha}")
    number(raw["seconds"], "seconds of the report")
    versions = mapping(raw["versions"], "versions of the report")
    claims = items(raw["claims"], "claims of the report")
    return Record(
        whole(raw["seed"], "seed of the report"),
        alpha,
        whole(raw["prompts"], "prompts of the report"),
        whole(raw["instances"], "instances of the report"),
        {name: text_of(value, f"version of {name}") for name, value in versions.items()},
        tuple(_entry(claim, f"claim number {k + 1}") for k, claim in enumerate(claims)),
        tuple(mapping(held, "a statement without a claim") for held in items(raw["unclaimed"], "unclaimed")),
        text_of(raw["sha256"], "sha256 of the report"),
        raw,
    )


def _refuse(constant: str) -> Any:
    raise CertificateError(f"the report holds {constant} where a number belongs")


def _entry(raw: Any, place: str) -> Entry:
    mapping(raw, place)
    name = text_of(raw.get("id"), f"id of {place}")
    place = f"claim {name}"
    for key in ("status", "reason", "evidence", "mutants", "tightness", "tightest", "counterexample", "kernel"):
        require(key in raw, f"{place}: {key!r} is missing")
    status = text_of(raw["status"], f"{place}: status")
    require(status in STATUSES, f"{place}: no status is called {status!r}")
    require(number(raw.get("seconds"), f"{place}: seconds") >= 0, f"{place}: it took {raw['seconds']} seconds")
    given = raw.get("given_refuted")
    require(isinstance(given, bool), f"{place}: given_refuted is {given!r}, neither true nor false")
    evidence = items(raw["evidence"], f"{place}: evidence")
    tightness = raw["tightness"]
    return Entry(
        name,
        raw,
        status,
        text_of(raw["reason"], f"{place}: reason"),
        tuple(_evidence(item, place) for item in evidence),
        _mutants(raw["mutants"], place),
        None if tightness is None else number(tightness, f"{place}: tightness"),
        text_of(raw["tightest"], f"{place}: tightest"),
        text_of(raw["counterexample"], f"{place}: counterexample"),
        text_of(raw.get("reproduction"), f"{place}: reproduction"),
        bool(given),
        mapping(raw["kernel"], f"{place}: kernel"),
    )


def _evidence(raw: Any, place: str) -> Evidence:
    mapping(raw, f"{place}: an item of evidence")
    _require_keys(raw, _EVIDENCE_KEYS, f"{place}: an item of evidence")
    kind, outcome, summary, detail, objection = (
        text_of(raw[key], f"{place}: {key} of evidence")
        for key in ("kind", "outcome", "summary", "detail", "objection")
    )
    place = f"{place}: {kind} evidence"
    require(outcome in OUTCOMES, f"{place}: no outcome is called {outcome!r}")
    data = mapping(raw["data"], place)
    instances = tuple(recorded_of(item, place) for item in items(data.get("instances", []), place))
    power = raw["least_detected"]
    return Evidence(
        kind,
        outcome,
        summary,
        detail,
        objection,
        data,
        instances,
        None if power is None else mapping(power, f"{place}: least_detected"),
    )


def recorded_of(raw: Any, place: str) -> Recorded:
    """An instance; CertificateError for what is none."""
    mapping(raw, f"{place}: an instance")
    lengths = mapping(raw.get("lengths"), f"{place}: lengths")
    values = mapping(raw.get("values"), f"{place}: values")
    for name, value in lengths.items():
        require(whole(value, f"{place}: {name}") >= 1, f"{place}: the length {name} is {value}")
    for name, value in values.items():
        _nested(value, f"{place}: the value of {name}")
    left = raw.get("left")
    if left is not None:
        _nested(left, f"{place}: the left side")
    rest = {key: value for key, value in raw.items() if key not in ("lengths", "values", "left")}
    return Recorded(lengths, values, left, rest)


def _nested(value: Any, place: str, depth: int = 0) -> None:
    if isinstance(value, str):
        require(0 < len(value) < _LONGEST_NUMBER, f"{place} is not a number")
        return
    require(isinstance(value, list) and value and depth < 3, f"{place} is neither a number nor an array of numbers")
    for entry in value:
        _nested(entry, place, depth + 1)


def _mutants(raw: Any, place: str) -> tuple[Mutant, ...]:
    place = f"{place}: mutants"
    mapping(raw, place)
    _require_keys(raw, {*FATES, "each"}, place)
    each = tuple(_mutant(item, place) for item in items(raw["each"], place))
    for fate in FATES:
        counted, stated = sum(mutant.fate == fate for mutant in each), whole(raw[fate], f"{place} {fate}")
        require(counted == stated, f"{place}: {stated} are said to be {fate}, {counted} are listed so")
    return each


def _mutant(raw: Any, place: str) -> Mutant:
    mapping(raw, place)
    _require_keys(raw, {"change", "fate", "killed_by", "reason"}, place)
    fate = text_of(raw["fate"], place)
    require(fate in FATES, f"{place}: no fate is called {fate!r}")
    killers = tuple(text_of(kind, place) for kind in items(raw["killed_by"], place))
    return Mutant(text_of(raw["change"], place), fate, killers, text_of(raw["reason"], place))


def _require_keys(raw: Mapping[str, Any], keys: set[str], place: str) -> None:
    missing, added = sorted(keys - set(raw)), sorted(set(raw) - keys)
    require(not missing, f"{place}: {', '.join(map(repr, missing))} missing")
    require(not added, f"{place}: {', '.join(map(repr, added))} does not belong there")


def mapping(value: Any, place: str) -> Mapping[str, Any]:
    """The value if it is a JSON object."""
    if not isinstance(value, dict):
        raise CertificateError(f"{place}: expected an object, found {_short(value)}")
    return value


def items(value: Any, place: str) -> Sequence[Any]:
    """The value if it is a JSON array."""
    if not isinstance(value, list):
        raise CertificateError(f"{place}: expected a list, found {_short(value)}")
    return value


def text_of(value: Any, place: str) -> str:
    """The value if it is text."""
    if not isinstance(value, str):
        raise CertificateError(f"{place}: expected text, found {_short(value)}")
    return value


def whole(value: Any, place: str) -> int:
    """The value if it is an integer that is at least 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or value > _LARGEST:
        raise CertificateError(f"{place}: expected an integer from 0, found {_short(value)}")
    return value


def number(value: Any, place: str) -> float:
    """The value if it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CertificateError(f"{place}: expected a number, found {_short(value)}")
    if (isinstance(value, int) and abs(value) > 10**300) or not isfinite(value):
        raise CertificateError(f"{place}: {_short(value)} is not a finite number")
    return float(value)


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 40 else f"{said[:40]}..."


def shown(value: Any) -> str:
    """A recorded value as a reader would write it: [[2, 1/2], [1/2, 3]]."""
    return "[" + ", ".join(map(shown, value)) + "]" if isinstance(value, list) else str(value)
