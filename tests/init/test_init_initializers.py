"""Xavier and Kaiming: order of draws, bounds, arguments; gains; against PyTorch."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import init
from needlebook.experiments.signals import second_moments
from tests.closeness import DTYPE, close, equal

pytestmark = pytest.mark.since("6")
sizes = st.integers(1, 40)


def after(seed, function, *arguments, **options):
    np.random.seed(seed)
    return function(*arguments, **options).numpy()


@given(sizes, sizes)
def test_kaiming_scales_the_draws_of_numpy_in_their_order(n, k):
    bound = math.sqrt(2) * math.sqrt(3 / n)
    np.random.seed(3)
    want = np.random.rand(n, k) * (2 * bound) - bound
    got = after(3, init.kaiming_uniform, n, k, dtype=DTYPE)
    close(got, want, rtol=1e-14)
    np.random.seed(3)
    want = np.random.randn(n, k) * (math.sqrt(2) / math.sqrt(n))
    equal(after(3, init.kaiming_normal, n, k, dtype=DTYPE), want)


@given(sizes, sizes, st.floats(0.1, 3))
def test_xavier_scales_the_draws_of_numpy(n, k, gain):
    a = gain * math.sqrt(6 / (n + k))
    np.random.seed(3)
    want = np.random.rand(n, k) * (2 * a) - a
    got = after(3, init.xavier_uniform, n, k, gain, dtype=DTYPE)
    close(got, want, rtol=1e-13)
    np.random.seed(3)
    want = np.random.randn(n, k) * gain * math.sqrt(2 / (n + k))
    got = after(3, init.xavier_normal, n, k, gain=gain, dtype=DTYPE)
    close(got, want, rtol=1e-13)


@pytest.mark.parametrize("function", [init.kaiming_uniform, init.kaiming_normal])
def test_third_argument_is_a_nonlinearity_or_a_shape(function):
    plain = after(0, function, 6, 4)
    assert plain.shape == (6, 4) and plain.dtype == np.float32
    assert (after(0, function, 6, 4, "relu") == plain).all()
    assert (after(0, function, 6, 4, None, "relu") == plain).all()
    assert (after(0, function, 6, 4, nonlinearity="relu") == plain).all()
    shaped = after(0, function, 6, 4, (2, 3, 4))
    assert (shaped.ravel() == plain.ravel()).all()
    with pytest.raises(init.InitError, match="third argument"):
        function(6, 4, 5)


@pytest.mark.parametrize("function", [init.kaiming_uniform, init.kaiming_normal])
def test_mode_and_gain_are_named_arguments(function):
    by_in = after(0, function, 8, 2, dtype=DTYPE)
    by_out = after(0, function, 8, 2, mode="fan_out", dtype=DTYPE)
    close(by_out, 2 * by_in)
    other = after(0, function, 8, 2, gain=1.0, dtype=DTYPE)
    close(other * math.sqrt(2), by_in)
    leaky = after(0, function, 8, 2, "leaky_relu", negative_slope=1.0, dtype=DTYPE)
    close(leaky, other)


def test_refusals_name_what_is_known():
    with pytest.raises(
        init.InitError, match="softsign.*linear, relu, leaky_relu, tanh"
    ):
        init.kaiming_uniform(3, 4, "softsign")
    with pytest.raises(init.InitError, match="fan_in or fan_out, got 'both'"):
        init.kaiming_normal(3, 4, mode="both")
    for function in (init.xavier_uniform, init.xavier_normal, init.kaiming_normal):
        with pytest.raises(init.InitError, match="must be positive, got 0 and 4"):
            function(0, 4)
    with pytest.raises(init.InitError, match="at least two axes"):
        init.fans((3,))


def test_gains_are_those_of_integration():
    pairs = {
        "relu": lambda z: np.maximum(z, 0),
        "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "linear": lambda z: z,
    }
    for name, function in pairs.items():
        _, square, _ = second_moments(function, np.ones_like)
        assert init.gain(name) == pytest.approx(1 / math.sqrt(square), rel=1e-7)
    drawn = np.tanh(np.random.default_rng(0).normal(size=1_000_000))
    assert init.gain("tanh") == pytest.approx(np.mean(drawn**2) ** -0.5, rel=3e-3)


def test_a_planted_gain_is_caught():
    """The variance in place of the second moment, as in the notes."""
    x = np.maximum(np.random.default_rng(0).normal(size=100_000), 0)
    wrong = 1 / x.std()
    assert abs(wrong - init.gain("relu")) > 0.25


def test_gains_fans_and_spread_of_pytorch():
    torch = pytest.importorskip("torch")
    for name in ("linear", "relu", "leaky_relu"):
        theirs = torch.nn.init.calculate_gain(name)
        assert init.gain(name) == pytest.approx(theirs, rel=1e-12)
    assert torch.nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)
    assert init.gain("tanh") == pytest.approx(1.5925, abs=1e-4)
    theirs = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(7, 5, 3, 2))
    assert init.fans((3, 2, 5, 7)) == theirs
    torch.manual_seed(0)
    weights = torch.empty(120, 300)  # outputs, inputs
    for mode in ("fan_in", "fan_out"):
        torch.nn.init.kaiming_uniform_(weights, mode=mode, nonlinearity="relu")
        ours = after(0, init.kaiming_uniform, 300, 120, mode=mode)
        assert abs(ours).max() == pytest.approx(float(weights.abs().max()), rel=1e-3)
        torch.nn.init.kaiming_normal_(weights, mode=mode, nonlinearity="relu")
        ours = after(0, init.kaiming_normal, 300, 120, mode=mode)
        assert ours.std() == pytest.approx(float(weights.std()), rel=0.02)
    torch.nn.init.xavier_uniform_(weights, gain=5 / 3)
    ours = after(0, init.xavier_uniform, 300, 120, 5 / 3)
    assert abs(ours).max() == pytest.approx(float(weights.abs().max()), rel=1e-3)
    torch.nn.init.xavier_normal_(weights)
    ours = after(0, init.xavier_normal, 300, 120)
    assert ours.std() == pytest.approx(float(weights.std()), rel=0.02)
