"""What the package declares is what is tested and what is installed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The name under which a distribution is imported, where it is another one, and what only an extra brings.
IMPORTED = {"flint": "python-flint"}
EXTRAS = {"torch", "transformers", "safetensors", "matplotlib", "dask", "distributed", "pytest"}


def test_declared_versions_of_python_are_tested() -> None:
    """Without EVERY_PYTHON, `.ci/run` tests one version, the least that is allowed; no other one is declared."""
    declared = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert [f">={version}" for version in declared] == [PROJECT["requires-python"]]


def test_verify_installs_the_package_alone() -> None:
    """`make verify` depends on a target whose one installation has no extra."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (target,) = re.findall(r"^verify: (.*)$", makefile, flags=re.MULTILINE)
    recipe = makefile.split(f"\n{target}: ")[1].split("\n\n")[0]
    assert re.findall(r"--editable (\S+)", recipe) == ["."]


@pytest.mark.parametrize("package", ["theory", "numerics", "proofs_check"])
def test_what_is_imported_is_declared(package: str) -> None:
    """Every third-party import is a dependency, and no dependency is there for development alone."""
    declared = {re.split(r"[<>=\[]", name)[0] for name in PROJECT["dependencies"]}
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for top in {name.partition(".")[0] for name in names}:
                own = top in sys.stdlib_module_names or top in ("theory", "numerics", "proofs_check", "__future__")
                assert own or top in EXTRAS or IMPORTED.get(top, top) in declared, f"{file}: {top}"
    assert not declared & {"selenium", "dask", "distributed", "mypy", "pytest", "ruff", "coverage", "sphinx"}
