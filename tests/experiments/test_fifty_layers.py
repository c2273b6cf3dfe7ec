"""The fifty-layer network: norms by depth, training from three variances."""

import json
from pathlib import Path

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.fifty_layers import FiftyLayers, digits, rms, train
from needlebook.experiments.fifty_training import from_mirrored, on_mnist, outcome
from needlebook.experiments.signals import cosine_by_theory, cosines
from needlebook.optim import SGD

pytestmark = pytest.mark.since("6")
STORED = Path(__file__).parents[2] / "book/measurements/6_fifty_layers_mnist.json"


def profiles(c):
    X, y, _, _ = digits()
    networks = [FiftyLayers(64, 10, c=c, seed=seed) for seed in range(3)]
    return [network.profile(X[:200], y[:200]) for network in networks]


@pytest.mark.parametrize("c", [1, 2, 3])
def test_activations_grow_by_half_of_c_per_layer(c):
    for profile in profiles(c):
        growth = np.log10(profile.activations[-1] / profile.activations[0])
        assert growth == pytest.approx(24.5 * np.log10(c / 2), abs=1.1)


@pytest.mark.parametrize("c", [1, 2, 3])
def test_weight_gradients_are_level_over_depth(c):
    for profile in profiles(c):
        assert profile.gradients.max() / profile.gradients.min() < 6


def test_levels_differ_by_orders_of_magnitude():
    level = [np.mean([p.gradients[24] for p in profiles(c)]) for c in (1, 2, 3)]
    assert level[1] / level[0] > 1e6 and level[2] / level[1] > 1e3


def test_profile_is_that_of_its_arrays():
    X, y, _, _ = digits()
    network = FiftyLayers(64, 10, depth=3, width=20)
    profile = network.profile(X[:50], y[:50])
    for i, Z in enumerate(network.activations(X[:50])):
        assert profile.activations[i] == pytest.approx(rms(Z))
        assert profile.activation_variances[i] == pytest.approx(Z.var(), rel=1e-4)
    for i, W in enumerate(network.weights[:-1]):
        assert profile.weight_norms[i] == pytest.approx(np.linalg.norm(W.numpy()))
        assert profile.variances[i] == pytest.approx(W.numpy().var())
    assert profile.activation_gradients.shape == (3,)
    assert (profile.activation_gradients > 0).all() and profile.loss > 0


def test_one_third_of_the_variance_in_one_layer_is_seen():
    """A planted fault: one layer drawn with fan_in three times as large."""
    X, y, _, _ = digits()
    network = FiftyLayers(64, 10, c=2)
    clean = network.profile(X[:200], y[:200]).activations
    network.weights[30].data = network.weights[30].data / np.sqrt(3)
    faulty = network.profile(X[:200], y[:200]).activations
    assert faulty[29] == pytest.approx(clean[29])
    assert faulty[30] == pytest.approx(clean[30] / np.sqrt(3), rel=1e-3)


class Scaled:
    """A normalization that only multiplies, to see that the hook is used."""

    def __init__(self, width):
        self.factor = Tensor(np.full((1, width), 2.0, dtype="float32"))
        self.modes = []

    def __call__(self, X):
        return X * ops.broadcast_to(self.factor, X.shape)

    def parameters(self):
        return [self.factor]

    def eval(self):
        self.modes.append("eval")

    def train(self):
        self.modes.append("train")


def test_normalization_is_called_trained_and_put_into_eval_mode():
    X, y, _, _ = digits()
    network = FiftyLayers(64, 10, depth=2, width=8, normalization=Scaled)
    plain = FiftyLayers(64, 10, depth=2, width=8)
    assert network.parameters()[-1] is network.norms[-1].factor
    np.testing.assert_allclose(
        network.logits(X[:9]), 4 * plain.logits(X[:9]), rtol=1e-5
    )
    assert network.norms[0].modes == ["eval", "train"]
    train(network, X, y, lambda p: SGD(p, lr=0.01), 3)
    assert (network.norms[0].factor.numpy() != 2).any()


def test_three_over_n_overflows_at_the_second_step_in_the_middle():
    for seed in range(3):
        found = outcome(3, seed, 60)
        step, layer = found.run.failed
        assert step == 1 and 10 < layer < 40
        assert len(found.run.losses) == 2 and found.run.losses[0] > 1000


def test_one_over_n_does_not_learn():
    for seed in range(3):
        found = outcome(1, seed, 60)
        assert found.run.failed is None
        assert np.ptp(found.run.losses) < 1e-5 and found.error > 0.85
        assert found.moved[:-1].max() < 1e-6


@pytest.mark.np
def test_two_over_n_learns_slowly_and_moves_little_and_angles_are_the_reason():
    for seed in range(2):
        plain = outcome(2, seed, 300)
        assert plain.run.losses[-30:].mean() < 2.1
        assert 0.3 < plain.error < 0.85
        assert plain.moved[24] < 0.01
        angles, losses, error = from_mirrored(seed)
        assert angles[-1] < angles[0] + 0.1
        assert error < 0.08 and losses[-30:].mean() < 0.2


def test_examples_become_parallel():
    X, _, _, _ = digits()
    found = cosines(FiftyLayers(64, 10), X[:200])
    assert found[0] < 0.75 < 0.95 < found[25] < found[50]
    theory = cosine_by_theory(found[0], 50)
    assert abs(theory - found)[:26].max() < 0.08
    scaled = cosines(FiftyLayers(64, 10, c=1), X[:200])
    assert scaled == pytest.approx(found, abs=1e-4)


def test_without_the_files_there_is_no_mnist(monkeypatch):
    monkeypatch.delenv("NEEDLEBOOK_DATA", raising=False)
    assert on_mnist(2, 0, 1) is None


if STORED.exists():  # the tree of a chapter has no measurements

    def test_stored_runs_on_mnist_say_the_same():
        runs = json.loads(STORED.read_text())["runs"]
        for run in runs:
            if run["c"] == 1:
                assert run["RMS of layer 50"] < 1e-7 and run["test error"] > 0.85
            if run["c"] == 2:
                assert run["test error"] < 0.6
            if run["c"] == 3:
                assert run["RMS of layer 50"] > 1e3 and run["test error"] > 0.75
                assert (run["failed at step"] == 1) == run["optimizer"].startswith(
                    "SGD"
                )
