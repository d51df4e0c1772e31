"""A verify run: claims measured and judged, spread over processes, interrupted and resumed."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from numerics.executor import Executor, SerialExecutor
from proofs_check.judge.check import check_claim
from proofs_check.judge.claims import Claim, ancestors
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.evidence import Budget
from proofs_check.judge.loading import ClaimSource, Given, chosen
from proofs_check.judge.results import ClaimResult, Report, as_record, from_record, versions
from proofs_check.judge.status import settle

Progress = Callable[[int, int, str], None]


def run_budget(claims: int, seed: int, alpha: float, prompts: int) -> Budget:
    """The budget of each of that many claims; ValueError for values out of range."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, got {alpha}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if prompts < 0:
        raise ValueError(f"prompts must be at least 0, got {prompts}")
    return Budget(seed, alpha / max(1, claims), prompts)


@dataclass(frozen=True)
class ClaimTask:
    """Checks the i-th of some claims in whatever process it is sent to: claims are found again there by name."""

    source: ClaimSource
    ids: tuple[str, ...]
    budget: Budget

    def __call__(self, i: int) -> ClaimResult:
        """Check the i-th claim."""
        found, _ = self.source.load()
        return check_claim(next(held for held in found if held.id == self.ids[i]), self.budget, self.source.modules)


@dataclass(frozen=True)
class Run:
    """A verify run.

    Args:
        source: hands over the claims.
        ids: which claims; empty is all. What they rest on is checked too.
        seed, alpha, prompts: as `verify`.
        executor: where claims are checked.
        resume: a directory in which finished claims are kept; those found there are not checked again.
        claim_seconds: how long one claim may take; 0 is no limit.
    """

    source: ClaimSource
    ids: tuple[str, ...] = ()
    seed: int = 0
    alpha: float = 1e-6
    prompts: int = 50_000
    executor: Executor = field(default_factory=SerialExecutor)
    resume: Path | None = None
    claim_seconds: float = 0.0

    def claims(self) -> tuple[Claim, ...]:
        """The claims to check; ClaimError for an id that does not exist or a circle."""
        found, _ = self.source.load()
        known = ancestors(found)
        missing = [name for name in self.ids if name not in known]
        if missing:
            raise ClaimError(f"no claim {missing[0]!r}; there are {', '.join(known)}")
        return chosen(found, self.ids)

    def results(self, claims: Sequence[Claim]) -> Iterator[tuple[int, ClaimResult]]:
        """Yield (place, result) for every claim, those already known first."""
        budget = self._budget(len(claims))
        ids = tuple(held.id for held in claims)
        kept = None if self.resume is None else _Kept(self.resume, self.source.modules, budget)
        known = {} if kept is None else {i: r for i, name in enumerate(ids) if (r := kept.load(name)) is not None}
        yield from known.items()
        waiting = [i for i in range(len(ids)) if i not in known]
        task = ClaimTask(self.source, ids, budget)
        for i, result in zip(waiting, self.executor.map(task, waiting), strict=True):
            if kept is not None:
                kept.save(result)
            yield i, result

    def report(self, progress: Progress | None = None) -> Report:
        """Run, or finish, the run."""
        began = time.perf_counter()
        claims = self.claims()
        found: dict[int, ClaimResult] = {}
        for i, result in self.results(claims):
            found[i] = result
            if progress is not None:
                progress(len(found), len(claims), result.id)
        ordered = settle([found[i] for i in range(len(claims))])
        budget = replace(self._budget(len(claims)), alpha=self.alpha)
        return Report(ordered, budget, time.perf_counter() - began)

    def _budget(self, claims: int) -> Budget:
        return replace(run_budget(claims, self.seed, self.alpha, self.prompts), seconds=self.claim_seconds)


def verify(
    claims: Sequence[Claim],
    *,
    seed: int = 0,
    alpha: float = 1e-6,
    prompts: int = 50_000,
    progress: Progress | None = None,
) -> Report:
    """Check claims and return the report.

    Args:
        claims: what they rest on must be among them.
        seed: of all random choices; one seed gives one report.
        alpha: the error level of the whole run, shared equally among the claims.
        prompts: Monte Carlo prompts at each instance; 0 leaves Monte Carlo out.
        progress: called as progress(done, all, id) after each claim.

    Raises:
        ClaimError: for a claim that has no meaning or no evidence, or ids that are unknown or rest on each other.
        ValueError: for alpha, seed or prompts out of range.
    """
    return Run(Given(tuple(claims)), (), seed, alpha, prompts).report(progress)


@dataclass(frozen=True)
class _Kept:
    """Finished claims in a directory, each with the fingerprint of all that its result depends on."""

    directory: Path
    modules: tuple[str, ...]
    budget: Budget

    def _fingerprint(self, name: str) -> str:
        paths = [Path(module) for module in self.modules]
        source = b"".join(path.read_bytes() for path in paths if path.is_file())
        description = [name, vars(self.budget), versions(), hashlib.sha256(source).hexdigest(), source_digests()]
        return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()

    def _file(self, name: str) -> Path:
        return self.directory / f"{name}.json"

    def load(self, name: str) -> ClaimResult | None:
        """The finished result; None if there is none.

        Raises:
            ClaimError: for a file that is damaged or belongs to another run.
        """
        path = self._file(name)
        if not path.exists():
            return None
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            digest = hashlib.sha256(json.dumps(record["claim"], sort_keys=True).encode()).hexdigest()
            if digest != record["sha256"]:
                raise ClaimError(f"{path} is damaged: its contents do not match its checksum; delete it to go on")
            if record["run"] != self._fingerprint(name):
                raise ClaimError(
                    f"{path} belongs to a run with another seed, budget, version or source; delete it to go on"
                )
            return from_record(record["claim"])
        except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise ClaimError(f"{path} is damaged ({error}); delete it to go on") from error

    def save(self, result: ClaimResult) -> None:
        """Keep a result."""
        self.directory.mkdir(parents=True, exist_ok=True)
        claim = json.loads(json.dumps(as_record(result)))
        digest = hashlib.sha256(json.dumps(claim, sort_keys=True).encode()).hexdigest()
        record = {"run": self._fingerprint(result.id), "sha256": digest, "claim": claim}
        write_atomically(self._file(result.id), json.dumps(record))


@cache
def source_digests() -> dict[str, str]:
    """The digest of every file of this project that results depend on, by its path."""
    root = Path(__file__).resolve().parents[2]
    paths = sorted(
        path for package in ("theory", "numerics", "proofs_check") for path in (root / package).rglob("*.py")
    )
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that at every moment either the old or the whole new one is there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
