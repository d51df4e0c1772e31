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
    return _table(_columns(0.05, 0.16, 0.09, 0.07, 0.055, 0.435), head, rows)


def _mutants(result: ClaimResult) -> str:
    still_open = result.count("open") + result.count("survived") + result.count("contradiction")
    if not result.wrong_mutants:
        return ""
    return f"{result.count('killed')}/{result.wrong_mutants}" + (rf", \mbox{{{still_open} open}}" if still_open else "")


def _tightness(result: ClaimResult) -> str:
    return "" if result.tightness is None or result.status == "refuted" else f"{result.tightness:.4g}"


def kernel_table(statements: Sequence[Stated]) -> str:
    """What the theorems assume, numbered; then a row a statement: the kernel's word, the theorem, its assumptions."""
    held = [(stated, kernel_column(stated.id)) for stated in statements]
    held = [(stated, column) for stated, column in held if column.word]
    if not held:
        return ""
    numbers = {text: k for k, text in enumerate(dict.fromkeys(t for _, c in held for t in c.hypotheses), 1)}
    items = "\n".join(rf"\item[{k}.] {breakable(text)}" for text, k in numbers.items())
    rows = []
    for stated, column in held:
        word = f"{column.word}, refutes it" if column.refutes else column.word
        more = ", ".join(str(numbers[text]) for text in column.hypotheses)
        theorem = breakable_name(column.theorem.removeprefix(_LIBRARY))
        rows.append(
            rf"\raggedright\texttt{{{breakable_name(stated.id)}}} & \raggedright {word} & "
            rf"\raggedright\texttt{{{theorem}}} & \raggedright {more} \tabularnewline"
        )
    head = r"statement & kernel & theorem & assumes \tabularnewline"
    notes = f"\\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\n{items}\n\\end{{description}}"
    return f"{{\\small{notes}}}\n\n{_table(_columns(0.26, 0.15, 0.4, 0.08), head, rows)}"


# The theorems' library, which all their names begin with.
_LIBRARY = "ICLTheorems."


def _columns(*widths: float) -> str:
    """Columns of a table, as shares of the text's width."""
    return "@{}" + "".join(rf"p{{{width:g}\textwidth}}" for width in widths) + "@{}"


def _table(columns: str, head: str, rows: Sequence[str]) -> str:
    body = "\n".join(rows)
    return (
        f"{{\\footnotesize\n\\begin{{longtable}}{{{columns}}}\n\\toprule\n{head}\n\\midrule\n\\endhead\n{body}\n"
        "\\bottomrule\n\\end{longtable}}"
    )


def _place(stated: Stated) -> str:
    return "" if stated.is_refuted else rf"\eqref{{{label_of(stated.id)}}}"
