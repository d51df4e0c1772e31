"""The networks against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numerics.networks")
torch = pytest.importorskip("torch")

from numerics import AttentionWeights, attention_output, attention_prediction  # noqa: E402
from numerics.networks.models import attention_start, build  # noqa: E402
from numerics.networks.presets import Curriculum, make_run  # noqa: E402

TOLERANCE = 1e-12
SINGLE = 2e-5  # float32 through a few layers


def prompts(count: int, points: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((count, points, d)), rng.standard_normal((count, points))


def embedding(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """E with x[:, -1] as the query."""
    labels = y.copy()
    labels[:, -1] = 0.0
    return np.concatenate([x, labels[:, :, None]], axis=2).swapaxes(1, 2)


@pytest.mark.parametrize(("model", "d", "m"), [("linear", 2, 5), ("linear", 2, 1), ("softmax", 2, 4)])
def test_one_layer_is_the_attention_layer(model: str, d: int, m: int) -> None:
    """The prediction is the last entry of f(E), with all blocks of generic weights."""
    network = build(model, make_run(model, "fixed", "micro").settings, np.random.SeedSequence(3))
    W_PV, W_KQ = (network.get_parameter(name).detach().numpy() for name in ("W_PV", "W_KQ"))
    x, y = prompts(7, m + 1, d, seed=1)
    E = embedding(x, y)
    with torch.no_grad():
        predicted = network.curve(torch.from_numpy(x), torch.from_numpy(y), [m])[:, 0].numpy()
    if model == "linear":
        weights = AttentionWeights(W_PV, W_KQ)
        expected = attention_output(E, weights, m)[:, -1, -1]
        np.testing.assert_allclose(attention_prediction(E, weights, m), expected, atol=TOLERANCE)
    else:
        scores = np.einsum("bia,ij,bj->ba", E, W_KQ, E[:, :, -1])
        attention = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        expected = np.einsum("i,bia,ba->b", W_PV[-1], E, attention)
    np.testing.assert_allclose(predicted, expected, atol=TOLERANCE)


def test_training_loss_of_one_layer_is_half_the_mean_square() -> None:
    """The loss is 1/2 E (prediction - y_q)^2 on the last point."""
    network = build("linear", make_run("linear", "fixed", "micro").settings, np.random.SeedSequence(5))
    x, y = (torch.from_numpy(a) for a in prompts(9, 4, 2, seed=2))
    with torch.no_grad():
        gap = network.predict(x[:, :3], y[:, :3], x[:, 3]) - y[:, 3]
        assert float((gap**2).mean() / 2) == pytest.approx(float(network.training_loss(x, y)), rel=1e-14)


def gpt2_and_prompts() -> tuple[object, torch.Tensor, torch.Tensor]:
    network = build("gpt2", make_run("gpt2", "exp", "micro").settings, np.random.SeedSequence(4))
    x, y = (torch.from_numpy(a).float() for a in prompts(6, 9, 2, seed=7))
    return network, x, y


def test_gpt2_sees_the_past_only() -> None:
    """The prediction of y_k depends on x_k and on what came before, and on nothing later, its own label included."""
    network, x, y = gpt2_and_prompts()
    with torch.no_grad():
        before = network(x, y)
        changed_x, changed_y = x.clone(), y.clone()
        changed_x[:, 5:] += 1.0
        changed_y[:, 4:] -= 2.0
        after = network(changed_x, changed_y)
    np.testing.assert_allclose(after[:, :5], before[:, :5], atol=SINGLE)
    assert float((after[:, 5:] - before[:, 5:]).abs().min(dim=0).values.max()) > 1e-4


def test_gpt2_predicts_alike_in_one_pass_and_in_many() -> None:
    """A curve from one pass equals a pass for each length, and equals queries given by themselves."""
    network, x, y = gpt2_and_prompts()
    lengths = (0, 1, 4, 8)
    with torch.no_grad():
        curve = network.curve(x, y, lengths)
        single = torch.stack([network.predict(x[:, :m], y[:, :m], x[:, m]) for m in lengths], dim=1)
        given = network.curve(x[:, :8], y[:, :8], (8,), query=x[:, 8])
    np.testing.assert_allclose(curve, single, atol=SINGLE)
    np.testing.assert_allclose(given, curve[:, -1:], atol=SINGLE)


def test_gpt2_loss_averages_all_positions() -> None:
    """The mean over prompts and positions of the squared error."""
    network, x, y = gpt2_and_prompts()
    with torch.no_grad():
        expected = ((network(x, y) - y) ** 2).mean()
        assert float(expected) == pytest.approx(float(network.training_loss(x, y)), rel=1e-6)


def test_gpt2_ships_no_word_table() -> None:
    """The weights hold positions and layers, and no table of words."""
    network, _, _ = gpt2_and_prompts()
    names = set(network.state_dict())
    assert "backbone.wpe.weight" in names
    assert not [name for name in names if "wte" in name]


@pytest.mark.parametrize("model", ["linear", "softmax", "gpt2"])
def test_seeds_decide_the_first_weights(model: str) -> None:
    """Equal seeds give equal weights, others do not, and PyTorch's own generator is left as it was."""
    settings = make_run(model, "fixed", "micro").settings
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    first, again, other = (build(model, settings, np.random.SeedSequence(s)).state_dict() for s in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_the_papers_start() -> None:
    """Assumption 3.3: ||Theta Theta'||_F = 1 times sigma, and one entry of W_PV."""
    W_PV, W_KQ = attention_start(3, "paper", 0.2, np.random.default_rng(0))
    assert W_PV[3, 3] == 0.2
    assert np.count_nonzero(W_PV) == 1
    assert np.linalg.norm(W_KQ) == pytest.approx(0.2)
    assert np.linalg.eigvalsh(W_KQ)[0] >= -1e-12
    assert not W_KQ[3].any()
    assert not W_KQ[:, 3].any()


def test_the_paper_preset_is_appendix_e() -> None:
    """Every number of appendix E, and the curriculum of Garg et al. for each context length."""
    for length, more in ((40, 2), (70, 4), (100, 6)):
        s = make_run("gpt2", "exp", "paper", context_length=length).settings
        assert (s.dimension, s.context_length, s.layers, s.heads, s.width) == (20, length, 12, 8, 256)
        assert (s.batch, s.steps, s.learning_rate, s.decay) == (64, 500_000, 1e-4, False)
        assert s.curriculum == Curriculum(5, 11, more, 2000)
        assert s.curriculum.at(0, 20, length + 1) == (5, 11)
        assert s.curriculum.at(2000, 20, length + 1) == (6, 11 + more)
        assert s.curriculum.at(30_000, 20, length + 1) == (20, length + 1)
        assert s.positions >= 2 * 101


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rnn", "fixed", "micro"), "model must be one of"),
        (("gpt2", "cauchy", "micro"), "law must be one of fixed, correlated, exp, got 'cauchy'"),
        (("gpt2", "fixed", "huge"), "preset must be one of"),
    ],
)
def test_unknown_names_are_refused(arguments: tuple[str, str, str], message: str) -> None:
    with pytest.raises((ValueError, KeyError), match=message):
        make_run(*arguments)


def test_combinations_that_are_not_offered() -> None:
    with pytest.raises(ValueError, match="use generic"):
        make_run("softmax", "fixed", "micro", start="paper")
    with pytest.raises(ValueError, match="use adam"):
        make_run("gpt2", "fixed", "micro", optimiser="sgd")
    with pytest.raises(ValueError, match="steps must be at least 1, got 0"):
        make_run("gpt2", "fixed", "micro", steps=0)
