"""What the page shows of a verify run: of one just made, or of one kept as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofs_check.judge.errors import ClaimError
from proofs_check.judge.results import FORMAT, ClaimResult, Report, from_record
from proofs_check.judge.seal import seal


@dataclass(frozen=True)
class PageRecord:
    """A report as the page needs it, whatever its origin.

    Args:
        results: the claims, in the order of the run.
        seed, alpha: of the run.
        versions: of what made it.
        sha256: the seal of the JSON report.
    """

    results: tuple[ClaimResult, ...]
    seed: int
    alpha: float
    versions: Mapping[str, str]
    sha256: str


def of_report(report: Report) -> PageRecord:
    """The record of a run just made."""
    return load_record(report.to_json())


def load_record(text: str) -> PageRecord:
    """Return the record of a JSON report of `icl-theory verify --json`.

    Raises:
        ClaimError: for text that is no such report, or one that was changed after it was written.
    """
    try:
        record: dict[str, Any] = json.loads(text)
        if record["format"] != FORMAT:
            raise ClaimError(f"the report has format {record['format']!r}; this version reads format {FORMAT}")
        if record["sha256"] != seal(record):
            raise ClaimError("the report was changed after it was written: its contents do not match its checksum")
        return PageRecord(
            tuple(from_record(claim) for claim in record["claims"]),
            record["seed"],
            record["alpha"],
            record["versions"],
            record["sha256"],
        )
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ClaimError(
            f"not a report of `icl-theory verify --json` ({type(error).__name__}: {error}); make one with that command"
        ) from error
