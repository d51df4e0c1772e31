"""Claims about a model of one's own: what they say is typed, their evidence is made from the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from proofs_check.judge.claims import Claim, Source
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.language import Language
from proofs_check.judge.plans import Plan
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.shapes import require_shapes
from proofs_check.judge.statements import Relation, Statement, used
from proofs_check.model_claims import left_sides
from proofs_check.model_claims.setting import Setting
from theory import Model, Prompt
from theory.algebra.expression import Expression, matrix, vector
from theory.algebra.words import Dimension

_PLAN = frozenset(field.name for field in fields(Plan)) - {"letters"}
_CLAIM = frozenset(("assumptions", "rests_on", "cited", "finding", "corrected_by", "sharper", "tight", "reason"))
_NO_MOMENTS = "the law of the task is known by moments that are no letters, so no exact evidence is made"


def claims_of(model: Model, paper: str = "") -> ModelClaims:
    """Return the factory of claims about a model: `claims_of(model).loss("id", "title", "number", "right side")`.

    Every claim has the whole ladder of evidence: the left side is derived by the engine from the model; computed
    exactly, without the engine, by its layers run on prompts of polynomials (`d` at most 2, prompts of length at most
    3, or 2 in a stack, unless `largest=` says otherwise); and, for losses and errors, sampled on real prompts.

    Args:
        model: the model, whose letters are those of the claims.
        paper: the key of the paper that the numbers belong to; empty for statements of one's own.
    """
    if not isinstance(model, Model):
        raise ClaimError(f"claims_of takes a Model, got {model!r}")
    return ModelClaims(model, paper)


@dataclass(frozen=True)
class ModelClaims:
    """Claims about one model.

    All methods take the claim's id, its title, its number in the paper (or ""), and the right side; and as keywords

    - where: abbreviations, {"G": "(1 + 1/N) Lambda + tr(Lambda)/N I"}; relation: "=", "<=", ">=", "<", ">";
    - place: what the number leaves open; the fields of `Plan` but its letters; the fields of `Claim` beside these;
    - letters: further letters, {"P": matrix("P")}. With `search=`, a strategy of instances, the statement is about
      these alone, such as weights that solve an equation: its evidence is exact there, nothing is derived or sampled.

    Raises:
        ClaimError, ModelError: for a name that the model does not have, or formulas that do not fit; in one sentence.
    """

    model: Model
    paper: str = ""

    def loss(self, name: str, title: str, number: str, right: str, **others: Any) -> Claim:
        """L = E (y_hat - y_q)^2 / 2 at free weights, with the penalty of the weight decay if the model has one."""
        setting = self._setting(others)
        return self._claim(name, title, number, right, left_sides.loss(setting), setting, **others)

    def error(
        self,
        name: str,
        title: str,
        number: str,
        right: str,
        *,
        weights: Mapping[str, str] | None = None,
        test: Prompt | None = None,
        **others: Any,
    ) -> Claim:
        """E (y_hat - y_q)^2 at given weights, on the model's prompts or those of another law; without any penalty."""
        setting = self._setting(others, weights, test)
        return self._claim(name, title, number, right, left_sides.error(setting), setting, **others)

    def gradient(
        self,
        name: str,
        title: str,
        number: str,
        weight: str,
        right: str,
        *,
        weights: Mapping[str, str] | None = None,
        along: str = "",
        **others: Any,
    ) -> Claim:
        """The gradient of L with respect to one weight, at given weights.

        Args:
            name, title, number, right: as for all claims; "0" says that the weights are stationary.
            weight: the weight, such as "U".
            weights: formulas for weights, with the abbreviations of `where`.
            along: a direction of that weight, a formula in `d` before its name, which is any direction: the left side
                is then the derivative of L along it, a number. "dA - tr(Sigma dA)/d Sigma^-1" and "0" say that the
                gradient is a number times Sigma.
            others: as for all claims.
        """
        self._require_weight(weight)
        letter = self.model.trained[weight]
        if right.strip() == "0" and not along and not letter.is_scalar:
            # A zero of the weight's shape.
            right = "0 I" if letter.shape == ("d", "d") else f"0 {weight}"
        more = {f"d{weight}": _letter_like(f"d{weight}", letter)} if along else {}
        setting = self._setting(others, weights, more=more)
        left = left_sides.gradient(setting, weight, along)
        shape = (1, 1) if along else letter.shape
        return self._claim(name, title, number, right, left, setting, names=(weight,), shape=shape, **others)

    def excess(
        self, name: str, title: str, number: str, right: str, *, weights: Mapping[str, str], **others: Any
    ) -> Claim:
        """L at free weights minus L at given weights; with the relation ">=" and "0" these are a global minimum.

        `witness=` is a form of the difference of both sides whose terms are at least 0 by form, for a proof.
        """
        witness = others.pop("witness", "")
        setting = self._setting(others, weights)
        left = left_sides.excess(setting, witness)
        return self._claim(name, title, number, right, left, setting, names=tuple(self.model.trained), **others)

    def invariant(self, name: str, title: str, number: str, formula: str, **others: Any) -> Claim:
        """The time derivative of a formula in the weights along the gradient flow is zero; all of its entries are."""
        value = self.model.formula_of(formula).expression
        if not {symbol.name for symbol in value.symbols} & set(self.model.trained):
            raise ClaimError(f"{formula!r} contains no weight of the model; it has {', '.join(self.model.trained)}")
        more = {} if value.is_scalar else {"Direction": _letter_like("Direction", value)}
        setting = self._setting(others, more=more)
        return self._claim(name, title, number, "0", left_sides.rate(setting, formula), setting, **others)

    def prediction(
        self,
        name: str,
        title: str,
        number: str,
        right: str,
        *,
        weights: Mapping[str, str] | None = None,
        **others: Any,
    ) -> Claim:
        """y_hat at given weights on any prompt: X holds its covariates in columns, y its labels, x_q is its query."""
        count = self.model.law.length
        more = {"X": matrix("X", "d", count), "y": vector("y", count), "x_q": vector("x_q")}
        setting = self._setting(others, weights, more=more)
        return self._claim(name, title, number, right, left_sides.prediction(setting), setting, **others)

    def formula(self, name: str, title: str, number: str, left: str, right: str, **others: Any) -> Claim:
        """An identity between formulas in the letters of the model; the left one has no abbreviations."""
        shape = self.model.formula_of(left).expression.shape
        setting = self._setting(others)
        if "largest" not in others:
            others["largest"] = None
        return self._claim(name, title, number, right, Quantity.formula(left), setting, shape=shape, **others)

    def _setting(
        self,
        others: dict[str, Any],
        weights: Mapping[str, str] | None = None,
        test: Prompt | None = None,
        more: Mapping[str, Expression] | None = None,
    ) -> Setting:
        """What the claim is about; its further letters are taken out of the other arguments."""
        letters = {**others.pop("letters", {}), **(more or {})}
        return Setting(self.model, weights or {}, others.get("where") or {}, test, letters)

    def _require_weight(self, name: str) -> None:
        if name not in self.model.trained:
            raise ClaimError(f"the model has no weight {name!r}; it has {', '.join(self.model.trained)}")

    def _claim(
        self,
        name: str,
        title: str,
        number: str,
        right: str,
        left: Quantity,
        setting: Setting,
        *,
        names: tuple[str, ...] = (),
        shape: tuple[Dimension, Dimension] = (1, 1),
        where: Mapping[str, str] | None = None,
        relation: Relation = "=",
        place: str = "",
        **others: Any,
    ) -> Claim:
        unknown = set(others) - _PLAN - _CLAIM
        if unknown:
            raise ClaimError(
                f"claim {name}: no argument {sorted(unknown)[0]!r}; see Plan and Claim for those there are"
            )
        statement = Statement.of(right, used(right, where or {}), relation)
        try:
            language = setting.language(statement)
            statement.require_meaning(language)
            _require_comparable(language, statement, shape)
        except ClaimError as error:
            raise ClaimError(f"claim {name}: {error}") from error
        if others.get("search") is not None:
            left = replace(left, derive=None, sample=None)
        claim = {key: value for key, value in others.items() if key in _CLAIM}
        claim["assumptions"] = (*setting.described(), *claim.get("assumptions", ()))
        if left.exact is None and left.tree is None:
            claim.setdefault("reason", _NO_MOMENTS)
        return Claim(
            name,
            title,
            Source(self.paper, number, place),
            left,
            statement,
            language,
            _plan(setting, names, {key: value for key, value in others.items() if key in _PLAN}),
            **claim,
        )


def _plan(setting: Setting, names: tuple[str, ...], others: Mapping[str, Any]) -> Plan:
    """The plan, in which these weights are drawn though they have formulas."""
    largest = setting.largest()
    chosen = {"largest": largest, "largest_sampled": largest, **others}
    fixed = {**setting.fixed, **others.get("fixed", {})}
    return Plan(**{"letters": tuple(dict.fromkeys((*setting.drawn, *names))), **chosen, "fixed": fixed})


def _require_comparable(language: Language, statement: Statement, shape: tuple[Dimension, Dimension]) -> None:
    """ClaimError for a relation that there is not, or a right side of another shape than the left one."""
    if statement.relation not in get_args(Relation):
        raise ClaimError(f"relation must be one of {', '.join(get_args(Relation))}, got {statement.relation!r}")
    right = require_shapes(language, statement.where, statement.right)
    if right is not None and right != shape:
        raise ClaimError(
            f"the left side is {shape[0]} x {shape[1]}, but {statement.text!r} is {right[0]} x {right[1]}"
            + ("; take its trace, say" if shape == (1, 1) else "")
        )


def _letter_like(name: str, like: Expression) -> Expression:
    return vector(name, like.rows) if like.cols == 1 else matrix(name, like.rows, like.cols)
