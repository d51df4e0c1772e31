"""The shapes of a formula, read off its syntax tree: a slip is told with its place before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs_check.judge.errors import ClaimError
from proofs_check.judge.language import Language
from theory.algebra.grammar import (
    Expect,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    SumOver,
    Trace,
    Transpose,
)

Shape = tuple[str | int, str | int]
_NUMBER: Shape = (1, 1)


def require_shapes(
    language: Language, where: Sequence[tuple[str, Node]], side: Node, called: str = "the right side"
) -> Shape | None:
    """Return the shape of a side whose sums, products, traces and powers all fit; None where a name is unknown.

    Raises:
        ClaimError: naming the place and the shapes. Unknown names are left to whoever gives them a meaning.
    """
    known: dict[str, Shape | None] = {name: value.shape for name, value in language.letters.items()}
    known |= dict.fromkeys(language.length_names, _NUMBER)
    for name, tree in where:
        known[name] = _Shapes(known, f"the abbreviation {name!r}").of(tree)
    return _Shapes(known, called).of(side)


class _Shapes:
    """None is the shape of what contains an unknown name."""

    def __init__(self, known: Mapping[str, Shape | None], place: str):
        self.known, self.place = known, place

    def of(self, node: Node) -> Shape | None:
        match node:
            case Number():
                return _NUMBER
            case Name(name):
                base = name.rpartition("_")[0]
                return ("d", "d") if name == "I" else self.known.get(name, self.known.get(base))
            case Negative(body) | SumOver(_, body) | Expect(body):
                return self.of(body)
            case Transpose(body):
                shape = self.of(body)
                return None if shape is None else (shape[1], shape[0])
            case Trace(body) | Power(body, _):
                shape = self.of(body)
                if shape is not None and shape[0] != shape[1]:
                    raise self.slip(node, f"{'trace' if isinstance(node, Trace) else 'power'} of {_text(shape)}")
                return _NUMBER if isinstance(node, Trace) else shape
            case Sum(terms):
                return self.sum_of(node, [self.of(term) for term in terms])
            case Product(factors):
                return self.product_of(node, [self.of(factor) for factor in factors])
            case Quotient(above, below):
                shape = self.of(below)
                if shape not in (None, _NUMBER):
                    raise self.slip(node, f"division by {_text(shape)}")
                return self.of(above)
        return None

    def sum_of(self, node: Node, shapes: Sequence[Shape | None]) -> Shape | None:
        held = [shape for shape in shapes if shape is not None]
        for shape in held[1:]:
            if shape != held[0]:
                raise self.slip(node, f"sum of {_text(held[0])} and {_text(shape)}")
        return held[0] if len(held) == len(shapes) else None

    def product_of(self, node: Node, shapes: Sequence[Shape | None]) -> Shape | None:
        result: Shape | None = _NUMBER
        for shape in shapes:
            if shape is None or result is None:
                result = None
            elif _NUMBER in (shape, result):
                result = shape if result == _NUMBER else result
            elif result[1] != shape[0]:
                raise self.slip(node, f"product of {_text(result)} and {_text(shape)}")
            else:
                result = (result[0], shape[1])
        return result

    def slip(self, node: Node, what: str) -> ClaimError:
        return ClaimError(f"{self.place}, column {node.column + 1}: {what}; the shapes do not fit")


def _text(shape: Shape | None) -> str:
    return "nothing" if shape is None else f"{shape[0]} x {shape[1]}"
