"""What a report says of its claims compared with the installed claims: nothing changed, added, dropped or doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.reading import Entry, Record
from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult, as_record
from proofs_check.judge.unclaimed import Unclaimed

# What is computed in a run; everything else is what the claim says.
_COMPUTED = {
    "status",
    "evidence",
    "mutants",
    "reason",
    "counterexample",
    "tightness",
    "tightest",
    "given_refuted",
    "kernel",
    "reproduction",
    "seconds",
}


def require_installed(record: Record, claims: Sequence[Claim]) -> dict[str, Claim]:
    """The installed claims of a report by id, each said exactly as it is installed.

    Raises:
        CertificateError: for no claim, one twice, one that is not installed, one whose ancestors are missing, or one of
            which the report says something else than what is installed.
    """
    require(record.entries or record.unclaimed, "the report has no claims")
    installed = {claim.id: claim for claim in claims}
    seen: set[str] = set()
    for entry in record.entries:
        require(entry.id not in seen, f"claim {entry.id}: it stands in the report twice")
        seen.add(entry.id)
        require(entry.id in installed, f"claim {entry.id}: no installed claim has this id")
        _require_same(entry, installed[entry.id])
    for entry in record.entries:
        missing = [name for name in installed[entry.id].rests_on if name not in seen]
        require(not missing, f"claim {entry.id}: it rests on {', '.join(missing)}, which the report leaves out")
    return {entry.id: installed[entry.id] for entry in record.entries}


def require_listed(record: Record, unclaimed: Sequence[Unclaimed]) -> None:
    """Do nothing if the report's statements without a claim are installed ones; CertificateError otherwise."""
    installed = [vars(held) for held in unclaimed]
    seen: list[Any] = []
    for held in record.unclaimed:
        require(
            held in installed, f"statement {held.get('number')!r} without a claim is not listed as the report has it"
        )
        require(held not in seen, f"statement {held.get('number')!r} without a claim stands in the report twice")
        seen.append(held)


def _require_same(entry: Entry, claim: Claim) -> None:
    expected = json.loads(json.dumps(as_record(described(claim))))
    wrong = sorted(set(entry.raw) ^ set(expected))
    require(not wrong, f"claim {entry.id}: {', '.join(wrong)} missing, or not known")
    for name in expected:
        if name not in _COMPUTED:
            require(
                _same(entry.raw[name], expected[name]),
                f"claim {entry.id}: {name} is not that of the installed claim: {_difference(entry.raw[name])}",
            )
    assert {f.name for f in fields(ClaimResult)} >= _COMPUTED


def _same(a: Any, b: Any) -> bool:
    """Equality in which 1, 1.0 and true differ."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def _difference(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 120 else f"{said[:120]}..."


def require_kernel(entry: Entry, column: Callable[[str], Mapping[str, Any]] | None) -> bool:
    """Whether a kernel theorem stands behind a claim; what the report says of it must be what is recorded here."""
    if not entry.kernel:
        return False
    known = {} if column is None else json.loads(json.dumps(column(entry.id)))
    if not _same(entry.kernel, known):
        raise CertificateError(f"claim {entry.id}: kernel is not what is recorded here: {_difference(entry.kernel)}")
    return True
