"""Writes docs/reference.md from the docstrings of the public names: python docs/make_reference.py."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

PACKAGES = ("theory", "numerics", "proofs_check")
# What a user of the engine by itself needs, by module of theory.algebra, from typing formulas to limits.
ALGEBRA = {
    "expression": (
        "matrix",
        "vector",
        "scalar_letter",
        "length",
        "number",
        "identity",
        "zero",
        "indexed",
        "sum_over",
        "in_columns",
        "letter",
        "Expression",
    ),
    "words": ("Symbol",),
    "expectation": ("Gaussian", "expectation"),
    "calculus": ("differential", "gradient"),
    "definitions": ("define", "Definition", "expand", "abbreviate", "is_positive"),
    "rational_identity": ("decide", "is_complete"),
    "degrees": ("degree", "Degree"),
    "inverse_moments": ("wishart_expectation", "Moment", "inverse_weights"),
    "limits": (
        "limit",
        "proportional_limit",
        "marchenko_pastur_moment",
        "resolvent",
        "resolvent_square",
        "ridge_risk",
        "ridgeless_risk",
    ),
    "operators": ("linear_map", "kronecker", "identity_map", "LinearMap", "EigenbasisMap"),
    "evaluation": ("evaluate",),
    "grammar": ("parse", "elaborate", "Vocabulary"),
    "latex": ("latex", "terms_latex"),
    "latex_reader": ("parse_latex",),
    "sympy_bridge": ("to_sympy", "from_sympy"),
}


def reference() -> str:
    """Return the page."""
    parts = ["# Reference\n\nMade from the docstrings by `docs/make_reference.py`."]
    for name in PACKAGES:
        module = import_module(name)
        parts.append(f"## {name}\n\n{(module.__doc__ or '').strip().splitlines()[0]}")
        parts += [_entry(module, public) for public in module.__all__]
    parts.append(
        "## theory.algebra\n\nThe engine by itself. Letters are made by `matrix`, `vector` and `scalar_letter`, "
        "combined by `+`, `-`, `@`, `*`, `**` and `.T`, and compared by `==`, which proves equality for every size.\n\n"
        "See also [the mathematics of the engine](mathematics-of-the-engine.md) and the [gallery](gallery.md)."
    )
    for name, names in ALGEBRA.items():
        module = import_module(f"theory.algebra.{name}")
        parts.append(f"## theory.algebra.{name}\n\n{(module.__doc__ or '').strip().splitlines()[0]}")
        parts += [_entry(module, public) for public in names]
    return "\n\n".join(parts) + "\n"


def _entry(module: ModuleType, name: str) -> str:
    thing = getattr(module, name)
    documented = inspect.isclass(thing) or inspect.isroutine(thing)
    text = inspect.getdoc(thing) if documented else f"A {type(thing).__name__}."
    heading = f"### `{name}{_signature(thing) if documented else ''}`"
    methods = [
        f"- `.{key}{_signature(value)}`: {(inspect.getdoc(value) or '').splitlines()[0]}"
        for key, value in (vars(thing).items() if inspect.isclass(thing) else ())
        if not key.startswith("_") and inspect.isfunction(value) and inspect.getdoc(value)
    ]
    parts = [heading, f"```\n{text}\n```" if "\n" in (text or "") else text or ""]
    return "\n\n".join([*parts, "\n".join(methods)] if methods else parts)


def _signature(thing: object) -> str:
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return ""
    try:
        text = str(inspect.signature(thing))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return ""
    # Defaults that are objects would print their address, and annotations their module.
    text = re.sub(r" at 0x[0-9a-f]+", "", re.sub(r"<factory>", "...", text))
    text = re.sub(r"frozenset\(\{(.*?)\}\)", lambda found: f"{{{', '.join(sorted(found[1].split(', ')))}}}", text)
    return text.replace("'", "").replace("`", "")


if __name__ == "__main__":
    Path(__file__).with_name("reference.md").write_text(reference(), encoding="utf-8")
