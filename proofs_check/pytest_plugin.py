"""A pytest plugin: every claim of a file named `claims_*.py` or `*_claims.py` is a test.

`pytest --claims-prompts 0` leaves Monte Carlo out. A claim that is refuted or undecided fails, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofs_check.judge.claims import Claim

PATTERNS = ("claims_*.py", "*_claims.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("icl-theory")
    group.addoption("--claims-seed", type=int, default=0, help="seed of the claims' random choices")
    group.addoption("--claims-prompts", type=int, default=5000, help="Monte Carlo prompts at each instance; 0: none")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Collect files of claims."""
    is_test = file_path.name.startswith("test_")
    if not is_test and any(fnmatch(file_path.name, pattern) for pattern in PATTERNS):
        collected: pytest.File = ClaimsFile.from_parent(parent, path=file_path)
        return collected
    return None


class ClaimsFile(pytest.File):
    """A file of claims."""

    def collect(self) -> Iterator[ClaimItem]:
        """One test a claim."""
        # Imported late: pytest loads this plugin everywhere, also where nobody has claims.
        from proofs_check.judge.errors import ClaimError
        from proofs_check.judge.loading import load_claims

        try:
            found, broken = load_claims(self.path)
        except ClaimError as error:
            raise self.CollectError(str(error)) from error
        if broken:
            raise self.CollectError("\n".join(broken))
        for held in found:
            yield ClaimItem.from_parent(self, name=held.id, held=held)


class ClaimItem(pytest.Item):
    """One claim as a test."""

    def __init__(self, *, held: Claim, **keywords: Any):
        super().__init__(**keywords)
        self.held = held

    def runtest(self) -> None:
        """Check the claim; fail unless it holds."""
        from proofs_check.judge.check import check_claim
        from proofs_check.judge.errors import ClaimError
        from proofs_check.judge.run import run_budget
        from theory.marked_text import plain_text

        options = self.config.option
        budget = run_budget(1, options.claims_seed, 1e-6, options.claims_prompts)
        result = check_claim(self.held, budget)
        if result.status in ("refuted", "undecided"):
            where = f"\n  counterexample: {result.counterexample}" if result.counterexample else ""
            raise ClaimError(f"{result.id} is {result.status}: {plain_text(result.reason)}{where}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A claim's failure needs no traceback."""
        from proofs_check.judge.errors import ClaimError

        if isinstance(excinfo.value, ClaimError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """What pytest calls the test."""
        return self.path, 0, f"claim {self.name}"
