"""Sentences with marked formulas as LaTeX, HTML and plain text."""

from __future__ import annotations

import re

import pytest

from theory.algebra.latex import GREEK, name_latex
from theory.marked_text import (
    MarkingError,
    escaped,
    html_text,
    latex_text,
    plain_formula,
    plain_text,
    require_marked,
)


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"uU = \Gamma^{-1}", "uU = Gamma^-1"),
        (r"\|\Lambda^{1/2} U\|_F^2 \le \tfrac{1}{N}", "||Lambda^(1/2) U||_F^2 <= 1/N"),
        (r"\hat y = \mathbb{E}[x]^\top", "y_hat = E[x]'"),
        (r"\langle w, x_q\rangle \ne 0", "<w, x_q> != 0"),
        (r"u_{21} = u_{12} = 0", "u21 = u12 = 0"),
        (r"x_1, \ldots, x_M", "x_1, ..., x_M"),
        (r"U\Lambda x^\top\!", None),
        (r"U\Lambda x^\top Bx", "U Lambda x' Bx"),
        (r"\sqrt{d} \operatorname{tr}(\Theta\Theta^\top)", "sqrt(d) tr(Theta Theta')"),
        (r"\tfrac{N + 1}{N}\Lambda", "(N + 1)/N Lambda"),
        (r"\tfrac12 u^{2}v", "1/2 u^2 v"),
        (r"\lambda_{\min}(\Gamma)", "lambda_min(Gamma)"),
        (r"M = \bigl(\begin{smallmatrix} U & a \\ b^\top & u \end{smallmatrix}\bigr)", "M = [[U, a], [b', u]]"),
        (r"\left[E E^\top\right]_{11}", "[E E']_11"),
        (r"1\{i = j\} \xi_i/\gamma_i", "1{i = j} xi_i/gamma_i"),
        (r"x_{q,i}", "x_q,i"),
    ],
)
def test_formulas_in_plain_text(latex: str, expected: str | None) -> None:
    """LaTeX becomes what one would type; a command that is not listed is refused."""
    if expected is None:
        with pytest.raises(MarkingError, match=r"the command \\!"):
            plain_formula(latex)
    else:
        assert expected == plain_formula(latex)


@pytest.mark.parametrize("name", [*sorted(GREEK), "U11", "x_q", "Lambda_c", "u", "even", "m1"])
def test_names_survive_latex(name: str) -> None:
    """A letter's LaTeX in plain text is its name."""
    assert name == plain_formula(name_latex(name))


def test_a_sentence_in_three_forms() -> None:
    """Words are escaped where they have to be; formulas are set."""
    text = r'the "bound" of $\|\Gamma_\tau\|_F \le x_q^\top w$ & 100% of \$5'
    assert latex_text(text) == r"the ``bound'' of $\|\Gamma_\tau\|_F \le x_q^\top w$ \& 100\% of \$5"
    assert plain_text(text) == 'the "bound" of ||Gamma_tau||_F <= x_q\' w & 100% of $5'
    assert html_text(text) == (
        'the "bound" of ‖<i>Γ</i><sub><i>τ</i></sub>‖<sub><i>F</i></sub> ≤ '
        "<i>x</i><sub><i>q</i></sub><sup>⊤</sup> <i>w</i> &amp; 100% of $5"
    )


@pytest.mark.parametrize("text", ["", "plain words", "a < b & c_d^2 #1 \\ {x} ~ |y|", "100 % \u2264 2"])
def test_text_without_dollars_is_text(text: str) -> None:
    """Nothing in it is a formula, whatever it looks like."""
    require_marked(text)
    assert plain_text(text) == text
    assert latex_text(text) == escaped(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("half a $formula", "a dollar sign is missing"),
        ("$$", "nothing in the formula"),
        (r"$\input{secret}$", r"the command \\input"),
        (r"$\write18{rm}$", r"the command \\write"),
        ("$a % b$", "'%'"),
        ("$a & b$", "'&'"),
        ("$a^2^3$", "second exponent"),
        (r"$u^2'$", "prime"),
        ("$a_$", "argument is missing"),
        ("$_1$", "behind nothing"),
        ("$a}$", "without its partner"),
        ("${a$", "brace is missing"),
        (r"$\left(a$", r"\\left without"),
        (r"$\mathrm{a$", "brace is missing"),
        (r"$\text{\input{x}}$", "as a word"),
        (r"$\begin{align} a \end{align}$", "environment align"),
        ("$" + "{" * 101 + "}" * 101 + "$", "more than 100 braces"),
        (r"$\hat{yz}$", "accent"),
    ],
)
def test_badly_marked_text_is_refused_and_printed_as_it_stands(text: str, says: str) -> None:
    """The message says what is wrong; printing such a text shows it and runs nothing in it."""
    with pytest.raises(MarkingError, match=says):
        require_marked(text)
    assert plain_text(text) == text
    assert "$" not in latex_text(text).replace(r"\$", "")
    commands = re.findall(r"\\[a-z]+", latex_text(text))
    assert set(commands) <= {r"\textbackslash", r"\textasciicircum", r"\textasciitilde"}


def test_html_is_escaped() -> None:
    """No markup of the text's own gets through, neither in words nor in formulas."""
    assert html_text("<b> $a < b$ & $x$") == "&lt;b&gt; <i>a</i> &lt; <i>b</i> &amp; <i>x</i>"
    assert "<script" not in html_text("$<script>$ <script>")
