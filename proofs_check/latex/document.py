"""The theory as one LaTeX article: notation, statements with their evidence, derivations, bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult, Report
from proofs_check.judge.status import ORDER
from proofs_check.papers.zhang2024 import catalogue
from proofs_check.papers.zhang2024.language import LETTERS, TWO_ATOMS
from theory import DERIVATIONS
from theory.algebra.expression import Expression, letter
from theory.algebra.grammar import Node, Number, Product, parse
from theory.algebra.latex import latex, terms_latex
from theory.algebra.statement_latex import statement_latex
from theory.derivation import WEIGHTS, Derivation
from theory.exposition.latex import PREAMBLE, blocks_latex, joined, label_of, sentences
from theory.exposition.lines import display, top_level_pieces
from theory.marked_text import escaped, latex_text

_TITLE = r"""\title{In-context learning by linear attention:\\statements, derivations and evidence}
\author{written by \texttt{icl-theory}}
\date{}
"""
BIBLIOGRAPHY: Mapping[str, str] = {
    "zhang2024": r"R.~Zhang, S.~Frei and P.~L.~Bartlett. Trained Transformers Learn Linear Models In-Context. "
    r"\emph{Journal of Machine Learning Research} 25(49), 2024.",
    "isserlis1918": r"L.~Isserlis. On a formula for the product-moment coefficient of any order of a normal frequency "
    r"distribution in any number of variables. \emph{Biometrika} 12, 1918.",
    "bartlett1933": r"M.~S.~Bartlett. On the theory of statistical regression. \emph{Proceedings of the Royal "
    r"Society of Edinburgh} 53, 1933.",
    "ville1939": r"J.~Ville. \emph{\'Etude critique de la notion de collectif}. Gauthier-Villars, 1939.",
    "anderson2003": r"T.~W.~Anderson. \emph{An Introduction to Multivariate Statistical Analysis}. Wiley, 2003.",
    "delapena2009": r"V.~H.~de la Pe\~na, T.~L.~Lai and Q.-M.~Shao. \emph{Self-Normalized Processes}. Springer, 2009.",
    "delyon2009": r"B.~Delyon. Exponential inequalities for sums of weakly dependent variables. \emph{Electronic "
    r"Journal of Probability} 14, 2009.",
    "howard2021": r"S.~R.~Howard, A.~Ramdas, J.~McAuliffe and J.~Sekhon. Time-uniform, nonparametric, nonasymptotic "
    r"confidence sequences. \emph{Annals of Statistics} 49, 2021.",
}
# What the letters stand for, as LaTeX; the order of the notation table.
NOTATION: tuple[tuple[str, str], ...] = (
    (r"$d$, $N$, $M$", "dimension of the covariates, length of the training prompts, length of a test prompt"),
    (r"$x_i$, $y_i$, $x_q$, $y_q$", "covariates and labels of the prompt, the query and its label"),
    (r"$\Lambda$, $\Psi$", "covariance of the covariates, covariance of the task vector (the identity in the paper)"),
    (r"$\Lambda_c$, $\Lambda_q$", "covariance of a test prompt's context, second moment of its query"),
    (r"$w$, $B$, $c$", r"the label is $\langle w, x\rangle + x^\top B x + c$ plus noise"),
    (r"$\varepsilon_i$, $s^2$", "label noise and its variance"),
    (r"$\kappa$, $m_k$", "moments of the radius of elliptical covariates, moments of i.i.d.\\ eigenvalues"),
    (r"$X$, $y$, $E$", "the prompt as a matrix, its labels as a vector, and the embedding built from them"),
    (r"$U_{11}$, $u_{21}$; $u_{12}$, $u$", "first $d$ columns of $W^{KQ}$; last row of $W^{PV}$"),
    (r"$U$", r"$U_{11}$ on the invariant subspace $u_{21} = u_{12} = 0$"),
    (r"$L$, $\ell$", "population loss; loss on the invariant subspace without its constant"),
    (r"$\Gamma$", "the preconditioner: the limit of the flow has $uU = \\Gamma^{-1}$"),
    (r"$a$, $\Sigma$, $R_{\min}$", r"best linear predictor of $y$, covariance of $xy$, its least squared error"),
    (r"$A$, $\tau$", "matrix of a limiting predictor; index of a random covariance"),
    (r"$\operatorname{tr}$, $\|\cdot\|_F$, $A^\top$", "trace, Frobenius norm, transpose"),
)


@dataclass(frozen=True)
class Stated:
    """A statement as it is printed, with the evidence for it if there is any."""

    id: str
    title: str
    source: str
    left: str
    relation: str
    right: Node
    where: tuple[tuple[str, Node], ...]
    assumptions: tuple[str, ...]
    rests_on: tuple[str, ...]
    upto: Mapping[str, str]
    result: ClaimResult | None = None
    expression: Expression | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_result(cls, result: ClaimResult, claims: Mapping[str, Claim] = MappingProxyType({})) -> Stated:
        """The statement of a report's entry; `claims` are those that may have made it, by their ids."""
        claim = claims.get(result.id)
        expression = _derived(claim) if claim is not None and claim.statement.text == result.right else None
        where = tuple((name, parse(text)) for name, text in result.where)
        upto = dict(result.language.get("upto", {}))
        tree = parse(result.right)
        rests_on, assumptions = result.rests_on, result.assumptions
        return cls(
            result.id,
            result.title,
            result.source,
            result.left,
            result.relation,
            tree,
            where,
            assumptions,
            rests_on,
            upto,
            result,
            expression,
            LETTER_LATEX if claim is None else _names(claim),
        )

    @classmethod
    def of_claim(cls, claim: Claim) -> Stated:
        """The statement of a claim that has not been checked."""
        statement = claim.statement
        return cls(
            claim.id,
            claim.title,
            str(claim.origin),
            claim.left.latex,
            statement.relation,
            statement.right,
            statement.where,
            claim.assumptions,
            claim.rests_on,
            claim.language.upto,
            None,
            _derived(claim),
            _names(claim),
        )


def _names(claim: Claim) -> dict[str, str]:
    """LaTeX of the letters that are not printed as they are spelled."""
    letters = {name: letter(held).latex for name, held in claim.language.letters.items() if letter(held).latex}
    return letters


def _derived(claim: Claim) -> Expression | None:
    """The right side as an expression if nobody typed it: the engine's own text of a polynomial."""
    if len(claim.statement.text) < _LONGEST_TYPED:
        return None
    try:
        expression, _ = claim.statement.elaborated(claim.language)
    except ValueError:
        return None
    return expression if str(expression) == claim.statement.text else None


# Right sides with more characters than this may have been written by the engine rather than typed.
_LONGEST_TYPED = 300
_RELATIONS = {"<=": r"\le", ">=": r"\ge"}
LETTER_LATEX = {name: letter(held).latex for name, held in {**TWO_ATOMS, **LETTERS}.items() if letter(held).latex}


def derivation_document(report: Report) -> str:
    """The article with the evidence of a report."""
    return article(stated_results(report.results))


def stated_results(results: Iterable[ClaimResult]) -> list[Stated]:
    """The statements of a report."""
    claims = {claim.id: claim for claim in catalogue()}
    return [Stated.of_result(result, claims) for result in results]


def article(statements: Sequence[Stated]) -> str:
    """Return the article: notation, the given statements, every derivation, their evidence and the bibliography."""
    pieces = [PREAMBLE + _TITLE + "\\begin{document}\n\\maketitle", _introduction(statements), _notation()]
    pieces.append("\\section{Statements}\\label{sec:statements}")
    known = {stated.id for stated in statements}
    pieces += [_statement(stated, known) for stated in statements]
    pieces += [_derivation(make()) for make in DERIVATIONS.values()]
    if any(stated.result for stated in statements):
        pieces.append(_evidence(statements))
    entries = "\n".join(f"\\bibitem{{{key}}} {text}" for key, text in BIBLIOGRAPHY.items())
    pieces.append(f"\\begin{{thebibliography}}{{9}}\n{entries}\n\\end{{thebibliography}}\n\\end{{document}}\n")
    return "\n\n".join(pieces)


def _introduction(statements: Sequence[Stated]) -> str:
    checked = [stated.result for stated in statements if stated.result is not None]
    text = (
        "This article was written by a program, not by hand. Its formulas are derived from the definition of the model "
        r"of Zhang, Frei and Bartlett~\cite{zhang2024} for every $d$ and $N$ at once: expectations of Gaussian "
        r"covariates by the theorem of Isserlis~\cite{isserlis1918}, both sides of every equation brought to one "
        "normal form. "
    )
    if not checked:
        return (
            text
            + "The statements of section~\\ref{sec:statements} are printed without their evidence: no report was given."
        )
    counts = [
        f"{sum(r.status == status for r in checked)} are {status}"
        for status in reversed(ORDER)
        if any(r.status == status for r in checked)
    ]
    return text + (
        f"Of the {len(checked)} statements {', '.join(counts)}; section~\\ref{{sec:evidence}} shows the evidence. "
        "Refuted statements stand beside what holds instead. "
        "Proved: derived for every dimension and length, with exact evidence that agrees. "
        "Tested: exact or rigorous at the instances tried. "
        r"Supported: by confidence sequences that are valid at every stopping "
        r"time~\cite{ville1939,delapena2009,delyon2009,howard2021}, "
        r"sampled from real prompts or through their Wishart matrices~\cite{bartlett1933,anderson2003}."
    )


def _notation() -> str:
    rows = "\n".join(f"{symbols} & {meaning} \\\\" for symbols, meaning in NOTATION)
    return (
        "\\section{Notation}\n\\begin{tabular}{@{}p{0.22\\textwidth}p{0.74\\textwidth}@{}}\n\\toprule\n"
        f"{rows}\n\\bottomrule\n\\end{{tabular}}"
    )


def citation(source: str) -> str:
    """Where in the paper, as a citation."""
    match = re.fullmatch(r"Zhang(?:, Frei and Bartlett| et al\.) \(2024\),? ?(.*)", source)
    if match is None:
        return latex_text(source)
    return rf"\cite[{latex_text(match[1])}]{{zhang2024}}" if match[1] else r"\cite{zhang2024}"


def paper_number(source: str) -> str:
    """The paper's own number where the source is an equation, as in "eq. (4.3)"; otherwise empty."""
    match = re.search(r"eq\. \(([0-9.]+)\)$", source)
    return match[1] if match else ""


def right_side(stated: Stated) -> str:
    """The right side of a statement as it was typed, in the engine's order if it was not; 0 times anything is 0."""
    if stated.expression is not None:
        return latex(stated.expression, WEIGHTS)
    return statement_latex(right_tree(stated), stated.names, stated.upto)


def right_tree(stated: Stated) -> Node:
    """The right side's syntax tree; 0 times anything, which says the zero's shape, is 0."""
    tree = stated.right
    return Number(0) if isinstance(tree, Product) and tree.factors[0] == Number(0) else tree


def statement_display(stated: Stated, label: str = "") -> str:
    """A statement as an aligned equation."""
    lead = f"{stated.left} &{_RELATIONS.get(stated.relation, stated.relation)}"
    tag = paper_number(stated.source) if label else ""
    derived = stated.expression
    pieces = top_level_pieces(right_side(stated)) if derived is None else terms_latex(derived, WEIGHTS)
    return display(lead, pieces, label, tag)


def _statement(stated: Stated, known: set[str]) -> str:
    lines = [
        rf"\subsection*{{{latex_text(stated.title)}}}",
        rf"\texttt{{{escaped(stated.id)}}}; {citation(stated.source)}. Assumed: "
        + "; ".join(latex_text(text) for text in stated.assumptions)
        + ".",
        statement_display(stated, label_of(stated.id)),
    ]
    if stated.where:
        given = [
            f"${statement_latex(parse(name), stated.names)} = {statement_latex(tree, stated.names, stated.upto)}$"
            for name, tree in stated.where
        ]
        lines.append(f"where {', '.join(given)}.")
    rests = [rf"\eqref{{{label_of(name)}}}" for name in stated.rests_on if name in known]
    verdict = _verdict(stated.result)
    if rests or verdict:
        lines.append(" ".join(filter(None, (f"Rests on {', '.join(rests)}." if rests else "", verdict))))
    return joined(lines)


def _verdict(result: ClaimResult | None) -> str:
    if result is None:
        return ""
    whole = " with all that it rests on" if result.status == "proved" else ""
    text = rf"\textbf{{{result.status.capitalize()}}}{whole}."
    if result.finding:
        corrected = ", ".join(rf"\eqref{{{label_of(name)}}}" for name in result.corrected_by)
        text = "The printed statement does not hold" + (f"; what holds is {corrected}." if corrected else ".")
    if result.reason and not result.counterexample:
        text += f" {latex_text(result.reason, _breakable)}."
    if result.counterexample:
        text += rf" Counterexample:{chr(10)}{chr(10)}{{\raggedright {_breakable(result.counterexample)}\par}}"
    return text


def _breakable(text: str) -> str:
    """Plain text that may be broken inside long numbers and lists."""
    pieces = re.findall(r"\d{1,12}|[^\d]", text)
    return "".join(escaped(p) + (r"\allowbreak{}" if p in ",=[]/()" or len(p) == 12 else "") for p in pieces)


def _evidence(statements: Iterable[Stated]) -> str:
    rows = []
    for stated in statements:
        result = stated.result
        if result is None:
            continue
        kinds = "; ".join(f"{escaped(item.kind)}: {_breakable(item.summary)}" for item in result.evidence)
        killed = f"{result.count('killed')}/{result.count('killed') + result.count('survived')}"
        rows.append(
            rf"\eqref{{{label_of(stated.id)}}} & \raggedright\texttt{{{_breakable_name(stated.id)}}} & "
            rf"{result.status} & {killed} & \raggedright {kinds} \tabularnewline"
        )
    body = "\n".join(rows)
    return (
        "\\section{Evidence}\\label{sec:evidence}\nMutants are wrong versions of the statement, one symbol changed; "
        "all of those that count must be refuted by the same evidence.\n\n{\\footnotesize\n"
        "\\begin{longtable}{@{}p{0.07\\textwidth}p{0.19\\textwidth}p{0.10\\textwidth}p{0.10\\textwidth}p{0.42\\textwidth}@{}}\n"
        "\\toprule\n & claim & status & mutants refuted & evidence \\tabularnewline\n\\midrule\n\\endhead\n"
        f"{body}\n\\bottomrule\n\\end{{longtable}}}}"
    )


def _breakable_name(name: str) -> str:
    return escaped(name).replace("-", "-\\allowbreak{}").replace(".", ".\\allowbreak{}")


def _derivation(derivation: Derivation) -> str:
    document = derivation.document()
    head = [f"\\section{{{sentences(document.title)}}}", citation(document.source) + "."]
    return joined([*head, *blocks_latex(document.blocks, f"{derivation.name}-")])
