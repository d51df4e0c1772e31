"""What is carried, with its sources."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "Least squares and ridge regression on a prompt: Breiman and Freedman (1983); Letac and Massam (2004); Dobriban and"
    " Wager (2018)"
)
NUMBERS: Mapping[str, Number] = {
    "inverse moments": Number(),
    "least squares": Number(),
    "ridge": Number(),
    "ridge at finite sizes": Number(
        says="the risk of ridge regression at given $d$ and $M$",
        undecided="the mean of the inverse that it needs has no closed form that the engine knows",
    ),
}
