"""Runs the code cells of notebooks and stores what they show: python examples/run_notebook.py examples/*.ipynb.

A light stand-in for Jupyter: plain Python cells, one namespace a notebook; the value of a cell's last expression is
stored as text, and as LaTeX or HTML if it can show itself so. No kernel and no network is needed, so tests can do it.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import json
import sys
from pathlib import Path
from typing import Any

_RICH = {"_repr_html_": "text/html", "_repr_latex_": "text/latex"}


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook with the outputs of a fresh run."""
    result = copy.deepcopy(notebook)
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in result["cells"]:
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            cell["outputs"] = _outputs("".join(cell["source"]), names, count)
    return result


def _outputs(source: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append(
            {"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)}
        )
    if value is not None:
        data = {"text/plain": [_plain(value)]}
        for method, kind in _RICH.items():
            shown = getattr(value, method, None)
            if shown is not None:
                data[kind] = shown().splitlines(keepends=True)
        outputs.append({"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return outputs


def _plain(value: Any) -> str:
    return repr(value) if isinstance(value, str | int | float) else str(value).splitlines()[0][:200]


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        fresh = executed(json.loads(path.read_text(encoding="utf-8")))
        path.write_text(json.dumps(fresh, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
