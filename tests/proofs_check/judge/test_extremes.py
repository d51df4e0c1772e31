from __future__ import annotations

import numpy as np
import pytest

from proofs_check import Language
from proofs_check.judge.exact_moments import ldl
from proofs_check.judge.extremes import Draft, Range
from theory.algebra.expression import matrix, scalar_letter, vector

LETTERS = {
    "P": matrix("P", definite=True),
    "S": matrix("S", symmetric=True),
    "A": matrix("A"),
    "v": vector("v"),
    "a": scalar_letter("a", definite=True),
    "h": scalar_letter("h", non_negative=True),
    "D": matrix("D", definite=True),
}
AROUND = Range(tuple(LETTERS), Language(LETTERS, stacked={"D": "N"}), {"d": 4, "N": 3}, {})


def require_declared(draft: Draft) -> None:
    """Shapes and properties of every letter are what is declared of it."""
    instance = AROUND.build(draft)
    d, N = draft.lengths["d"], draft.lengths["N"]
    arrays = instance.arrays
    for definite in (arrays["P"], *arrays["D"]):
        assert definite.shape == (d, d)
        assert np.array_equal(definite, definite.T)
        assert min(ldl(definite)[1]) > 0
    assert len(instance.values["D"]) == N
    assert np.array_equal(arrays["S"], arrays["S"].T)
    assert arrays["A"].shape == (d, d)
    assert arrays["v"].shape == (d, 1)
    assert instance.values["a"] > 0
    assert instance.values["h"] >= 0


@pytest.mark.parametrize("seed", range(3))
def test_a_climb_never_leaves_the_range(seed: int) -> None:
    """After any moves, changes of size among them, every letter is what is declared of it."""
    rng = np.random.default_rng(seed)
    drafts = list(AROUND.ends())
    for start in drafts[:: len(drafts) // 8]:
        draft = start
        for _ in range(25):
            draft = AROUND.moved(draft, rng)
            require_declared(draft)
