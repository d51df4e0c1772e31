"""The one way to put a claim of a paper together, in the letters of that paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from proofs_check.judge.claims import Claim, Source
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.plans import Plan
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import Relation, Statement
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import Expression


@dataclass(frozen=True)
class States:
    """Makes the claims of one paper.

    Args:
        paper: its key, such as "zhang2024".
        letters: what its names mean.
        largest, sampled: for each length the largest value in exact and in sampled checks, where a claim says nothing.
        lengths: names of lengths that the paper has beside N, M, n and d.
    """

    paper: str
    letters: Mapping[str, Expression]
    largest: Mapping[str, int] | None = field(default_factory=lambda: {"d": 3, "N": 3, "M": 3})
    sampled: Mapping[str, int] = field(default_factory=lambda: {"d": 4, "N": 12, "M": 12})
    lengths: tuple[str, ...] = ()

    def __call__(
        self,
        name: str,
        title: str,
        number: str,
        left: Quantity | str,
        right: str | Expression,
        *,
        place: str = "",
        relation: Relation = "=",
        where: Mapping[str, str] | None = None,
        more: Mapping[str, Expression] | None = None,
        law: Mapping[str, Expression | Gaussian] | None = None,
        upto: Mapping[str, str] | None = None,
        stacked: Mapping[str, str] | None = None,
        letters: tuple[str, ...] = (),
        largest: Mapping[str, int] | str | None = "",
        sampled: Mapping[str, int] | None = None,
        fixed: Mapping[str, int] | None = None,
        search: SearchStrategy[Instance] | None = None,
        searched: int = 60,
        ends: Callable[[], Sequence[Instance]] | None = None,
        shared_with: str = "",
        sharper: Claim | None = None,
        **others: Any,
    ) -> Claim:
        """A claim in the letters of the paper.

        Args:
            name, title, right, relation, where: as for Claim and Statement.
            number: as the paper numbers it, "Lemma A.5" or "(4.13)".
            left: a quantity; text is one that is itself a formula.
            place: what the number leaves open, such as "in the proof".
            more: further letters, or other meanings; law, upto, stacked: as for Language.
            letters: which to draw at random where there is no search.
            largest: as for Plan; "" is the paper's usual one.
            sampled, fixed, search, searched, ends, shared_with: as for Plan.
            sharper: the claim with the better right side.
            others: fields of Claim: assumptions, rests_on, cited, finding, corrected_by, tight, reason.
        """
        # An abbreviation hides a letter of its name.
        held = {key: value for key, value in {**self.letters, **(more or {})}.items() if key not in (where or {})}
        language = Language(held, law or {}, upto or {}, stacked or {}, self.lengths)
        most = self.largest if isinstance(largest, str) else largest
        plan = Plan(letters, most, sampled or self.sampled, shared_with, search, searched, ends, fixed or {})
        known = None if sharper is None else (sharper.id, sharper.statement)
        quantity = Quantity.formula(left) if isinstance(left, str) else left
        statement = Statement.of(right, where, relation)
        source = Source(self.paper, number, place)
        return Claim(name, title, source, quantity, statement, language, plan, sharper=known, **others)
