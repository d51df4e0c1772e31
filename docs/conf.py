"""The site of the documentation: `make docs` builds it with Sphinx from the pages here and from the docstrings.

Docstrings are plain text, with names between backticks and equations set off by indentation. What would be markup to
Sphinx in them is escaped, so that they are shown as they are written.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

project = "icl-theory"
author = "The icl-theory developers"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
extensions = [
    "myst_parser",
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
# Statements of papers and the code of commands are no reference, networks need their extra, and a module that is named
# like a function of its package cannot be told from it.
_LEFT_OUT = ("networks", "papers", "commands", "judge/evidence/measure.py")
apidoc_modules = [
    {
        "path": f"../{package}",
        "destination": f"reference/{package}",
        "exclude_patterns": [f"../{package}/{left_out}" for left_out in _LEFT_OUT],
        "automodule_options": {"members"},
    }
    for package in ("theory", "numerics", "proofs_check")
]
exclude_patterns = ["reference/*/modules.rst"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "sidebar_width": "230px", "description": "In-context learning, derived"}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}

myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]
# Links to files of the repository that are no pages of the site are kept as they are; `tests/test_docs.py` checks them.
# An attribute that two classes have is described at both.
suppress_warnings = ["myst.xref_missing", "ref.python"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
# Extras that the site is built without.
autodoc_mock_imports = ["torch", "transformers", "safetensors", "dask", "distributed", "matplotlib"]
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

_FIELD = re.compile(r"^(\s*)(:(?:param|ivar|raises|returns?|type|rtype)\b[^:]*:)(.*)$")
_CODE = re.compile(r"(``[^`]+``|`[^`]+`)")


def _escaped(text: str) -> str:
    """Text with code between double backticks and everything else without meaning to reStructuredText."""
    pieces = _CODE.split(text)
    for i, piece in enumerate(pieces):
        if i % 2:
            pieces[i] = f"``{piece.strip('`')}``"
        else:
            pieces[i] = re.sub(r"([\\*_|`])", r"\\\1", piece)
    return "".join(pieces)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _as_restructured_text(lines: list[str]) -> list[str]:
    """A docstring, its sections turned into fields already, with equations as literal blocks."""
    found: list[str] = []
    base, after_blank, literal = 0, True, False
    for line in lines:
        if not line.strip():
            found.append("")
            after_blank = True
            continue
        field = _FIELD.match(line)
        if field is not None or line.lstrip().startswith((".. ", ":")):
            literal = False
            found.append(f"{field[1]}{field[2]}{_escaped(field[3])}" if field else line)
            base = 10_000
        elif after_blank and _indent(line) >= base + 4 and not literal:
            literal = True
            found += ["::", "", line]
        elif literal and _indent(line) >= base + 4:
            found.append(line)
        else:
            if _indent(line) < base or after_blank:
                base = _indent(line)
            if literal:
                found.append("")
            literal = False
            found.append(_escaped(line))
        after_blank = False
    return found


def _process(app: object, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    lines[:] = _as_restructured_text(lines)
    if what == "module" and hasattr(obj, "__path__") and hasattr(obj, "__all__"):
        # A package says what can be imported from it; each name is described at its own module.
        lines += ["", "Public names: " + ", ".join(f"``{public}``" for public in obj.__all__) + "."]


def _skip(app: Any, what: str, name: str, obj: object, skip: bool, options: object) -> bool | None:
    """Leave out what a module takes over from another one, where it is described."""
    home = getattr(obj, "__module__", None)
    here = app.env.current_document.autodoc_module
    return True if what == "module" and home is not None and home != here else None


def setup(app: Any) -> None:
    """Connect the reader of docstrings, after Sphinx's own has found their sections."""
    app.connect("autodoc-process-docstring", _process, priority=900)
    app.connect("autodoc-skip-member", _skip)
