import numpy as np
import pytest

from needlebook.experiments.approximation import slope
from needlebook.manual.approximation import (
    interpolating_network,
    largest_error,
    sawtooth_network,
)
from needlebook.manual.features import RandomFourierFeatures, gaussian_kernel
from needlebook.manual.layers import Linear, ReLU, Tanh
from needlebook.manual.network import (
    Adam,
    Network,
    accuracy,
    fit,
    mlp,
    softmax_cross_entropy,
)
from needlebook.manual.nonelementwise import GatedLinear, GroupSort, Maxout
from needlebook.manual.parity import all_bits, parity
from needlebook.manual.toy import rings
from needlebook.solutions import ch03a

pytestmark = pytest.mark.since("3a")


@pytest.mark.parametrize("bias", [True, False])
def test_3a_1_counts_what_the_network_has(bias):
    for widths in ([3, 2], [4, 7, 7, 2]):
        network = mlp(widths, np.random.default_rng(0), bias=bias)
        assert ch03a.count_parameters(widths, bias) == network.theta.size


def test_3a_2_one_affine_map_equals_the_chain():
    rng = np.random.default_rng(0)
    widths = [4, 6, 3, 5]
    layers = [Linear(a, b, rng) for a, b in zip(widths, widths[1:], strict=False)]
    for layer in layers:
        layer.parameters["b"][:] = rng.normal(size=layer.parameters["b"].size)
    weights, biases = ([lay.parameters[k] for lay in layers] for k in "Wb")
    W, b = ch03a.collapse(weights, biases)
    X = rng.normal(size=(20, 4))
    np.testing.assert_allclose(X @ W + b, Network(layers)(X))


@pytest.mark.parametrize("n", [1, 5, 12])
def test_3a_3_one_cosine_is_parity(n):
    w, b = ch03a.parity_by_one_cosine(n)
    bits = all_bits(n)
    np.testing.assert_allclose(np.cos(bits @ w + b), 1 - 2 * parity(bits), atol=1e-12)


@pytest.mark.parametrize(
    "make, kept, homogeneous",
    [
        (ReLU, 6, True),
        (Maxout, 3, True),
        (GroupSort, 6, True),
        (Tanh, 6, False),
        (GatedLinear, 3, False),
    ],
)
def test_3a_4_tells_the_homogeneous_networks(make, kept, homogeneous):
    rng = np.random.default_rng(0)
    network = Network(
        [Linear(2, 6, rng, bias=False), make(), Linear(kept, 2, rng, bias=False)]
    )
    gap = ch03a.homogeneity_gap(network, rng.normal(size=(50, 2)), 3.0)
    assert (gap < 1e-12) == homogeneous


def test_3a_5_maxout_from_relu():
    a, b = np.random.default_rng(0).normal(size=(2, 100))
    np.testing.assert_allclose(ch03a.maxout_from_relu(a, b), np.maximum(a, b))


def test_3a_6_paired_features_are_exact_on_the_diagonal_and_better_nearby():
    P = 0.5 * np.random.default_rng(0).normal(size=(200, 2))
    exact = gaussian_kernel(P, P, 1.0)
    errors = []
    for kind in (ch03a.PairedFourierFeatures, RandomFourierFeatures):
        draws = [kind(2, 256, 1.0, np.random.default_rng(s))(P) for s in range(8)]
        assert draws[0].shape == (200, 256)
        errors.append(np.mean([(phi @ phi.T - exact) ** 2 for phi in draws]))
    assert errors[0] < 0.6 * errors[1]
    phi = ch03a.PairedFourierFeatures(2, 64, 1.0, np.random.default_rng(0))(P)
    np.testing.assert_allclose(np.sum(phi**2, axis=1), 1.0)


def test_3a_6_an_odd_number_is_refused():
    with pytest.raises(ValueError, match="even d, got 5"):
        ch03a.PairedFourierFeatures(2, 5, 1.0, np.random.default_rng(0))


@pytest.mark.parametrize("power", [1, 2, 3, 4])
def test_3a_7_graded_knots_bring_back_the_slope(power):
    counts = [8, 16, 32, 64, 128]
    networks = [
        interpolating_network(np.sqrt, ch03a.graded_knots(n, power)) for n in counts
    ]
    errors = [largest_error(network, np.sqrt, 0, 1) for network in networks]
    assert slope(counts, errors) == pytest.approx(-power / 2, abs=0.06)


@pytest.mark.parametrize("units", [4, 16, 64])
def test_3a_8_the_product_stays_below_its_bound(units):
    P = np.random.default_rng(0).uniform(-1, 1, (20000, 2))
    network = ch03a.product_network(units)
    gap = np.abs(network(P)[:, 0] - P[:, 0] * P[:, 1]).max()
    assert gap <= 2 * (4 / units) ** 2 * 0.5 / 8 + 1e-12


@pytest.mark.parametrize("k", [1, 3, 6])
def test_3a_9_the_flat_sawtooth_equals_the_deep_one(k):
    x = np.linspace(0, 1, 1001)[:, None]
    flat = ch03a.shallow_sawtooth(k)
    np.testing.assert_allclose(flat(x), sawtooth_network(k)(x), atol=1e-10)
    assert flat.layers[0].parameters["W"].shape == (1, 2**k)


def test_3a_10_the_gradient_knows_parity_only_near_the_solution():
    n = 16
    w, step = np.random.default_rng(3).uniform(-1, 1, 4), 1e-6
    X = all_bits(4)

    def value(w):
        return np.mean(np.cos(X @ w) * (1 - 2 * parity(X)))

    by_difference = [
        (value(w + step * e) - value(w - step * e)) / (2 * step) for e in np.eye(4)
    ]
    assert ch03a.cosine_signal(w) == pytest.approx(np.linalg.norm(by_difference))
    far = np.random.default_rng(n).uniform(-np.pi, np.pi, n)
    near = np.full(n, np.pi - 0.1)
    assert ch03a.cosine_signal(near) > 20 * ch03a.cosine_signal(far)


def test_3a_11_few_relevant_bits_are_learned_many_are_not():
    two, eight = ch03a.sparse_parity_accuracies([2, 8])
    assert two > 0.98
    assert abs(eight - 0.5) < 0.06


def test_3a_12_the_rational_activation_has_the_right_gradient():
    rng = np.random.default_rng(0)
    network = Network([Linear(2, 3, rng), ch03a.Rational(), Linear(3, 2, rng)])
    network.theta += 0.2 * rng.normal(size=network.theta.size)
    X, y = rng.normal(size=(9, 2)), rng.integers(0, 2, 9)
    by_hand = network.gradient(softmax_cross_entropy(network(X), y)[1])
    for i in range(network.theta.size):
        kept, sides = network.theta[i], []
        for sign in (1, -1):
            network.theta[i] = kept + sign * 1e-6
            sides.append(softmax_cross_entropy(network(X), y)[0])
        network.theta[i] = kept
        assert by_hand[i] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-7)


def test_3a_12_two_rational_units_separate_the_rings():
    rng = np.random.default_rng(0)
    X, y = rings(400, rng)
    network = Network([Linear(2, 2, rng), ch03a.Rational(), Linear(2, 2, rng)])
    fit(network, X, y, 1500, Adam(0.03))
    assert accuracy(network, X, y) > 0.97
