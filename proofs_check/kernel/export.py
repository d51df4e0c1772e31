"""`icl-theory kernel export`: the engine's own input and output, one file a derived claim, for Coq to check.

Each file says in numbered letters what was averaged (or differentiated) and what the engine says the result is; one
boolean, evaluated by the kernel, decides whether the two agree for every d and N (`lib/expectation.v`, `lib/random.v`,
`lib/word_derivative.v` prove that it does). Where the result is short enough to be read it is also written as a
formula, and the file proves that both are equal. The bytes depend on the engine's result alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proofs_check.kernel.exporter import Alphabet, Term, clearing, formula, letters_of, listed, printed
from proofs_check.kernel.relations import (
    inverse_letter,
    multiples,
    printed_multiples,
    printed_relation,
    with_reciprocal,
)
from proofs_check.kernel.sources import ROOT
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    indexed,
    length,
    letter,
    matrix,
    scalar_letter,
    sum_over,
    symbol_expression,
    vector,
)
from theory.zhang2024.gradient_flow import gradient_flow
from theory.zhang2024.model import LAMBDA, U11, Law, prediction, u, u12, u21, w, x_q
from theory.zhang2024.population_loss import population_loss
from theory.zhang2024.preconditioner import U, preconditioner
from theory.zhang2024.prediction_error import FLOOR, SIGMA, a, error_expression, prediction_error

_HEAD = """\
(* Written by `icl-theory kernel export`, which writes it again, byte for byte; do not edit.
   {title}
   {legend} *)
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From ICL Require Import {imports}.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Delimit Scope Z_scope with coqZ.
Close Scope Z_scope.
Import GRing.Theory.

"""


def _head(title: str, letters: Alphabet, imports: str) -> str:
    return _HEAD.format(title=title, legend=letters.legend(), imports=imports)


def mean_file(title: str, before: Expression, laws: Mapping[Expression, Gaussian]) -> str:
    """The file of E[before] = after, with what the engine says of `after`."""
    after = expectation(before, laws)
    letters = Alphabet(letters_of(laws))
    random, mean = letters.terms(before), letters.terms(after)
    letters.fix(symbol for symbol in letters.vectors if symbol not in letters.laws)
    scale, shift = clearing(random, mean)
    body = f"""\
Definition letters : alphabet := {letters.definition()}.
(* {scale} N^{shift} times what is averaged, and times its mean *)
Definition random : seq rterm := {printed(random, scale, shift, random=True)}.
Definition mean : poly := {printed(mean, scale, shift)}.
Lemma mean_ok : check_expectation letters random mean = true.
Proof. vm_cast_no_check (erefl true). Qed.
"""
    return _head(title, letters, "words wick expectation") + body


# The directions of a derivative.
_D11, _e21, _e12, _e = matrix("D11"), vector("e21"), vector("e12"), scalar_letter("e")
_DIRECTIONS = {"U11": (U11, _D11), "u21": (u21, _e21), "u12": (u12, _e12), "u": (u, _e)}


def _loss_letters(law: Law | None = None) -> Alphabet:
    """The letters of the population loss and of its derivatives, in a fixed order."""
    # The error is of degree three in the query.
    letters = Alphabet(letters_of((law or Law()).laws()), radial_moments=3)
    for block in (U11, _D11):
        letters.word(next(iter(block.terms)).word)
    for number in (u, _e):
        letters.scalar(letter(number))
    fixed = [letter(name) for name in (u12, u21, _e12, _e21)]
    for name in fixed:
        letters.vector(name)
    weights, directions = fixed[:2], fixed[2:]
    letters.fix(weights)
    for weight in weights:
        for direction in directions:
            letters.outer(weight, direction)
    return letters


def population_loss_file() -> str:
    """The population loss in all blocks: E (N y_hat - N <w, x_q>)^2 = 2 N^2 L."""
    letters = _loss_letters()
    return _mean_square_file(
        "The population loss in all blocks, from the error of the prediction.",
        letters,
        letters.terms(prediction(Law()) - w.T @ x_q),
        "the error y_hat - <w, x_q>",
        _Derived("loss", "the loss", population_loss().expression, 2),
    )


def elliptical_loss_file() -> str:
    """Statement B6: the population loss in all blocks for covariates sqrt(r) z, E r = 1, E r^2 = kappa4, E r^3 = m3."""
    law = Law(elliptical=True)
    letters = _loss_letters(law)
    return _mean_square_file(
        "The population loss in all blocks for elliptical covariates (B6), from the error of the prediction.",
        letters,
        letters.terms(prediction(law) - w.T @ x_q),
        "the error y_hat - <w, x_q>",
        _Derived("loss", "the loss", population_loss(elliptical=True).expression, 2),
    )


@dataclass(frozen=True)
class _Derived:
    """What the engine gives: `times` it is the mean square of an error.

    Attributes:
        name: in the file; `says` in words.
        length: of the prompt.
    """

    name: str
    says: str
    expression: Expression
    times: int = 1
    length: str = "N"


def _mean_square_file(title: str, letters: Alphabet, error: list[Term], says: str, derived: _Derived) -> str:
    """A file in which the kernel computes the mean square of an error and holds it against what the engine gives."""
    mean = letters.terms(derived.expression * derived.times)
    scale, shift = clearing(error)
    settled = [term.scaled(scale**2, 2 * shift) for term in mean]
    checked = _checked_mean_square(letters, error, settled, says, derived.length)
    read = _read(letters, derived, "mean_square", derived.times * scale**2, 2 * shift)
    return _head(title, letters, _IMPORTS) + f"{checked}{read}End Formula.\n"


def _checked_mean_square(letters: Alphabet, error: list[Term], settled: list[Term], says: str, length: str) -> str:
    """`error` and `mean_square`, and that the kernel finds the second to be the mean square of the first."""
    scale, shift = clearing(error)
    return f"""\
Definition letters : alphabet := {letters.definition()}.
(* {scale} {length}^{shift} times {says}, and {scale**2} {length}^{2 * shift} times its mean square *)
Definition error : seq rterm := {printed(error, scale, shift, random=True)}.
Definition mean_square : poly := {printed(settled, 1, 0)}.
Lemma mean_square_ok : check_product letters error error mean_square = true.
Proof. vm_cast_no_check (erefl true). Qed.

"""


def _read(letters: Alphabet, derived: _Derived, polynomial: str, factor: int, power: int) -> str:
    """The formula that is read, and that the polynomial is factor * n^power times its value."""
    name = derived.name
    return f"""\
Local Open Scope ring_scope.
Section Formula.
{letters.variables()}\
{letters.meaning()}\
(* {derived.says} as the engine gives it, n the prompt's length *)
Definition {name} : R := {formula(derived.expression, derived.length)}.
Lemma {name}E : (0 < n)%N -> ev matrix_of scalar_of n {polynomial} = \
{factor}%:R * n%:R ^+ {power} * {name}.
Proof. by move=> n0; rewrite /{polynomial} /matrix_of /scalar_of; evaluate; rewrite /{name}; by_field n. Qed.
"""


_IMPORTS = "words wick expectation random formula"


@dataclass(frozen=True)
class _Gradients:
    """The gradients of twice the loss in the words of one alphabet, cleared by scale * N^shift."""

    letters: Alphabet
    expressions: Mapping[str, Expression]
    along: Mapping[str, list[Term]]
    scale: int
    shift: int


def _gradients() -> _Gradients:
    letters = _loss_letters()
    loss = letters.terms(population_loss().expression * 2)
    gradients = {name: population_loss().gradient(name).expression for name in _DIRECTIONS}
    along = {
        name: letters.terms(gradients[name] * 2, (letter(direction), name == "U11"))
        for name, (_, direction) in _DIRECTIONS.items()
    }
    return _Gradients(letters, gradients, along, *clearing(loss, *along.values()))


def gradient_file() -> str:
    """The gradients of the population loss: the derivative along a curve is the sum of <gradient, direction>."""
    held = _gradients()
    letters, scale, shift = held.letters, held.scale, held.shift
    definitions = "".join(
        f"Definition along_{name} : poly := {printed(terms, scale, shift)}.\n" for name, terms in held.along.items()
    )
    formulas, lemmas = "", ""
    types = {"U11": "'M[R]_d", "u21": "'cV[R]_d", "u12": "'cV[R]_d", "u": "R"}
    for name, (_, direction) in _DIRECTIONS.items():
        formulas += f"Definition gradient_{name} : {types[name]} := {formula(held.expressions[name])}.\n"
        inner = f"gradient_{name} * e" if name == "u" else f"\\tr (gradient_{name} *m {letter(direction).name}^T)"
        lemmas += (
            f"Lemma gradient_{name}E : (0 < n)%N -> "
            f"ev meaning scalars n along_{name} = {2 * scale}%:R * n%:R ^+ {shift} * ({inner}).\n"
            f"Proof.\nmove=> n0; rewrite /gradient_{name}; along_direction.\n"
            f"by rewrite /along_{name} /matrix_of /scalar_of; evaluate; by_field n.\nQed.\n"
        )
    body = f"""\
(* the derivatives of letters and scalars *)
Definition dletter : nat -> seq lettr := nth [::] {listed(_letter_derivatives(letters))}.
Definition dscalar : nat -> seq nat := nth [::] {listed(_scalar_derivatives(letters))}.
(* {scale} N^{shift} times twice each gradient, times its direction *)
{definitions}\
Lemma gradient_ok : check (symmetric letters) (family letters) (dpoly dletter dscalar mean_square)
  (along_U11 ++ along_u21 ++ along_u12 ++ along_u) = true.
Proof. vm_cast_no_check (erefl true). Qed.

Local Open Scope ring_scope.
Section Formula.
{letters.variables()}\
Local Notation meaning := (matrix_of Lambda U11 D11 u12 u21 e12 e21).
Local Notation scalars := (scalar_of u e).
{formulas}{lemmas}\
End Formula.
"""
    head = _head("The gradients of the population loss in all blocks.", letters, f"{_IMPORTS} word_derivative")
    return head.replace("Set Implicit", "From ICLGenerated Require Import population_loss.\nSet Implicit", 1) + body


def flow_file() -> str:
    """The flow on u21 = u12 = 0, Lemma 5.2: minus the gradients where every letter of u21 and u12 is 0."""
    held = _gradients()
    letters, scale, shift = held.letters, held.scale, held.shift
    zero = {letter(u21), letter(u12)}
    dead = ["true" if isinstance(key, tuple) and zero & {*key} else "false" for key in letters.order]
    checks, formulas, lemmas = "", "", ""
    for name, block, direction, kind in (("U11", "U", _D11, "'M[R]_d"), ("u", "u", _e, "R")):
        flow = gradient_flow()[f"{block}' reduced"]
        (gamma,) = flow.definitions
        shown = flow.expression.substitute({letter(U): U11})
        spelt = shown.substitute({gamma.symbol: gamma.expression})
        terms = letters.terms(spelt * -2, (letter(direction), name == "U11"))
        checks += f"Definition minus_flow_{block} : poly := {printed(terms, scale, shift)}.\n"
        checks += (
            f"Lemma flow_{block}_ok : "
            f"check (symmetric letters) (family letters) (without dead along_{name}) minus_flow_{block} = true.\n"
            "Proof. vm_cast_no_check (erefl true). Qed.\n"
        )
        if not formulas:
            formulas += f"Definition Gamma : 'M[R]_d := {formula(gamma.expression)}.\n"
        formulas += f"Definition flow_{block} : {kind} := {formula(shown)}.\n"
        lemmas += _flow_lemma(name, block, 2 * scale, shift)
    body = f"""\
(* the letters that hold u21 or u12 *)
Definition dead : pred nat := nth false {listed(dead)}.
(* {2 * scale} N^{shift} times minus the flow of U and of u, times the direction *)
{checks}
Local Open Scope ring_scope.
Section Formula.
Variables (R : numFieldType) (d n : nat) (Lambda U11 D11 : 'M[R]_d) (u e : R).
Hypotheses (Lambda_symmetric : Lambda^T = Lambda) (n_positive : (0 < n)%N).
Local Notation meaning := (matrix_of Lambda U11 D11 0 0 0 0).
Local Notation scalars := (scalar_of u e).
(* the flow as the engine gives it *)
{formulas}\
Let zero a : dead a -> meaning a = 0.
Proof.
by rewrite /dead /matrix_of; do {len(letters.order)} (case: a => [|a]; first by rewrite /= ?mul0mx); case: a.
Qed.
Let turned a : symmetric letters a -> (meaning a)^T = meaning a.
Proof. by rewrite /= !inE => /or3P[] /eqP -> /=; rewrite ?trmx_mul ?trmxK. Qed.
(* the trace in u' as the engine writes its letters *)
Let rotated : \\tr (Lambda *m Lambda *m U11 *m Lambda *m U11^T) = \\tr (Lambda *m U11^T *m Lambda *m Lambda *m U11).
Proof. by rewrite -(mulmxA _ Lambda U11^T) mxtrace_mulC !mulmxA. Qed.
{lemmas}\
End Formula.
"""
    head = _head("The gradient flow on u21 = u12 = 0 (Lemma 5.2).", letters, f"{_IMPORTS} vanishing")
    generated = "From ICLGenerated Require Import population_loss population_loss_gradient.\nSet Implicit"
    return head.replace("Set Implicit", generated, 1) + body


def _flow_lemma(name: str, block: str, factor: int, shift: int) -> str:
    """The flow as the engine gives it is minus the gradient at u12 = u21 = 0, against every direction."""
    gradient = f"gradient_{name} n Lambda U11 0 0 u"
    left, right = (
        (f"flow_{block} * e", f"{gradient} * e")
        if block == "u"
        else (f"\\tr (flow_{block} *m D11^T)", f"\\tr ({gradient} *m D11^T)")
    )
    return f"""\
Lemma flow_{block}E : {left} = - ({right}).
Proof.
have h := gradient_{name}E Lambda U11 D11 0 0 0 0 u e n_positive.
have flow : ev meaning scalars n minus_flow_{block} = - ({factor}%:R * n%:R ^+ {shift} * ({left})).
  rewrite /flow_{block} /Gamma ?(mulmxDl, =^~ scalemxAl, mul1mx, mxtraceD, mxtraceZ) ?rotated.
  by rewrite /minus_flow_{block} /matrix_of /scalar_of; evaluate; by_field n.
rewrite -(check_sound scalars n turned (@alone _ _ _) flow_{block}_ok) (ev_without scalars n zero) h in flow.
apply: (mulfI (_ : {factor}%:R * n%:R ^+ {shift} != 0)); last by rewrite mulrN flow opprK.
by rewrite mulf_neq0 ?expf_neq0 // Num.Theory.pnatr_eq0 -?lt0n.
Qed.
"""


def _letter_derivatives(letters: Alphabet) -> list[str]:
    """For each letter its derivative as a list of letters, the blocks moving in their directions."""
    moves = {letter(block): letter(direction) for block, direction in _DIRECTIONS.values()}
    found = []
    for key in letters.order:
        if isinstance(key, tuple):
            a, b = key
            # A product of a block and a direction is a derivative already, and no polynomial here has its derivative.
            held = [letters.outer(moves[a], b), letters.outer(a, moves[b])] if a in moves and b in moves else []
        else:
            held = [f"({letters.order.index(moves[key])}, false)"] if key in moves else []
        found.append(listed(held))
    return found


def _scalar_derivatives(letters: Alphabet) -> list[str]:
    moves = {letter(block): letter(direction) for block, direction in _DIRECTIONS.values()}
    return [listed([letters.scalar(moves[s])] if s in moves else []) for s in letters.scalars]


def prediction_error_file() -> str:
    """Theorem 4.2 for any matrix A: E (M y_hat - M a'x_q)^2, y_hat = x_q' A (1/M) sum_i v_i, v_i of mean Lambda a.

    As in `theory.zhang2024.prediction_error`, Gaussian v_i and x_q stand for any with the same first two moments; what
    the best linear predictor a'x_q leaves of the query's label adds `floor`.
    """
    read_out, z, at_query = matrix("A"), vector("z"), a.T @ x_q
    laws = {z: Gaussian(SIGMA), x_q: Gaussian(LAMBDA)}
    average = sum_over("i", "M", indexed(z, "i")) / length("M") + LAMBDA @ a
    excess = error_expression(read_out) - FLOOR
    letters = Alphabet(letters_of(laws), "M")
    error = letters.terms(x_q.T @ read_out @ average - at_query)
    letters.fix([letter(a)])
    return _mean_square_file(
        "Theorem 4.2: the error of x_q' A (1/M) sum_i v_i above the floor.",
        letters,
        error,
        "y_hat - a'x_q, z_i = v_i - Lambda a",
        _Derived("excess", "the error above the floor", excess, length="M"),
    )


def limiting_error_file() -> str:
    """Theorem 4.2 as the paper has it: the error of the limit, A = Gamma^-1, Gamma of the training length N.

    Both the mean square and what the engine makes of it by Gamma^-1 Gamma = 1 are checked. The file is about prompts of
    length M; 1/N is a scalar in it.
    """
    Gamma, per_length = preconditioner(Law()).Gamma, scalar_letter("inverse_N")
    inverse = inverse_letter(Gamma, with_reciprocal(Gamma.expression, "N", per_length))
    read_out, z, at_query = symbol_expression(inverse.symbol), vector("z"), a.T @ x_q
    laws = {z: Gaussian(SIGMA), x_q: Gaussian(LAMBDA)}
    average = sum_over("i", "M", indexed(z, "i")) / length("M") + LAMBDA @ a
    letters = Alphabet(letters_of(laws), "M")
    error = letters.terms(x_q.T @ read_out @ average - at_query)
    letters.fix([letter(a)])
    averaged, stated = (
        with_reciprocal(inverse(expression) - FLOOR, "N", per_length)
        for expression in (error_expression(Gamma.name**-1), prediction_error().expression)
    )
    scale, shift = clearing(error)
    steps = printed_multiples(letters, multiples(averaged - stated, inverse), scale**2, 2 * shift)
    mean = [term.scaled(scale**2, 2 * shift) for term in letters.terms(averaged)]
    checked = _checked_mean_square(letters, error, mean, "y_hat - a'x_q, z_i = v_i - Lambda a", "M")
    derived = _Derived("excess", "the error above the floor", stated, length="M")
    related = f"""\
(* Gamma^-1 Gamma - 1 *)
Definition inverse : relation := {printed_relation(letters, inverse)}.
(* the multiples of it that lead from the mean square to the theorem's formula *)
Definition steps : seq multiple := {steps}.
Definition theorem : poly := {printed(letters.terms(stated), scale**2, 2 * shift)}.
Lemma theorem_ok : check_modulo (symmetric letters) (family letters) inverse steps mean_square theorem = true.
Proof. vm_cast_no_check (erefl true). Qed.

"""
    read = _read(letters, derived, "theorem", scale**2, 2 * shift)
    title = "Theorem 4.2: the error of the limit, x_q' Gamma^-1 (1/M) sum_i v_i, above the floor."
    head = _head(title, letters, f"{_IMPORTS} relations")
    Gamma_ = formula(with_reciprocal(Gamma.expression, "N", per_length))
    return head + checked + related + read + _INVERSE.format(Gamma=Gamma_, factor=scale**2, power=2 * shift)


_INVERSE = """\
Definition Gamma : 'M[R]_d := {Gamma}.
Hypotheses (Lambda_symmetric : Lambda^T = Lambda) (Sigma_symmetric : Sigma^T = Sigma).
Hypothesis Gamma_inverse_symmetric : Gamma_inverse^T = Gamma_inverse.
Hypothesis commuting : Lambda *m Gamma_inverse = Gamma_inverse *m Lambda.
Hypothesis inverts : Gamma_inverse *m Gamma = 1%:M.
Let turned b : symmetric letters b -> (matrix_of b)^T = matrix_of b.
Proof. by rewrite /= !inE => /or4P[] /eqP -> /=; rewrite ?trmx_mul ?trmxK. Qed.
Let commute b c : family letters b != 0%N -> family letters b = family letters c ->
  matrix_of b *m matrix_of c = matrix_of c *m matrix_of b.
Proof. by case: b => [|[|[|[|[|b]]]]]; case: c => [|[|[|[|[|c]]]]] //=; rewrite ?nth_nil //. Qed.
Let inverseE : evr matrix_of scalar_of n inverse = 0.
Proof.
rewrite /evr /inverse !big_cons big_nil /evk /= !big_cons !big_nil !numerals /Pos.to_nat /evl /=.
rewrite !(expr0, mul1r, mulr1, mulmx1, mulmxA, scale1r, scaleN1r) -inverts /Gamma !mulmxDr -!scalemxAr mulmx1 scale1r.
by rewrite /evl /= addr0 [_ * \\tr _]mulrC -addrA [X in - (_ + X)]addrC addNr.
Qed.
(* the mean square is the theorem's formula *)
Lemma mean_squareE : (0 < n)%N -> ev matrix_of scalar_of n mean_square = {factor}%:R * n%:R ^+ {power} * excess.
Proof. by move=> n0; rewrite -excessE // (modulo_sound turned commute inverseE theorem_ok). Qed.
End Formula.
"""


def _isserlis() -> str:
    left, right, x = matrix("A"), matrix("B"), vector("x")
    law = {x: Gaussian(matrix("Lambda", definite=True))}
    return mean_file("E[(x'Ax)(x'Bx)], x ~ N(0, Lambda).", (x.T @ left @ x) * (x.T @ right @ x), law)


def _fourth_moment() -> str:
    middle, x, p, q = matrix("A"), vector("x"), vector("p"), vector("q")
    law = {x: Gaussian(matrix("Lambda", definite=True))}
    return mean_file("Lemma D.2: p'E[xx'Axx']q, x ~ N(0, Lambda).", p.T @ x @ x.T @ middle @ x @ x.T @ q, law)


def _wishart(degree: int) -> Callable[[], str]:
    def write() -> str:
        weight, x = matrix("A"), vector("x")
        sample = sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T)
        power = sample @ weight
        for _ in range(degree - 1):
            power = power @ (sample @ weight)
        law = {x: Gaussian(matrix("Lambda", definite=True))}
        return mean_file(f"E tr((S A)^{degree}), S = sum_i x_i x_i', x_i ~ N(0, Lambda).", power.trace(), law)

    return write


GENERATED: dict[str, Callable[[], str]] = {
    "population_loss": population_loss_file,
    "population_loss_elliptical": elliptical_loss_file,
    "population_loss_gradient": gradient_file,
    "reduced_flow": flow_file,
    "prediction_error": prediction_error_file,
    "limiting_error": limiting_error_file,
    "isserlis4": _isserlis,
    "fourth_moment": _fourth_moment,
    **{f"wishart{degree}": _wishart(degree) for degree in (4, 5, 6, 7)},
}


def export(directory: Path) -> list[Path]:
    """Write every generated file to `directory`, and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, write in GENERATED.items():
        path = directory / f"{name}.v"
        path.write_text(write(), encoding="utf-8")
        written.append(path)
    return written


def differing(directory: Path = ROOT / "generated") -> list[str]:
    """The names of generated files in `directory` that differ from what the engine says now, or should not be there."""
    names = {path.name for path in directory.glob("*.v")}
    wanted = {f"{name}.v": write() for name, write in GENERATED.items()}
    changed = {name for name in names & set(wanted) if (directory / name).read_text(encoding="utf-8") != wanted[name]}
    return sorted(changed | (names ^ set(wanted)))
