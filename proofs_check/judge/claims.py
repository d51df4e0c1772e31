"""Claims: a statement, what it rests on, and how it can be checked. Their status is computed, never typed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, get_args

from proofs_check.judge.errors import ClaimError
from proofs_check.judge.language import Language
from proofs_check.judge.plans import Plan
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import Statement
from theory.marked_text import MarkingError, require_marked

FindingKind = Literal["false", "misprint", "gap", "reading"]


@dataclass(frozen=True)
class Source:
    """Where a statement stands.

    Args:
        paper: the key of the paper, such as "zhang2024"; empty for a statement of one's own.
        number: as the paper numbers it, such as "Lemma A.5" or "(4.13)".
        place: what the number leaves open, such as "in the proof".
    """

    paper: str = ""
    number: str = ""
    place: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.number, self.place) if part)


@dataclass(frozen=True)
class Finding:
    """A printed statement under test, expected to be refuted.

    Args:
        kind: "false"; "misprint"; "gap", where the proof does not cover the statement, which holds; or "reading",
            where the statement is false only if it is read literally.
        quotation: the printed words, at most a line.
        explanation: what is wrong with them, in one or two sentences.
    """

    kind: FindingKind
    quotation: str
    explanation: str

    def __post_init__(self) -> None:
        if self.kind not in get_args(FindingKind):
            raise ClaimError(f"a finding is one of {', '.join(get_args(FindingKind))}, got {self.kind!r}")
        if "\n" in self.quotation:
            raise ClaimError(f"a finding quotes one line, got {self.quotation!r}")


@dataclass(frozen=True)
class Claim:
    r"""left relation right, for all values of the letters.

    Title, assumptions, citations, reason and finding are sentences; the formulas in them are LaTeX between dollar
    signs, as in r"the minimisers: $uU = \Gamma^{-1}$" (see `theory.marked_text`).

    Args:
        id: short and unique, such as "thm-4.2".
        title: one line.
        source: where it stands, a Source or a few words.
        left: the quantity that the statement is about, with its ways of being derived, computed and sampled.
        statement: the right side with its abbreviations.
        language: what the names mean.
        plan: which letters are drawn at random, and how large.
        assumptions: in words, beside the declared properties of the letters, which are printed without being repeated.
        rests_on: ids of the claims that it uses.
        cited: standard facts that the derivation uses and that are not checked here; they make a proof conditional.
        finding: a printed statement under test, expected to be refuted; the run fails if it no longer is.
        corrected_by: for a finding, ids of the claims that say what holds instead.
        sharper: for an inequality, (id, statement) of one with a better right side; mutants that it implies are true.
        tight: the bound is said to be tight: the run refutes it made 1% stronger, or leaves the claim undecided.
        reason: why the claim is not proved yet, for the reader of its row.
    """

    id: str
    title: str
    source: Source | str
    left: Quantity
    statement: Statement
    language: Language
    plan: Plan
    assumptions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    finding: Finding | bool = False
    corrected_by: tuple[str, ...] = ()
    sharper: tuple[str, Statement] | None = None
    tight: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.id or not all(ch.isalnum() or ch in ".-_" for ch in self.id):
            raise ClaimError(f"a claim's id consists of letters, digits, '.', '-' and '_', got {self.id!r}")
        self._require_marked_texts()
        if self.tight and self.statement.relation == "=":
            raise ClaimError(f"claim {self.id}: only an inequality can be tight")

    def _require_marked_texts(self) -> None:
        texts = [self.title, self.origin.place, *self.assumptions, *self.cited, self.reason]
        if isinstance(self.finding, Finding):
            texts += [self.finding.quotation, self.finding.explanation]
        for text in texts:
            try:
                require_marked(text)
            except MarkingError as error:
                raise ClaimError(f"claim {self.id}: {error}") from error

    @property
    def origin(self) -> Source:
        """Where it stands."""
        return self.source if isinstance(self.source, Source) else Source(place=self.source)


_MARK = "__icl_theory_claims__"


def claim(make: Callable[[], Claim | Sequence[Claim]]) -> Callable[[], Claim | Sequence[Claim]]:
    """Mark a function without arguments that returns a Claim (or several): `verify --module` runs it."""
    setattr(make, _MARK, True)
    return make


def collect(module: ModuleType | Mapping[str, Any]) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
    """Return the claims of a module (objects of type Claim, and what functions marked by `claim` return, in order),
    and a message for each marked function that fails.

    Raises:
        ClaimError: for two claims with one id.
    """
    names = module if isinstance(module, Mapping) else vars(module)
    found: list[Claim] = []
    broken: list[str] = []
    for value in names.values():
        if isinstance(value, Claim):
            found.append(value)
        elif callable(value) and getattr(value, _MARK, False):
            try:
                made = value()
            except Exception as error:
                # A user's function may raise anything; the claims beside it still run.
                broken.append(_broken(value, error))
                continue
            found += [made] if isinstance(made, Claim) else list(made)
    require_unique(found)
    return tuple(found), tuple(broken)


def _broken(make: Any, error: Exception) -> str:
    code = make.__code__
    line = line_in(code.co_filename, error) or code.co_firstlineno
    return f"{code.co_filename}, line {line}: the claim of {make.__name__}() cannot be made: {error}"


def line_in(file: str, error: Exception) -> int:
    """The innermost line of a file at which an error was raised; 0 if it was elsewhere."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return lines[-1] if lines else 0


def require_unique(claims: Sequence[Claim]) -> None:
    """Do nothing if no two claims have one id; ClaimError otherwise."""
    ids: set[str] = set()
    for held in claims:
        if held.id in ids:
            raise ClaimError(f"two claims have the id {held.id!r}; give one of them another")
        ids.add(held.id)


def ancestors(claims: Sequence[Claim]) -> dict[str, tuple[str, ...]]:
    """For each claim the ids of all that it rests on, directly or not.

    Raises:
        ClaimError: for an unknown id or a circle.
    """
    direct = {held.id: held.rests_on for held in claims}
    result: dict[str, tuple[str, ...]] = {}

    def visit(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            raise ClaimError(f"claims rest on each other in a circle: {' -> '.join((*path, name))}")
        if name not in direct:
            raise ClaimError(f"claim {path[-1]!r} rests on {name!r}, which does not exist")
        if name not in result:
            found: dict[str, None] = {}
            for other in direct[name]:
                found |= dict.fromkeys((*visit(other, (*path, name)), other))
            result[name] = tuple(found)
        return result[name]

    for held in claims:
        visit(held.id, ())
    return result
