"""What the graph says of a claim."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_check.judge.check import described
from proofs_check.papers import catalogue
from proofs_check.web.graph import KINDS, nodes
from proofs_check.web.sections import by_paper


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        ("thm-4.2-linear", "result"),
        ("lem-A.5", "result"),
        ("eq-4.3", "equation"),
        ("sec-4.2-query", "equation"),
        ("B9", "beyond"),
        ("thm-4.2-bound-sharp", "beyond"),
        ("F1-corrected", "beyond"),
        ("F1", "finding"),
        ("eq-C.15-printed", "finding"),
    ],
)
def test_the_shape_is_what_is_stated(claim: str, kind: str) -> None:
    """Results, equations, what goes beyond the paper, and statements under test have each their shape."""
    assert kind in KINDS
    paper = by_paper(tuple(described(held) for held in catalogue("zhang2024")))[0]
    found = {node.id: node.kind for section in paper.sections for node in nodes(section)}
    assert kind == found[claim]


def test_status_and_kernel_are_apart() -> None:
    """The fill is the status, the border the kernel: neither depends on the other."""
    result = described(catalogue("zhang2024")[0])
    for status in ("tested", "proved"):
        for kernel in ({}, {"word": "partial", "theorem": "t", "hypotheses": []}):
            held = replace(result, status=status, kernel=kernel)
            node = nodes(by_paper((held,))[0].sections[0])[0]
            assert (status, kernel.get("word", "")) == (node.status, node.kernel)
