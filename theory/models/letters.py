"""The letters of a model: declared by name where they first occur, each with one role.

In a formula a name that starts with a capital is a d x d matrix, any other is a number, unless it was declared before:
lengths, vectors, and what the law of the prompt named. Text is parsed by the engine's grammar and never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from theory.algebra.expression import Expression, length, matrix, scalar_letter, vector, zero
from theory.algebra.grammar import Expect, Name, Node, SumOver, Vocabulary, elaborate, parse
from theory.algebra.latex import name_latex
from theory.algebra.words import Dimension
from theory.errors import IclTheoryError


class ModelError(IclTheoryError, ValueError):
    """A model that does not exist: shapes that do not fit, a letter in two roles, a moment that the law lacks."""


# How the letters of the literature are set; others are printed by their names.
_LATEX = {"U11": "U_{11}", "u21": "u_{21}", "u12": "u_{12}", "P11": "P_{11}", "p12": "p_{12}"}
_LATEX |= {"k12": "k_{12}", "k22": "k_{22}", "s2": "s^2"}
_RESERVED = {
    "I": "the identity",
    "E": "the expectation",
    "tr": "the trace",
    "w": "the task",
    "x": "a covariate",
    "x_q": "the query",
    "y": "a label",
    "eps": "the noise of a label",
    "eps_q": "the noise of the target",
    "eps_x": "noise that is multiplied by a covariate",
    "eps_xq": "noise that is multiplied by the query",
}


class Letters:
    """A growing table of letters by name; every letter is declared once and keeps its properties."""

    def __init__(self, lengths: Collection[str]):
        for name in lengths:
            if not isinstance(name, str) or not name.isidentifier() or name in _RESERVED:
                raise ModelError(f"a length must have a name such as N, got {name!r}; its value is given later, N=5")
        self.lengths = tuple(lengths)
        self.names: dict[str, Expression] = {name: length(name) for name in lengths}

    def copy(self) -> Letters:
        """The same table, to which letters can be added without changing this one."""
        other = Letters(self.lengths)
        other.names = dict(self.names)
        return other

    def with_lengths(self, lengths: Collection[str]) -> Letters:
        """A copy that knows further lengths; ModelError if one of them is a letter already."""
        for name in lengths:
            if name in self.names and name not in self.lengths:
                raise ModelError(f"{name} is a letter of the model and cannot be a length of the test law too")
        other = Letters(dict.fromkeys((*self.lengths, *lengths)))
        other.names |= self.names
        return other

    def declare(self, name: str, rows: Dimension, cols: Dimension, **properties: Any) -> Expression:
        """Return the letter of that name; ModelError if the name is reserved or stands for something else already."""
        if name in _RESERVED:
            raise ModelError(f"{name} means {_RESERVED[name]}; choose another name for the letter")
        if re.search(r"_at\d+$", name):
            raise ModelError(f"names such as {name} are given to copies of letters; choose another name")
        if "latex" not in properties and name in _LATEX:
            properties["latex"] = _LATEX[name]
        elif "latex" not in properties and re.search(r"_\d+$", name):
            # U_0 is printed like U0; what is said to be its LaTeX is read back as this letter.
            properties["latex"] = name_latex(name)
        try:
            if rows == cols == 1:
                letter_ = scalar_letter(name, **properties)
            else:
                letter_ = vector(name, rows, **properties) if cols == 1 else matrix(name, rows, cols, **properties)
        except ValueError as error:
            raise ModelError(str(error)) from error
        held = self.names.setdefault(name, letter_)
        if held != letter_:
            what = "a length" if name in self.lengths else f"a letter of shape {held.rows} x {held.cols}"
            raise ModelError(
                f"{name} is {what} already and cannot be a letter of shape {rows} x {cols} with other properties too; "
                "choose two names"
            )
        return held

    def read_known(self, text: str) -> Expression:
        """Return the expression of a formula of any shape in letters that are all declared."""
        try:
            tree = parse(text)
            _refuse_unknown(tree, self.names, text)
            return elaborate(tree, Vocabulary(self.names), text)
        except ModelError:
            raise
        except ValueError as error:
            raise ModelError(f"{text!r} cannot be read: {error}") from error

    def read(self, text: str, shape: tuple[Dimension, Dimension], what: str, **properties: Any) -> Expression:
        """Return the expression of a formula, declaring the names that are new.

        Args:
            text: the formula; "0" is the zero of the shape, and "1" the identity of a square one is `I`.
            shape: what the expression has to be.
            what: the role of the formula, for messages.
            properties: of new matrices and numbers, as in `Symbol`; beside `non_negative`, which is of numbers, the
                others are of matrices. `vectors=True` makes new lower-case names vectors.

        Raises:
            ModelError: for a formula that cannot be read, or of another shape.
        """
        if not isinstance(text, str):
            raise ModelError(f"{what} must be a formula as text, such as 'Lambda', got {text!r}")
        vectors = properties.pop("vectors", False)
        of_matrices = {k: v for k, v in properties.items() if k != "non_negative"}
        of_numbers = {k: v for k, v in properties.items() if k != "symmetric"}
        if "non_negative" in properties:
            of_numbers = {"non_negative": properties["non_negative"]}
        if text.strip() == "0":
            return zero(*shape)
        try:
            tree = parse(text)
            for name in unknown_names(tree, self.names):
                if name[0].isupper():
                    self.declare(name, "d", "d", **of_matrices)
                elif vectors:
                    self.declare(name, "d", 1)
                else:
                    self.declare(name, 1, 1, **of_numbers)
            value = elaborate(tree, Vocabulary(self.names), text)
        except ModelError:
            raise
        except ValueError as error:
            raise ModelError(f"{what} cannot be read: {error}") from error
        if value.shape != shape:
            raise ModelError(
                f"{what} must be {shape[0]} x {shape[1]}, but {text!r} is {value.rows} x {value.cols}"
                + ("; a number times the identity is written as in 's I'" if value.is_scalar else "")
            )
        return value


def is_negative_number(value: Expression) -> bool:
    """Whether it is a number, without letters and lengths, that is below zero."""
    return not value.symbols and not value.lengths and sum(c.evaluate({}) for c in value.terms.values()) < 0


def _refuse_unknown(tree: Node, known: Collection[str], text: str) -> None:
    for name in unknown_names(tree, known):
        raise ModelError(f"{text!r} contains {name}, which the model does not have; it has {', '.join(known)}")


def unknown_names(tree: Node, known: Collection[str]) -> list[str]:
    """The names of a syntax tree that are neither known nor the identity, in order of appearance."""
    return list(dict.fromkeys(name for name in _names(tree) if name not in known and name != "I"))


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, SumOver):
        raise ModelError(f"sum_{node.label} has no place here: sums over the prompt are made by the network")
    if isinstance(node, Expect):
        raise ModelError("E[...] has no place here: the model takes its expectations itself")
    if isinstance(node, Name):
        yield node.name
    for _, _, child in node.children():
        yield from _names(child)
