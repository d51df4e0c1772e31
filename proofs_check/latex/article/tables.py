"""The tables of the appendix: the evidence for every statement, and the kernel's word on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from proofs_check.judge.results import ClaimResult
from proofs_check.kernel import kernel_column
from proofs_check.latex.article.words import breakable, breakable_name
from proofs_check.latex.document import Stated
from theory.exposition.latex import label_of


def evidence_table(statements: Iterable[Stated]) -> str:
    """A row a statement: its status, how many wrong versions were refuted, its tightness, all evidence as recorded."""
    rows = []
    for stated in statements:
        result = stated.result
        if result is None:
            continue
        kinds = "; ".join(f"{item.kind}: {item.summary}" for item in result.evidence)
        rows.append(
            rf"{_place(stated)} & \raggedright\texttt{{{breakable_name(stated.id)}}} & {result.status} & "
            rf"{_mutants(result)} & {_tightness(result)} & \raggedright {breakable(kinds)} \tabularnewline"
        )
    head = r" & statement & status & wrong & tight & evidence \tabularnewline"
    columns = (
        r"@{}p{0.06\textwidth}p{0.16\textwidth}p{0.12\textwidth}p{0.07\textwidth}p{0.07\textwidth}p{0.36\textwidth}@{}"
    )
    return _table(columns, head, rows)


def _mutants(result: ClaimResult) -> str:
    still_open = result.count("open") + result.count("survived") + result.count("contradiction")
    return f"{result.count('killed')}/{result.wrong_mutants}" + (rf", \mbox{{{still_open} open}}" if still_open else "")


def _tightness(result: ClaimResult) -> str:
    return "" if result.tightness is None else f"{result.tightness:.4g}"


def kernel_table(statements: Sequence[Stated]) -> str:
    """A row a statement that has a theorem: the kernel's word, the theorem, and what it assumes beside the claim."""
    rows = []
    for stated in statements:
        column = kernel_column(stated.id)
        if not column.word:
            continue
        word = f"{column.word}, refutes it" if column.refutes else column.word
        more = "; ".join(column.hypotheses)
        rows.append(
            rf"\raggedright\texttt{{{breakable_name(stated.id)}}} & \raggedright {word} & "
            rf"\raggedright\texttt{{{breakable_name(column.theorem)}}} & \raggedright {breakable(more)} \tabularnewline"
        )
    head = r"statement & kernel & theorem & what it assumes beside the statement \tabularnewline"
    columns = r"@{}p{0.18\textwidth}p{0.09\textwidth}p{0.27\textwidth}p{0.36\textwidth}@{}"
    return _table(columns, head, rows) if rows else ""


def _table(columns: str, head: str, rows: Sequence[str]) -> str:
    body = "\n".join(rows)
    return (
        f"{{\\footnotesize\n\\begin{{longtable}}{{{columns}}}\n\\toprule\n{head}\n\\midrule\n\\endhead\n{body}\n"
        "\\bottomrule\n\\end{longtable}}"
    )


def _place(stated: Stated) -> str:
    return "" if stated.is_refuted else rf"\eqref{{{label_of(stated.id)}}}"
