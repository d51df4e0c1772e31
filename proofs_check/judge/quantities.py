"""The left side of a claim, and the ways of knowing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.sequential import Moments
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.statements import Statement
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression
from theory.algebra.grammar import Node, parse
from theory.algebra.statement_latex import statement_latex

Array = Any
Exact = tuple[Array, Mapping[str, Any]]
Derived = tuple[Expression, tuple[Definition, ...]]


@dataclass(frozen=True)
class Quantity:
    """The left side of a claim: how to derive it, to compute it exactly, to sample it.

    Args:
        latex: the quantity as LaTeX.
        derive: returns the engine's expression and the definitions it uses; it must compute it, by expectations,
            gradients or block products, since a typed result is no derivation.
        exact: at an instance, the exact value and the values of further letters that the statement uses. It must not
            call the engine: then it would only repeat the derivation, and is not counted.
        sample: at an instance, with a seed and a number of prompts, the moments of the samples and a variance bound.
        compute: at an instance, the value in floating point and its accuracy.
        enclose: at an instance, balls that contain the value, and the values of further letters.
        enclosed_by: how the balls come about; enclosed_kind is "numerical" where their radius is not proved.
        constants: letters that stand for one number, with it, for Monte Carlo.
        witnesses: for an inequality, forms of the difference of the sides whose terms are all at least 0.
        tree: the left side itself as a formula, for quantities made by `Quantity.formula`.
    """

    latex: str
    derive: Callable[[], Derived] | None = None
    exact: Callable[[Instance], Exact] | None = None
    sample: Callable[[Instance, np.random.SeedSequence, int], tuple[Moments, float]] | None = None
    compute: Callable[[Instance], tuple[Array, float]] | None = None
    computed_by: str = ""
    enclose: Callable[[Instance], Exact] | None = None
    enclosed_by: str = ""
    enclosed_kind: str = "enclosure"
    witnesses: Callable[[], tuple[Expression, ...]] | None = None
    constants: Mapping[str, Fraction] = field(default_factory=dict)
    tree: Node | None = None
    text: str = ""

    @classmethod
    def formula(cls, text: str) -> Quantity:
        """A left side that is itself a formula, such as "tr(A B)" or "E[x' A x]".

        The engine reads it for every size at once; at instances it is read literally, E[...] by moments in coordinates.
        The two readings share the syntax tree and nothing else.

        Raises:
            GrammarError: for text that cannot be read.
        """
        tree = parse(text)
        return cls(statement_latex(tree), tree=tree, text=text)

    def derived(self, language: Language) -> Derived | None:
        """The left side by the engine, of a formula its reading; None where it offers no derivation.

        Raises:
            GrammarError: for a formula that is beyond the engine.
        """
        if self.tree is not None:
            return Statement(self.tree, text=self.text).elaborated(language)
        return None if self.derive is None else self.derive()

    @property
    def has_value(self) -> bool:
        """Whether a single instance can decide a claim about it."""
        return self.exact is not None or self.enclose is not None or self.tree is not None
