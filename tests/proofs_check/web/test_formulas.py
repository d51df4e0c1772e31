"""Formulas as MathML."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

import pytest

from proofs_check.web.formulas import equation, mathml, sentence, statement_pieces
from theory import DERIVATIONS
from theory.algebra.grammar import parse


class _Tree(HTMLParser):
    """Whether tags are nested, and which there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


def tags(html: str) -> set[str]:
    """The tags of HTML that is well nested."""
    tree = _Tree()
    tree.feed(html)
    assert [] == tree.open
    return tree.tags


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("a = w", "<mi>a</mi><mo>=</mo><mi>w</mi>"),
        (r"\Gamma^{-2}", '<msup><mi mathvariant="normal">Γ</mi><mrow><mo>−</mo><mn>2</mn></mrow></msup>'),
        (
            r"N \operatorname{tr}(\Lambda)",
            '<mi>N</mi><mi>\u2009tr</mi><mo stretchy="false">(</mo>'
            '<mi mathvariant="normal">Λ</mi><mo stretchy="false">)</mo>',
        ),
        (r"\left(x\right)", "<mo>(</mo><mi>x</mi><mo>)</mo>"),
        (
            r"\|A\|_{\mathrm{op}}",
            '<mo stretchy="false">‖</mo><mi>A</mi><msub><mo stretchy="false">‖</mo><mi>op</mi></msub>',
        ),
        (r"\min \ell", '<mi>min</mi><mspace width=".17em" /><mi>ℓ</mi>'),
        (
            r"\lim_{t \to \infty} u",
            "<munder><mi>lim</mi><mrow><mi>t</mi><mo>→</mo><mi>∞</mi></mrow></munder>"
            '<mspace width=".17em" /><mi>u</mi>',
        ),
        (r"\tfrac12", '<mstyle displaystyle="false"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle>'),
        ("a < b", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
    ],
)
def test_mathml(latex: str, expected: str) -> None:
    """Signs are what they are, names stand off factors, brackets grow only where the LaTeX says so."""
    assert f"<math>{expected}</math>" == mathml(latex)


@pytest.mark.parametrize("latex", [r"\text{<script>alert(1)</script>}", r"\text{a & b}", "x_{", "x^", "", r"\left(x"])
def test_what_cannot_be_set_is_shown_as_typed(latex: str) -> None:
    """LaTeX that cannot be read, or that would bring markup in, is shown, escaped, and nothing else happens."""
    assert f"<code>{escape(latex, quote=False)}</code>" == mathml(latex)


def test_formulas_bring_no_attributes_in() -> None:
    """Only what sets a formula passes: no colour, no link, no style."""
    assert "<math><mstyle><mi>x</mi></mstyle></math>" == mathml(r"\color{red} x")
    assert "javascript" not in mathml(r"\href{javascript:alert(1)}{x}")


def test_lines_break_before_signs() -> None:
    """Each term is a formula of its own that begins with its sign, spaced as in a sum."""
    assert 3 == equation("L", "=", [("+", "a"), ("-", "b")]).count("<math>")
    assert '<math><mo form="infix" lspace="0">−</mo><mi>b</mi>' in equation("L", "=", [("+", "a"), ("-", "b")])
    assert "<math><mo>−</mo><mi>a</mi></math>" in equation("L", "=", [("-", "a")])


def test_formula_pieces_keep_the_statement() -> None:
    """A wide bracketed sum is broken inside its bracket."""
    text = "s2 + 1/N^2 (w' Gamma^-2 Lambda^3 w + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w - w' Gamma^-2 Lambda w)"
    pieces = statement_pieces(parse(text), {})
    assert ["+", "+", "+", "-"] == [sign for sign, _ in pieces]
    assert pieces[1][1].count(r"\bigl(") == pieces[-1][1].count(r"\bigr)") == 1


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_every_derivation_can_be_set(name: str) -> None:
    """Each equation and each reason of each derivation is well-formed MathML, and no command of LaTeX is left."""
    for step in DERIVATIONS[name]().steps:
        html = mathml(step.latex()) + sentence(step.reason)
        assert tags(html) <= {
            *("math", "mi", "mo", "mn", "mrow", "mfrac", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
            *("span", "mspace", "mstyle", "msqrt", "mroot", "mtext", "mtable", "mtr", "mtd"),
        }
        assert "\\" not in html, html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b> of $N$", "&lt;b&gt; of <math><mi>N</mi></math>"),
        ("in $N$, say", 'in <span class="nb"><math><mi>N</mi></math>,</span> say'),
        ("costs $5 & <more>", "costs $5 &amp; &lt;more&gt;"),
        (r"$\evil{<script>}$", r"$\evil{&lt;script&gt;}$"),
        ("", ""),
    ],
)
def test_sentences(text: str, expected: str) -> None:
    """Words are escaped, formulas are set with their punctuation, and what is not well marked is text."""
    assert expected == sentence(text)
