"""`expect`: the engine by itself, on formulas typed as text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from theory.algebra.expectation import Gaussian
from theory.algebra.expression import Expression, length, matrix, scalar_letter, vector
from theory.algebra.grammar import (
    LARGEST_DEGREE,
    UNIT_NAME,
    GrammarError,
    Name,
    Node,
    SumOver,
    Vocabulary,
    elaborate,
    parse,
)


def expect(
    formula: str,
    *,
    gaussian: Mapping[str, str] | None = None,
    symmetric: Collection[str] = (),
    definite: Collection[str] = (),
    invertible: Collection[str] = (),
    commuting: Collection[str] = (),
    vectors: Collection[str] = (),
    scalars: Collection[str] = (),
    lengths: Mapping[str, str] | None = None,
    largest_degree: int = LARGEST_DEGREE,
    most_work: int | None = None,
    progress: Callable[[int], None] | None = None,
    free: Collection[str] = (),
) -> Expression:
    """Return the value of a formula with expectations, for every dimension at once.

    Args:
        formula: such as "E[(x' A x)(x' B x)]" or "E[sum_i(x_i x_i')^3]"; the grammar is that of
            `theory.algebra.grammar`. Names that start with a capital are d x d matrices, N, M, n and d are lengths, and
            others must be declared.
        gaussian: for each random vector its covariance, itself a formula: {"x": "Lambda"}, {"z": "I"}, {"x": "Lambda
            + w w'"}; "mean, covariance" sets a mean. A plain name with a capital, or one that is declared, stands for a
            positive definite matrix. A scalar random letter is declared in `scalars` too, its variance is a scalar
            formula.
        symmetric, definite, invertible: matrices with these properties.
        commuting: symmetric matrices that commute with each other.
        vectors, scalars: deterministic letters.
        lengths: for each summation label the length it runs to; N otherwise.
        largest_degree: how many random letters a term under E[...] may have; more may take hours.
        most_work, progress: the work after which it gives up, and what is told of it, as in `expectation`.
        free: indices that no sum binds, such as h in "sum_{i: i<h}(tr(U_i U_h))"; no random letter may carry one.

    Returns:
        An Expression: `str` gives text in the same grammar, `theory.algebra.latex.latex` LaTeX.

    Raises:
        GrammarError: for a formula that cannot be read or has no meaning; the message points at the column.
        ValueError: for contradictory declarations.
    """
    laws = {name: _law_formulas(name, text) for name, text in (gaussian or {}).items()}
    upto = dict(lengths or {})
    tree = parse(formula)
    reserved = {"N", "M", "n", "d", *upto.values()}
    plain_covariances = {text for _, text in laws.values() if text.isidentifier() and text != "I"} - set(scalars)
    declared = {*symmetric, *definite, *invertible, *commuting}
    for name, (_, text) in laws.items():
        if text in plain_covariances and not text[0].isupper() and text not in declared:
            raise ValueError(
                f"the covariance of {name} is the unknown name {text!r}; a matrix starts with a capital, or "
                "is declared as definite, and a variance is declared as a scalar"
            )
    positive = {*definite, *plain_covariances}
    names: dict[str, Expression] = {name: length(name) for name in reserved}
    for name in (*laws, *vectors, *scalars, *symmetric, *positive, *invertible, *commuting):
        if name in reserved:
            raise ValueError(f"{name} is a length; choose another name for the letter")
    trees = [tree, *(parse(text) for pair in laws.values() for text in pair if text)]
    family = "+".join(sorted(commuting))
    for node, labels in (found for held in trees for found in _names(held, tuple(free))):
        name = node.name
        while name not in (*laws, *vectors, *scalars) and (parts := name.rpartition("_"))[0] and parts[2] in labels:
            name = parts[0]
        if name in names or name == "I" or name == UNIT_NAME != node.name:
            continue
        if name in scalars:
            names[name] = scalar_letter(name, definite=name in positive)
        elif name in laws or name in vectors:
            names[name] = vector(name)
        elif name[0].isupper() or name in (*positive, *symmetric, *invertible, *commuting):
            names[name] = matrix(
                name,
                symmetric=name in symmetric or name in commuting,
                definite=name in positive,
                invertible=name in invertible,
                family=family if name in commuting else "",
            )
        else:
            raise GrammarError(
                f"unknown name {name!r}: declare it as a random vector, a vector or a scalar", formula, node.column
            )
    vocabulary = Vocabulary(names, {}, upto, largest_degree, free=free)
    law = {
        names[name]: Gaussian(
            elaborate(parse(covariance), vocabulary, covariance),
            elaborate(parse(mean), vocabulary, mean) if mean else None,
        )
        for name, (mean, covariance) in laws.items()
        if name in names
    }
    return elaborate(tree, Vocabulary(names, law, upto, largest_degree, most_work, progress, free), formula)


def _law_formulas(name: str, text: str) -> tuple[str, str]:
    """(mean, covariance) from "covariance" or "mean, covariance"."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 2 or not all(parts):
        raise ValueError(f"the law of {name} must be 'covariance' or 'mean, covariance', got {text!r}")
    return (parts[0], parts[1]) if len(parts) == 2 else ("", parts[0])


def _names(node: Node, labels: tuple[str, ...]) -> Iterator[tuple[Name, tuple[str, ...]]]:
    """Every name of a tree with the summation labels around it."""
    if isinstance(node, Name):
        yield node, labels
    inner = (*labels, node.label) if isinstance(node, SumOver) else labels
    for _, _, child in node.children():
        yield from _names(child, inner)
