"""Presets: the sizes of the networks, the prompts and the training; `paper` is appendix E."""

from __future__ import annotations

from dataclasses import dataclass, replace

from numerics.networks.laws import check_law

MODELS = ("linear", "softmax", "gpt2")
OPTIMISERS = ("adam", "sgd")
STARTS = ("paper", "generic")


@dataclass(frozen=True)
class Curriculum:
    """Garg et al. (2022): start with few coordinates and few points, and add to both every `interval` steps.

    Args:
        dimension: coordinates that are not zero at first.
        points: points of a prompt at first.
        more_points: points added each time; one coordinate is added with them.
        interval: steps between additions.
    """

    dimension: int
    points: int
    more_points: int
    interval: int

    def at(self, step: int, dimension: int, points: int) -> tuple[int, int]:
        """The active coordinates and the points at a step, never more than the final ones."""
        stage = step // self.interval
        return min(dimension, self.dimension + stage), min(points, self.points + stage * self.more_points)


@dataclass(frozen=True)
class Settings:
    """All numbers of one training.

    Args:
        dimension: d.
        context_length: N; a training prompt has N + 1 points.
        test_length: the longest prompt that the network is built to be tested on.
        layers, heads, width: of GPT-2; unused by the one-layer models.
        batch: prompts a step.
        steps: how many.
        learning_rate: of the optimiser.
        decay: the learning rate falls linearly to zero over the training; otherwise it is constant.
        sigma: scale of the paper's initialisation of linear attention.
        curriculum: or None.
    """

    dimension: int
    context_length: int
    test_length: int
    layers: int
    heads: int
    width: int
    batch: int
    steps: int
    learning_rate: float
    decay: bool = False
    sigma: float = 0.1
    curriculum: Curriculum | None = None

    @property
    def positions(self) -> int:
        """Tokens that GPT-2 can take: an x and a y for each of test_length examples and the query."""
        return 2 * (self.test_length + 1)


def _check_name(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ValueError(f"{what} must be one of {', '.join(known)}, got {name!r}")


@dataclass(frozen=True)
class Run:
    """One training: everything that determines its result, besides the versions of the libraries.

    Args:
        model: linear, softmax or gpt2.
        law: fixed, correlated or exp.
        preset: the name of the preset that the settings come from.
        seed: of the first weights and of the prompts.
        optimiser: adam or sgd.
        start: paper or generic, for linear; the others know generic only.
        settings: the numbers.

    Raises:
        ValueError: for an unknown name, or a start or optimiser that the model is not trained with.
    """

    model: str
    law: str
    preset: str
    seed: int
    optimiser: str
    start: str
    settings: Settings

    def __post_init__(self) -> None:
        _check_name("model", self.model, MODELS)
        _check_name("optimiser", self.optimiser, OPTIMISERS)
        _check_name("start", self.start, STARTS)
        check_law(self.law)
        if self.start == "paper" and self.model != "linear":
            raise ValueError(f"the paper's initialisation is one of linear attention, not of {self.model}; use generic")
        if self.optimiser == "sgd" and self.model != "linear":
            raise ValueError(f"sgd is offered for linear attention only, not for {self.model}; use adam")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed}")
        if self.settings.steps < 1:
            raise ValueError(f"steps must be at least 1, got {self.settings.steps}")

    @property
    def name(self) -> str:
        """A name for the directory of this run."""
        return "-".join((self.model, self.law, self.optimiser, self.start, str(self.seed)))


_SIZES = {
    # dimension, N, test length, layers, heads, width, batch of GPT-2
    "micro": (2, 6, 12, 2, 4, 32, 32),
    "tiny": (5, 20, 40, 3, 4, 64, 64),
    "paper": (20, 40, 100, 12, 8, 256, 64),
}

PRESETS = tuple(_SIZES)
# Steps and learning rate of GPT-2.
_GPT2 = {"micro": (600, 3e-3), "tiny": (5000, 1e-3), "paper": (500_000, 1e-4)}
# Batch and steps of one layer. It has few weights: large batches make the noise of the gradient small.
_ONE_LAYER = {"micro": (256, 300), "tiny": (1024, 3000), "paper": (1024, 20_000)}
_RATES = {("linear", "adam"): 1e-2, ("linear", "sgd"): 5e-2, ("softmax", "adam"): 1e-2, ("softmax", "sgd"): 1e-2}


def _curriculum(preset: str, length: int) -> Curriculum:
    if preset == "paper":
        # Garg et al. go from 5 to 20 coordinates and from 11 to 41 points in 15 additions, 2,000 steps apart.
        return Curriculum(5, 11, max(1, -(-(length + 1 - 11) // 15)), 2000)
    if preset == "tiny":
        return Curriculum(2, 9, 4, 400)
    return Curriculum(1, 3, 2, 150)


def make_run(
    model: str,
    law: str,
    preset: str,
    *,
    seed: int = 0,
    optimiser: str = "adam",
    start: str | None = None,
    context_length: int | None = None,
    steps: int | None = None,
) -> Run:
    """Return the run that a preset describes.

    Args:
        model, law, seed, optimiser: as for Run.
        preset: "paper" is appendix E: d = 20, N = 40 (70 and 100 by context_length), 12 layers, 8 heads, width 256,
            500,000 steps of Adam at 1e-4 with batch 64 and the curriculum of Garg et al. (2022), which ends at N + 1
            points after 15 additions whatever N is. "tiny" is for two cores, "micro" for tests.
        start: of linear attention, the paper's by default.
        context_length, steps: instead of the preset's.

    Raises:
        ValueError: for names or numbers that do not fit.

    Source: Zhang, Frei and Bartlett (2024), appendix E.
    """
    _check_name("preset", preset, PRESETS)
    _check_name("model", model, MODELS)
    _check_name("optimiser", optimiser, OPTIMISERS)
    d, length, longest, layers, heads, width, batch = _SIZES[preset]
    if context_length is not None:
        if context_length < 1:
            raise ValueError(f"context length must be at least 1, got {context_length}")
        length = context_length
        longest = max(longest, length)
    settings = Settings(d, length, longest, layers, heads, width, batch, *_GPT2[preset])
    if model == "gpt2":
        settings = replace(settings, curriculum=_curriculum(preset, length), decay=preset != "paper")
    else:
        settings = replace(settings, learning_rate=_RATES[model, optimiser], decay=True)
        settings = replace(settings, batch=_ONE_LAYER[preset][0], steps=_ONE_LAYER[preset][1])
    if steps is not None:
        settings = replace(settings, steps=steps)
    if start is None:
        start = "paper" if model == "linear" else "generic"
    return Run(model, law, preset, seed, optimiser, start, settings)
