"""Writes docs/kernel.md from the pinned statements of the formal proofs: python docs/make_kernel.py."""

from __future__ import annotations

from pathlib import Path

from proofs_check import Claim, catalogue
from proofs_check.kernel import read_record
from proofs_check.kernel.coq import PACKAGES
from proofs_check.kernel.pins import Proof, Statement, read_claims, read_pins
from proofs_check.kernel.sources import source_of
from theory.marked_text import plain_text

_INTRODUCTION = f"""\
# Theorems checked by Coq's kernel

Made from `claims.toml` and `pins.json` of `proofs_check/kernel` by `docs/make_kernel.py`.

Coq {{version}} has checked a theorem behind {{claims}} claims: for {{checked}} the theorem says what the claim says (or
is a counterexample to a finding), for {{partial}} it assumes more, and the table says what. `make kernel` checks all of
it again, on Debian 12 after

    apt-get install --no-install-recommends {PACKAGES}

## What is trusted

- Coq's kernel. `coqchk` checks the compiled files a second time.
- MathComp, MathComp-Analysis and their three axioms: propositional extensionality, functional extensionality and
  constructive indefinite description. `Print Assumptions` finds no other behind any theorem below; MathComp's own
  proofs are not checked again.
- The definitions at the end of this page. Read them as carefully as the theorems: a theorem says no more than they do.
- The name of the claim: that a theorem is what the paper means is for a reader to see, side by side.

What is not trusted: the engine, its LaTeX, and the files that it writes for Coq. A wrong formula in one of them does
not compile. The types of the theorems and the definitions are pinned: a weakened statement is refused until somebody
pins it, in a line that a reviewer sees.

Some conventions of MathComp: `'M_d` is a matrix with d rows and columns, `'cV_d` a column, `*m` a product, `*:` a
product with a number, `^T` the transpose, `\\tr` the trace, `1%:M` the identity, `invmx` the inverse, `n%:R` the number
n. A division by 0 is 0, so that theorems for every N say nothing of use for N = 0. `f @ +oo --> x` is the limit of f(t)
as t grows, `definite.pd A`: A is symmetric and positive definite, `curve.mder U t V`: U has the derivative V at t.

## What the checker of the engine's files covers

The files of `generated/` hold what the engine averaged, differentiated or restricted, and what it says the result is;
one boolean decides whether the two agree for every d and N. They are about polynomials in traces and bilinear forms of
words, with rational coefficients times powers of d and of one length N. Covered are

- square letters and their transposes, symmetric letters, scalars, fixed vectors;
- symmetric letters that commute, such as Lambda and Gamma^-1: words are compared up to the order of neighbours of one
  family, so that an initialisation that is a polynomial in Lambda is a letter of Lambda's family;
- the inverse of a named sum, such as Gamma^-1, as a letter V with the relation V S - 1 = 0 (`lib/relations.v`): the
  file names the multiples of the relation that lead from the mean to the engine's answer, and proves the relation from
  V S = 1. `limiting_error` is Theorem 4.2 at Gamma^-1;
- independent Gaussian vectors of mean 0 whose covariance is one product of letters, and sums over their draws, each
  index from 1 to N; equal states are merged, so that degree 14 (`wishart7`) takes about 20 seconds;
- elliptical vectors sqrt(r) z, each draw with a radius of its own, E r = 1, the moments E r^k scalars: draws that
  coincide share their radius (`lib/radii.v`), and `lib/elliptical.v` constructs such a law from any moments of the
  radius. `population_loss_elliptical` is the loss of statement B6 in all blocks; no theorem ties it to the layer yet;
- the mean of a product of two such polynomials, derivatives along curves, and the value where some letters are 0;
- a second length, in powers 1/N^k, k >= 0, as a scalar.

Not covered, so that no such file is written (`ExportError` names the letter):

- roots of letters, several inverses in one file, and the inverse of a sum that no scalar factor of the relation singles
  out: the steps are found by solving the relation for such a term, and a file whose steps leave a rest is not written;
- relations between letters other than V S = 1 and that letters commute;
- covariances that are sums, means other than 0, random scalars such as label noise;
- positive powers of a second length, and ordered sums, as under a causal mask;
- entries, Hadamard products and laws of entries (Corollary C.2 and what rests on it); random matrices as letters;
- limits.

Theorems proved by hand stand behind claims of these kinds too, such as B5, B6, B7, B9, Theorem 4.2 and appendix C.
"""


def page() -> str:
    """Return the page."""
    proofs, pins = read_claims(), read_pins()
    words = [proof.word for proof in proofs.values()]
    head = _INTRODUCTION.format(
        version=read_record().coq, claims=len(words), checked=words.count("checked"), partial=words.count("partial")
    )
    rows = [_row(claim, proofs[claim.id], pins.theorems) for claim in catalogue() if claim.id in proofs]
    table = "| the paper's statement | ours | Coq's | kernel |\n|---|---|---|---|\n" + "\n".join(rows)
    definitions = "\n\n".join(
        f"`{name}`, in `{source_of(name)}`\n\n```coq\n" + "\n".join(statement.text) + "\n```"
        for name, statement in sorted(pins.definitions.items())
    )
    return f"{head}\n## The theorems\n\n{table}\n\n## The definitions beneath them\n\n{definitions}\n"


def _row(claim: Claim, proof: Proof, theorems: dict[str, Statement]) -> str:
    statement = claim.statement
    where = "".join(f", {name} = {text}" for name, text in statement.abbreviations)
    ours = f"{plain_text(claim.title)}: {statement.relation} {statement.text}{where}"
    lines = [proof.theorem.removeprefix("ICLTheorems."), *theorems[proof.theorem].text]
    kernel = (
        proof.word
        + " (a counterexample)" * proof.refutes
        + "".join(f"; {hypothesis}" for hypothesis in proof.hypotheses)
    )
    kernel += f"; solutions exist by {proof.exists.removeprefix('ICLTheorems.')}" if proof.exists else ""
    kernel += f"; of every probability measure by {proof.laws.removeprefix('ICLTheorems.')}" if proof.laws else ""
    kernel += f". Note: {proof.remark}" if proof.remark else ""
    return " | ".join(["", f"{claim.source} (`{claim.id}`)", _code([ours]), _code(lines), _escaped(kernel), ""]).strip()


def _code(lines: list[str]) -> str:
    return "<br>".join(f"`{_escaped(line.rstrip())}`" for line in lines)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    Path(__file__).with_name("kernel.md").write_text(page(), encoding="utf-8")
