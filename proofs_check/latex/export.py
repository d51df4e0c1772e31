"""Writes the theory as LaTeX: snippets to paste, aligned equations with labels, and the article."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from proofs_check.judge.run import write_atomically
from proofs_check.latex.article import article
from proofs_check.latex.document import Stated, statement_display
from theory import DERIVATIONS
from theory.errors import IclTheoryError
from theory.exposition.build import result_display, shown_steps
from theory.exposition.latex import display_latex, label_of

DEBIAN_PACKAGES = ("texlive-latex-recommended", "lmodern")
# What the TeX log says of an overfull line, in points.
_OVERFULL = re.compile(r"Overfull \\[hv]box \(([0-9.]+)pt too (?:wide|high)\)[^\n]*")
# A formula may stand out by this much, in points, before it shows.
OVERFULL_POINTS = 0.0
_TEX_SECONDS = 300


class TexError(IclTheoryError):
    """The article could not be typeset; the message says why and what would help."""


def snippets(statements: Sequence[Stated]) -> Iterator[tuple[str, str, str]]:
    """Yield (name, formula on one line, aligned equation with its label) of every step, final formula and statement."""
    for name, make in DERIVATIONS.items():
        derivation = make()
        equations = [(f"step-{number:02}", held.display) for number, held in enumerate(shown_steps(derivation), 1)]
        results = [result_display(key, formula) for key, formula in derivation.results.items()]
        for file, equation in (*equations, *((result.name, result) for result in results)):
            yield f"derivations/{name}/{file}", equation.line.strip(), display_latex(equation, f"{name}-")
    for stated in statements:
        folder = "refuted" if stated.is_refuted else "statements"
        yield f"{folder}/{stated.id}", stated.line, statement_display(stated, label_of(stated.id))


def write_export(output: Path, statements: Sequence[Stated], paper: str = "zhang2024") -> int:
    """Write snippets/, align/ and derivations.tex, the article of a paper, under `output`; return how many formulas."""
    count = 0
    for name, line, aligned in snippets(statements):
        for folder, text in (("snippets", line), ("align", aligned)):
            path = output / folder / f"{name}.tex"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text + "\n")
        count += 1
    write_atomically(output / "derivations.tex", article(statements, paper))
    return count


def compile_pdf(source: Path) -> list[str]:
    """Typeset a .tex file beside itself and return what TeX has to complain about.

    Raises:
        TexError: if there is no TeX, or it stops with an error.
    """
    # TeX runs in another directory, where a relative path would lead elsewhere.
    source = source.resolve()
    program = shutil.which("pdflatex")
    if program is None:
        raise TexError(
            f"pdflatex was not found, so {source.name} was written but not typeset; "
            f"on Debian: apt-get install {' '.join(DEBIAN_PACKAGES)}"
        )
    # Fixed dates make the PDF the same for the same input.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1", "max_print_line": "1000"}
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".tex-") as folder:
        command = [program, "-interaction=nonstopmode", "-halt-on-error", f"-output-directory={folder}", source.name]
        log = ""
        for _ in range(3):
            try:
                run = subprocess.run(
                    command, cwd=source.parent, env=environment, capture_output=True, timeout=_TEX_SECONDS, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise TexError(f"pdflatex did not finish {source.name} in {_TEX_SECONDS} s") from error
            path = Path(folder) / f"{source.stem}.log"
            log = (
                path.read_text(encoding="utf-8", errors="replace")
                if path.exists()
                else run.stdout.decode(errors="replace")
            )
            if run.returncode:
                first = next((line for line in log.splitlines() if line.startswith("!")), "no error message")
                raise TexError(f"pdflatex could not typeset {source.name}: {first.removeprefix('! ')}")
            if "Rerun to get" not in log and "There were undefined references" not in log:
                break
        shutil.copyfile(Path(folder) / f"{source.stem}.pdf", source.with_suffix(".pdf"))
    return complaints(log)


def complaints(log: str) -> list[str]:
    """Lines of a TeX log that tell of undefined or doubled references, or of boxes that stand out visibly."""
    found = [line for line in log.splitlines() if "undefined" in line or "multiply" in line]
    found += [match[0] for match in _OVERFULL.finditer(log) if float(match[1]) > OVERFULL_POINTS]
    return found
