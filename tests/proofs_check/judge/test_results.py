"""What a result says of its counterexample."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_check.judge.check import described
from proofs_check.papers import catalogue


@pytest.mark.parametrize(
    ("counterexample", "failure"),
    [
        ("d = 2, N = 1; X = [[1], [0]]: left [[2]], right [[3]]", ("2", "3", "d = 2, N = 1; X = [[1], [0]]")),
        ("d = 1: left [[[0.402 +/- 5e-16]]], right [1/2]", ("0.402 +/- 5e-16", "1/2", "d = 1")),
        ("d = 2: left [[0, -1], [1, 0]], right [[0, 0], [0, 0]]", ("[[0, -1], [1, 0]]", "[[0, 0], [0, 0]]", "d = 2")),
        ("", None),
    ],
)
def test_failure_has_both_sides_and_the_place(counterexample: str, failure: tuple[str, str, str] | None) -> None:
    """Numbers stand without the brackets of their arrays, matrices with them."""
    assert failure == replace(described(catalogue()[0]), counterexample=counterexample).failure
