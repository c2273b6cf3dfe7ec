import numpy as np
import pytest

from needlebook.experiments.connected import Connected, bias_memory, digits, loss_on
from needlebook.experiments.coordinates import (
    bowl_loss,
    rare_words_error,
    scaled_digits_loss,
)
from needlebook.experiments.gradient_noise import (
    gradient_noise,
    loss_by_epoch,
    share_in_deep_well,
)
from needlebook.experiments.ranking import BEST, OPTIMIZERS, best_rate, ranking
from needlebook.experiments.scales import (
    decayed,
    loss_with_correction,
    measured_factor,
    reddi,
    scales,
    uncorrected_factor,
)
from needlebook.optim import SGD, Adam, AdamW

pytestmark = pytest.mark.since("6")


@pytest.mark.np
def test_a_bias_vector_costs_a_row_and_gets_the_sum_of_the_rows():
    bias = bias_memory(1000, 500)
    assert bias.matrix == 1000 * bias.vector
    assert bias.difference < 1e-9


def test_a_network_gives_every_layer_a_weight_and_a_bias_gradient():
    X, y = digits()
    network = Connected([64, 20, 10])
    loss_on(network, X[:20], y[:20]).backward()
    for p in network.parameters():
        assert p.grad.shape == p.shape and abs(p.grad.numpy()).max() > 0


def spread(values):
    return values.max() / values.min()


@pytest.mark.parametrize(("std", "least"), [(None, 2), (0.05, 100)])
def test_gradients_differ_in_scale_and_adams_updates_hardly(std, least):
    gradients, updates = scales(lambda p: SGD(p, 0.05), std=std)
    assert spread(gradients) > least
    assert spread(updates) == pytest.approx(spread(gradients), rel=0.05)
    assert spread(scales(lambda p: Adam(p, 0.003), std=std)[1]) < 2


@pytest.mark.np
def test_uncorrected_adam_starts_with_steps_too_long():
    measured = measured_factor(300, bias_correction=False)
    factor = uncorrected_factor(np.arange(1, 301))
    np.testing.assert_allclose(measured, factor, rtol=1e-4)
    assert factor[0] == pytest.approx(np.sqrt(10))
    assert factor.argmax() == 11 and factor.max() == pytest.approx(6.57, abs=0.01)
    assert uncorrected_factor(1000) > 1.2
    np.testing.assert_allclose(measured_factor(50), 1, rtol=1e-6)


def test_correction_decides_what_a_step_size_means():
    seeds = range(4)
    loss = {
        (lr, c): np.mean([loss_with_correction(c, lr, s) for s in seeds])
        for lr in (0.001, 0.03)
        for c in (True, False)
    }
    assert loss[0.001, False] < loss[0.001, True] / 2
    assert loss[0.03, False] > loss[0.03, True] * 2


@pytest.mark.np
def test_adam_goes_to_the_worst_point_and_amsgrad_does_not():
    assert reddi(lambda p: Adam(p, 0.01, 0.0, 0.1)) > 0.99
    assert reddi(lambda p: Adam(p, 0.01, 0.0, 0.1, amsgrad=True)) < -0.9


def test_decay_through_the_gradient_depends_on_its_noise():
    noise = np.array([0.1, 10.0])
    coupled = decayed(lambda p: Adam(p, 0.003, weight_decay=0.3), noise)
    apart = decayed(lambda p: AdamW(p, 0.003, weight_decay=0.3), noise)
    assert coupled[1] - coupled[0] > 0.4
    assert abs(apart - (1 - 0.0009) ** 300).max() < 0.1


@pytest.mark.np
def test_the_batch_gradient_is_unbiased_and_its_variance_falls_with_the_batch():
    batches = [1, 4, 16, 64, 256]
    bias, variance = gradient_noise(batches).T
    assert np.polyfit(np.log(batches), np.log(variance), 1)[0] == pytest.approx(
        -1, abs=0.1
    )
    np.testing.assert_array_less(bias, 3 * variance / 100)


def test_an_epoch_of_small_batches_beats_one_full_step():
    seeds = range(3)
    full = [loss_by_epoch(1280, 1.0, s)[1] for s in seeds]
    small = [loss_by_epoch(8, 0.3, s)[1] for s in seeds]
    assert max(small) < min(full) / 2


def test_noise_leaves_the_shallow_well_within_a_window():
    still, little, enough, much = (
        np.mean([share_in_deep_well(noise, seed=s) for s in range(3)])
        for noise in (0.0, 1.0, 2.0, 8.0)
    )
    assert still == 0 and little < 0.1
    assert enough > 0.5 and 0.4 < much < enough


def test_the_order_on_the_bowl_is_not_that_on_the_network():
    means = {
        task: {name: np.mean(losses) for name, losses in ranking(task).items()}
        for task in ("bowl", "digits")
    }
    bowl, net = means["bowl"], means["digits"]
    assert bowl["Nesterov"] < bowl["Adam"] / 10
    assert net["Adam"] < net["Nesterov"]
    assert bowl["RMSProp"] > bowl["gradient descent"]
    assert net["RMSProp"] < net["gradient descent"]
    for task in means.values():
        assert task["gradient descent"] > 2 * task["momentum"]


@pytest.mark.np
@pytest.mark.parametrize(
    ("task", "name"), [("bowl", name) for name in OPTIMIZERS] + [("digits", "Adam")]
)
def test_the_kept_rates_are_the_best_ones(task, name):
    assert best_rate(task, name) == BEST[task][name]


def mean_of(method, seeds=range(4), **options):
    return np.mean([bowl_loss(method, 10_000, seed=s, **options) for s in seeds])


def test_adam_wins_along_the_axes_and_not_across():
    along = {m: mean_of(m, turned=False) for m in ("momentum", "Adam")}
    turned = {m: mean_of(m, turned=True) for m in ("momentum", "Adam")}
    assert along["Adam"] < along["momentum"] - 3
    assert turned["Adam"] > turned["momentum"] - 0.5


def test_rescaled_pixels_cost_both_and_adam_less():
    losses = {
        (method, factor): np.mean(
            [scaled_digits_loss(method, factor, s) for s in range(4)]
        )
        for method in ("momentum", "Adam")
        for factor in (1.0, 0.1)
    }
    assert losses["momentum", 0.1] > losses["momentum", 1.0] + 0.1
    assert losses["Adam", 0.1] < losses["momentum", 0.1] - 0.1


def test_on_rare_words_momentum_is_ahead():
    found = {
        m: np.mean([rare_words_error(m, s) for s in range(4)])
        for m in ("momentum", "Adam")
    }
    assert found["momentum"] < found["Adam"] - 0.02
