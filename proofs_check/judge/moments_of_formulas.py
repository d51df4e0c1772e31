"""E[...] at an instance, by exact moments in coordinates: the meaning of an expectation without the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sympy.polys.polyerrors import BasePolynomialError

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.language import Language, names_in
from proofs_check.judge.meaning import InterpretationError, interpret
from theory.algebra.expression import Expression
from theory.algebra.grammar import Node, parse

Array = Any


def exact_expectation(body: Node, values: Mapping[str, Array], lengths: Mapping[str, int], language: Language) -> Array:
    """E[body] at an instance.

    Raises:
        InterpretationError: for a law that is not Gaussian, or a body that is no polynomial in the random letters.
    """
    used = {name.name for name in names_in(body)}
    draws: dict[tuple[str, int], Any] = {}
    means: dict[str, Array] = {}
    for name in language.law:
        copies = {other.rpartition("_")[2] for other in used if other.rpartition("_")[0] == name} - {name}
        counts = [lengths[language.count_of(label)] for label in copies]
        if name not in used and not counts:
            continue
        covariance, means[name] = _law(name, values, lengths, language)
        draws |= {(name, 0): covariance} if name in used else {}
        draws |= {(name, i + 1): covariance for i in range(max(counts, default=0))}
    space = Coordinates(draws)

    def drawn(name: str, i: int) -> Array:
        return space.vectors[name, i] + space.constant(means[name])

    def copy(name: str) -> Callable[[int], Array]:
        return lambda i: drawn(name, i + 1)

    constants = {name: space.constant(array) for name, array in values.items() if name in used}
    random = {name: drawn(name, 0) for name in means if (name, 0) in draws}
    try:
        result = interpret(
            body,
            {**constants, **random},
            lengths=lengths,
            upto=language.upto,
            expect=lambda inner: space.constant(exact_expectation(inner, values, lengths, language)),
            one=space.ring.one,
            copies={name: copy(name) for name in means if (name, 1) in draws},
        )
    except BasePolynomialError as error:
        raise InterpretationError(f"E of a quotient has no polynomial moment: {error}") from error
    return space.means(result)


def _law(name: str, values: Mapping[str, Array], lengths: Mapping[str, int], language: Language) -> tuple[Array, Array]:
    """The covariance and the mean of a random name at an instance."""
    law = language.gaussian(name)
    if law.radial_moment is not None or law.joint:
        raise InterpretationError(f"the exact meaning of E[...] knows independent Gaussian laws; {name} has another")
    covariance = _literally(law.covariance, values, lengths, language)
    mean = None if law.mean is None else _literally(law.mean, values, lengths, language)
    return covariance.tolist(), np.full((len(covariance), 1), 0, dtype=object) if mean is None else mean


def _literally(
    expression: Expression, values: Mapping[str, Array], lengths: Mapping[str, int], language: Language
) -> Array:
    if not expression.terms:
        rows, cols = (size if isinstance(size, int) else lengths[size] for size in expression.shape)
        return np.full((rows, cols), 0, dtype=object)
    return interpret(parse(str(expression)), values, lengths=lengths, upto=language.upto)
