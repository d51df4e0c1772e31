"""Writes docs/reference.md from the docstrings of the public names: python docs/make_reference.py."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

PACKAGES = ("theory", "numerics", "proofs_check")


def reference() -> str:
    """Return the page."""
    parts = ["# Reference\n\nMade from the docstrings by `docs/make_reference.py`."]
    for name in PACKAGES:
        module = import_module(name)
        parts.append(f"## {name}\n\n{(module.__doc__ or '').strip().splitlines()[0]}")
        parts += [_entry(module, public) for public in module.__all__]
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
    return text.replace("'", "").replace("`", "")


if __name__ == "__main__":
    Path(__file__).with_name("reference.md").write_text(reference(), encoding="utf-8")
