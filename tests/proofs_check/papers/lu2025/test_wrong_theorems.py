"""Wrong versions of the statements on Lu et al. (2025)."""

from __future__ import annotations

import pytest

from proofs_check.papers.lu2025.exact_error import BLOCKS
from tests.proofs_check.papers.pages import judged

ERROR = "1 + rho + 1/d (tr(G1 B1 G1') + 2 b2 g' G1 mu + b3 g' g) - 2/d (tr(G1 R) + (1 + rho) g' mu)"
ISOTROPIC = "1 + rho - 1/k + k/d tr((G1 - 1/k I) (G1 - 1/k I)') + (1 + rho)^2 (1 + 2/l)/d g' g"
LIMIT = "1 + rho + 1/d tr(G1 ((1 + rho) d/l I + R) G1') - 2/d tr(G1 R)"
ROOT = "((x + 1 - 1/kappa)^2 + 4/(kappa/x))^(1/2)"

# (claim, right side, abbreviations that differ, what is wrong)
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("lu2025-error", ERROR, {"B1": "(1 + rho) d/l I + R"}, "the limit in place of the length"),
    ("lu2025-error", ERROR, {"b3": "(1 + rho)^2 (1 + 1/l)"}, "1/l for 2/l"),
    ("lu2025-error", ERROR, {"b2": "(1 + rho) (1 + 1/l)"}, "1/l for 2/l"),
    ("lu2025-error", ERROR, {"b3": "((1 + rho)^2 + 2/d) (1 + 2/l)"}, "Gaussian tasks"),
    ("lu2025-error", ERROR.replace("2 b2 g' G1 mu", "b2 g' G1 mu"), {}, "one of two mixed terms"),
    ("lu2025-error", ERROR.replace("g' G1 mu", "g' G1' mu"), {}, "a transposed factor"),
    ("lu2025-error", ERROR, {"B1": BLOCKS["B1"].replace("d/l", "d/(l + 1)")}, "l + 1 for l"),
    ("lu2025-error-isotropic", ISOTROPIC, {"k": "1 + (1 + rho) d/l"}, "the limit in place of the length"),
    ("lu2025-sphere-moment", "tr(A) tr(B) + 2 tr(A B)", {}, "Gaussian tasks"),
    ("lu2025-sphere-moment", "d/(d + 2) (tr(A) tr(B) + tr(A B))", {}, "one of two pairings"),
    ("lu2025-limit-error", LIMIT.replace("+ R) G1'", "+ (1 + 1/l) R) G1'"), {}, "the length in place of the limit"),
    ("lu2025-limit-error", LIMIT.replace("(1 + rho) d/l", "rho d/l"), {}, "labels that are noise"),
    ("lu2025-limit-best-step", "1 + rho - 1/k + k (step - 1/k)^2", {"k": "1 + rho d/l"}, "labels that are noise"),
    ("lu2025-moment-3", "1 + 3 d/N + 2 d^2/N^2", {}, "a Catalan number for a Narayana number"),
    ("lu2025-M-root", f"2/(x + 1 - 1/kappa - {ROOT})", {}, "the other root"),
    ("lu2025-M-limit", "1/(1 + x)", {}, "as many tasks as one likes"),
    ("lu2025-M-limit", f"2/(x + 1 - kappa + {ROOT})", {}, "kappa for its inverse"),
]


@pytest.mark.parametrize(("name", "right", "where", "wrong"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str], wrong: str) -> None:
    """The evidence that the true claim has refutes each."""
    result = judged("lu2025", name, right, where)
    assert result.status == "refuted", (wrong, result.reason)
