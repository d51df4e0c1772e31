"""How much work an expectation does, where it stops, and whom it tells."""

from __future__ import annotations

from collections.abc import Callable

# Some thirty seconds of work, counted in partly contracted terms.
MOST_WORK = 3_000_000
# Work between two calls of `progress`.
PROGRESS_STEP = 10_000


class Budget:
    """Work done and allowed; `degree` is the number of random letters in the largest term."""

    def __init__(self, most_work: int | None, progress: Callable[[int], None] | None):
        self.most_work = MOST_WORK if most_work is None else most_work
        self.progress = progress
        self.work = 0
        self.told = 0
        self.degree = 0

    def spend(self, work: int) -> None:
        """Count work, tell of it, and stop at the limit."""
        self.work += work
        if self.progress is not None and self.work - self.told >= PROGRESS_STEP:
            self.told = self.work
            self.progress(self.work)
        if self.work > self.most_work:
            of = f"a term with {self.degree} random letters" if self.degree else "a term"
            raise ValueError(
                f"the expectation of {of} is too large to write out in {self.most_work} steps; lower the degree, split "
                "the formula, or raise `most_work`"
            )
