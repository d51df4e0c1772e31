"""The order of the layers: proofs_check -> numerics -> theory, and exactness of theory."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "theory": {"theory"},
    "numerics": {"numerics", "theory"},
    "proofs_check": {"proofs_check", "numerics", "theory"},
}
MODULES = sorted(path for layer in ALLOWED for path in (ROOT / layer).rglob("*.py"))
names = [str(path.relative_to(ROOT)) for path in MODULES]


def imported(tree: ast.AST) -> set[str]:
    """The top-level packages that a module imports, anywhere in its code."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in found}


@pytest.mark.parametrize("path", MODULES, ids=names)
def test_imports_go_one_way(path: Path) -> None:
    """No layer imports one above it, nor the tests."""
    layer = path.relative_to(ROOT).parts[0]
    others = {*ALLOWED, "tests", "benchmarks"} - ALLOWED[layer]
    assert set() == imported(ast.parse(path.read_text())) & others


@pytest.mark.parametrize("path", [p for p in MODULES if "algebra" in p.parts], ids=lambda p: p.name)
def test_the_algebra_knows_no_transformer(path: Path) -> None:
    """theory.algebra imports nothing of theory outside itself but the root of exceptions."""
    tree = ast.parse(path.read_text())
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} - {"theory.errors"}
    assert set() == {m for m in modules if m.split(".")[0] == "theory" and not m.startswith("theory.algebra")}


@pytest.mark.parametrize("path", [p for p in MODULES if p.relative_to(ROOT).parts[0] == "theory"], ids=lambda p: p.name)
def test_theory_has_no_floating_point(path: Path) -> None:
    """Float literals appear in tolerances and units by name only, never in a formula."""
    tree = ast.parse(path.read_text())
    floats = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    named = {
        inner
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
        for inner in ast.walk(node)
    }
    # Evaluation turns exact formulas into floats where NumPy arrays are given.
    allowed = path.name in ("evaluation.py", "compile.py", "program.py", "bound.py")
    assert allowed or not [ast.unparse(node) for node in floats if node not in named]


def test_the_core_of_the_algebra_knows_no_printer() -> None:
    """expression imports neither text nor LaTeX, at its head or anywhere else; they register themselves."""
    tree = ast.parse((ROOT / "theory" / "algebra" / "expression.py").read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert set() == {"theory.algebra.text", "theory.algebra.latex"} & modules


def test_all_exceptions_have_one_root() -> None:
    """Every exception derives from IclTheoryError, but for those of the checker of reports, which stands alone."""
    bases: dict[str, set[str]] = {}
    for path in (path for path in MODULES if "certificate" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(ast.unparse(base) for base in node.bases)

    def above(name: str) -> set[str]:
        return {name}.union(*(above(base) for base in bases.get(name, ())))

    raised = {name for name in bases if above(name) & {"Exception", "ValueError", "RuntimeError", "ArithmeticError"}}
    assert len(raised) > 10
    assert [] == [name for name in raised if "IclTheoryError" not in above(name)]
