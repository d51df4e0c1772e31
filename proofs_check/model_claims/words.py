"""A model in words: the assumptions of a claim about it, formulas as LaTeX between dollar signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory import (
    FiniteTasks,
    Fixed,
    Gaussian,
    GradientStep,
    LinearAttention,
    LowRank,
    Model,
    Prompt,
    RandomCovariance,
    SoftmaxAttention,
    Stack,
)
from theory.algebra.expression import Expression, letter
from theory.algebra.grammar import parse
from theory.algebra.latex import name_latex
from theory.algebra.statement_latex import statement_latex
from theory.models.law import Covariates
from theory.models.network import Attention, attention_layers


def in_words(
    model: Model,
    law: Prompt,
    weights: Mapping[str, str],
    define: Mapping[str, str],
    letters: Mapping[str, Expression],
) -> tuple[str, ...]:
    """Say what the law of the prompts is, what the network, and at which weights, with their abbreviations.

    Args:
        model: the model.
        law: the law of the prompts that the claim is about.
        weights, define: formulas for weights, and for the names that they use.
        letters: the letters by name, with their LaTeX.
    """
    write = _Writer({name: letter(held).latex for name, held in letters.items() if _is_letter(held)})
    said = [write.law(law), write.network(model), *write.decay(model)]
    if weights:
        said.append("at " + ", ".join(write.equation(name, text) for name, text in {**weights, **define}.items()))
    return tuple(said)


def _is_letter(held: Expression) -> bool:
    """Whether it is a letter with a LaTeX of its own, and no length."""
    try:
        return bool(letter(held).latex)
    except ValueError:
        return False


@dataclass(frozen=True)
class _Writer:
    """Writes formulas as LaTeX, with the LaTeX of letters that are not printed as they are spelled."""

    names: Mapping[str, str]

    def tex(self, text: str) -> str:
        return statement_latex(parse(text), self.names)

    def name(self, name: str) -> str:
        return self.names.get(name) or name_latex(name)

    def equation(self, name: str, text: str) -> str:
        return f"${self.name(name)} = {self.tex(text)}$"

    def covariates(self, name: str, law: Covariates) -> str:
        mean = self.tex(law.mean or "0")
        if isinstance(law, RandomCovariance):
            chances = zip(law.covariances, law.chances, strict=True)
            drawn = ", ".join(f"${self.tex(held)}$ with probability ${self.tex(chance)}$" for held, chance in chances)
            return rf"${name} \sim N({mean}, C)$ with one covariance $C$ a prompt: {drawn}"
        if isinstance(law, Gaussian):
            return rf"${name} \sim N({mean}, {self.tex(law.covariance)})$"
        powers = "".join(
            rf", $\mathbb{{E}} r^{k} = {self.name(moment)}$" for k, moment in enumerate(law.moments, start=2)
        )
        centre = "" if law.mean is None else f"{mean} + "
        root = rf"${name} = {centre}\sqrt{{r}} z$"
        return rf"{root}, $z \sim N(0, {self.tex(law.covariance)})$, $\mathbb{{E}} r = 1${powers}"

    def task(self, law: Prompt) -> str:
        w = law.w
        if isinstance(w, Gaussian):
            return rf"$w \sim N({self.tex(w.mean or '0')}, {self.tex(w.covariance)})$"
        if isinstance(w, LowRank):
            centre = "" if w.mean is None else f"{self.tex(w.mean)} + "
            size = f"{self.name(w.letter)} \\in \\mathbb{{R}}^{{d \\times {w.rank}}}"
            return rf"$w = {centre}{self.name(w.letter)} g$, $g \sim N(0, I)$, ${size}$"
        if isinstance(w, Fixed):
            return f"one task, $w = {self.name(w.letter)}$"
        if isinstance(w, FiniteTasks):
            return f"$w$ is one of ${self.name(w.count)}$ tasks ${self.name(w.letter)}_t$, each as likely"
        moments = [rf"$\mathbb{{E}} w w^\top = {self.tex(w.second)}$"]
        moments += [] if w.mean is None else [rf"$\mathbb{{E}} w = {self.tex(w.mean)}$"]
        return ", ".join([*moments, *([] if w.square is None else [rf"$w^\top w = {self.tex(w.square)}$"])])

    def law(self, law: Prompt) -> str:
        name = "x_i" if law.query is not None else "x_i, x_q"
        query = [] if law.query is None else [self.covariates("x_q", law.query)]
        noise = "" if law.noise is None else f" plus noise of variance ${self.tex(law.noise)}$"
        target = ", the target's too" if law.target_noise else ""
        examples = ", ".join([f"${self.name(law.length)}$ examples, {self.covariates(name, law.x)}", *query])
        return f"{examples}; {self.task(law)}; $y = {self.tex(law.label)}${noise}{target}"

    def decay(self, model: Model) -> tuple[str, ...]:
        if model.decay is None:
            return ()
        return (f"$L$ contains half of the weight decay ${self.tex(model.decay)}$ times the squares of all weights",)

    def network(self, model: Model) -> str:
        network = model.network
        if isinstance(network, GradientStep):
            return f"one step of gradient descent from ${self.tex(network.start)}$ with step ${self.tex(network.step)}$"
        layers = attention_layers(network)
        is_linear = all(isinstance(layer, LinearAttention) for layer in layers)
        kinds = [self.layer(layer, named=not is_linear) for layer in layers]
        shared = " with shared weights" if isinstance(network, Stack) and network.shared else ""
        count = f"{len(layers)} layers{shared}" if len(layers) > 1 else "one layer"
        blocks = model.weights
        if not isinstance(blocks, str):
            held = "blocks " + ", ".join(self.equation(name, text) for name, text in blocks.items())
        else:
            held = _PRESETS[blocks]
        what = "linear attention" if is_linear else "attention"
        return f"{what}, {count}: {'; '.join(dict.fromkeys(kinds))}; {held}"

    def layer(self, layer: Attention, named: bool) -> str:
        """A layer; with its kind of attention where that is not said of all layers."""
        kind = []
        if isinstance(layer, SoftmaxAttention):
            kind = [f"softmax expanded to order {layer.order} in its logits"]
        elif named:
            kind = ["linear"]
        heads = f"{layer.heads} heads" if layer.heads > 1 else "one head"
        scale = [] if layer.scale is None else [f"scores divided by ${self.tex(layer.scale)}$"]
        return ", ".join([*kind, heads, _MASKS[layer.mask], f"{layer.key_query} key and query", *scale])


_PRESETS = {
    "all": "every block is a weight",
    "reduced": "the corner of $P$ and the upper left block of $Q$ are weights",
    "sparse": "the corner of $P$ is 1, and minus the upper left block of $Q$ is a weight",
}
_MASKS = {
    "none": "the query attends to itself too",
    "query": "nobody attends to the query",
    "causal": "a causal mask",
}
