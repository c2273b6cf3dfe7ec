"""The experiments of chapter 9, first half: same functions and seeds as the page."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import needlebook
from needlebook import nn
from needlebook.errors import BatchSizeWarning
from needlebook.experiments import averages, company, norm_as_label, shift, units
from needlebook.experiments import constant_statistics as constant
from needlebook.experiments import fifty_trained as trained
from needlebook.experiments import normalized as net
from needlebook.experiments.fifty_factors import both_ways, per_layer, straightness
from needlebook.experiments.fifty_layers import FiftyLayers
from needlebook.experiments.intervals import mean_interval

pytestmark = pytest.mark.since("9")
MEASURED = Path(needlebook.__file__).parents[1] / "book" / "measurements"
needs_stored = pytest.mark.stored("*-fifty-layers.json")


def test_activations_are_geometric_and_not_linear_before_training():
    for c in (1, 3):
        runs = [both_ways(c, seed=seed)[0] for seed in range(3)]
        _, low, high = mean_interval([per_layer(a) for a in runs])
        assert low < np.sqrt(c / 2) < high
        assert min(straightness(np.log(a)) for a in runs) > 0.97
        assert max(straightness(a) for a in runs) < 0.8


def test_forward_and_backward_factors_cancel_in_the_gradients():
    levels = []
    for c in (1, 3):
        forward, back, gradients = both_ways(c)
        assert per_layer(forward) * per_layer(back) == pytest.approx(1, abs=0.03)
        assert gradients.max() / gradients.min() < 10
        levels.append(np.median(gradients))
    assert levels[1] / levels[0] > 1e12


def test_norm_and_variance_say_the_same_of_weights_and_not_of_activations():
    X, _, _, _ = net.digits(0)
    network = FiftyLayers(64, 10, 2.0)
    for W in network.weights:
        w = W.numpy()
        assert np.linalg.norm(w) ** 2 / (w.size * w.var()) == pytest.approx(1, abs=0.01)
    for a in network.forward(net.constant(X))[1]:
        assert (a.numpy() ** 2).mean() / a.numpy().var() > 1.2


@pytest.mark.parametrize("norm", ["layer", "batch"])
def test_either_norm_fixes_the_activations_for_all_variances(norm):
    ends = [both_ways(c, norm)[0] for c in (1, 2, 3)]
    assert [a[-1] / a[0] for a in ends] == pytest.approx([1, 1, 1], abs=0.1)


def test_with_batch_norm_the_adjoints_explode_with_layer_norm_they_do_not():
    assert 1 / per_layer(both_ways(2, "batch")[1]) == pytest.approx(1.2, abs=0.03)
    assert 1 / per_layer(both_ways(2, "layer")[1]) == pytest.approx(1, abs=0.03)


def deep_runs():
    runs, _ = trained.stored(MEASURED)
    return [r for r in runs if r["norm"] == "none" and r["depth"] == 50], runs


@needs_stored
def test_after_training_activations_grow_for_all_variances():
    deep, _ = deep_runs()
    assert {r["c"] for r in deep if r["error"] < 0.05} == {1, 2, 3}
    assert min(trained.summary(r)["growth"] for r in deep) > 5


@needs_stored
def test_after_training_gradients_differ_by_layer_and_are_largest_at_3():
    deep, _ = deep_runs()
    assert all(2 < trained.summary(r)["spread"] < 100 for r in deep)
    levels = {
        c: [trained.summary(r)["level"] for r in deep if r["c"] == c] for c in (1, 2, 3)
    }
    assert min(levels[3]) > max(levels[1] + levels[2])


@needs_stored
def test_variances_stay_and_matrices_move_little_in_few_directions():
    deep, _ = deep_runs()
    for found in map(trained.summary, deep):
        low, high = found["variance"]
        assert 0.99 < low <= high < 1.04
        assert found["distance"][1] < 0.15 and found["cosine"] > 0.98
        assert found["rank5"] > 0.5


@needs_stored
def test_at_three_over_n_the_network_memorizes_and_guesses():
    deep, _ = deep_runs()
    assert all(r["error"] < 0.05 < 0.8 < r["test_error"] for r in deep if r["c"] == 3)


@needs_stored
def test_with_norms_final_weights_still_depend_on_the_initialization():
    _, runs = deep_runs()
    for norm in ("layer", "batch"):
        for c in (1, 2, 3):
            for r in runs:
                if (r["norm"], r["c"], r["depth"]) == (norm, c, 20):
                    after = 100 * trained.column(r, "after", "variances")[1:]
                    assert after == pytest.approx(np.full(19, c), rel=0.05)
                    assert min(r["moved"]["cosine"]) > 0.97


@needs_stored
def test_layer_norm_does_not_mind_the_variance_and_batch_norm_learns_slower():
    _, runs = deep_runs()

    def error(norm, c):
        return [
            r["error"] for r in runs if (r["norm"], r["c"], r["depth"]) == (norm, c, 20)
        ]

    assert max(error("layer", 1) + error("layer", 3)) < 0.05
    assert max(error("batch", 1)) < min(error("batch", 2)) < min(error("batch", 3))


def test_a_short_run_measures_what_the_stored_ones_do():
    found = trained.run(2, depth=20, recipe=(1e-3, 200))
    assert found["error"] < 0.05
    assert trained.summary(found)["growth"] > 2
    assert trained.summary(found)["variance"] == pytest.approx((1, 1), abs=0.02)


def test_shuffling_keeps_variances_and_five_directions_do_the_work():
    cut = trained.shuffled_and_cut()
    assert cut["variance"] < 1e-5 and cut["trained"] < 0.05
    assert cut["shuffled"] > 0.8 and cut["not changed"] > 0.8
    assert cut["five directions"] < 0.2 and cut["the others"] > 0.5


def test_layer_norm_costs_little_on_the_digits():
    none, layer = (norm_as_label.training_loss(norm, 0) for norm in ("none", "layer"))
    assert layer < 1.5 * none


def test_layer_norm_cannot_read_size_unless_a_bias_stands_before_it():
    for place in ("input", "hidden, no bias"):
        assert norm_as_label.size_error("layer", place, 0) > 0.4
    assert norm_as_label.size_error("layer", "hidden", 0) < 0.12
    assert norm_as_label.size_error("batch", "hidden, no bias", 0) < 0.12


def test_batch_norm_keeps_the_sizes_of_examples_apart():
    assert norm_as_label.row_sizes("layer")[0] < 1e-3
    spread, correlation = norm_as_label.row_sizes("batch")
    assert spread > 0.2 and correlation > 0.9


def test_either_norm_is_blind_to_the_size_of_the_weights():
    assert norm_as_label.scaled_weights("none") == pytest.approx(1e9, rel=1e-3)
    for norm in ("layer", "batch"):
        assert norm_as_label.scaled_weights(norm) == pytest.approx(1, abs=0.01)


def test_batch_norm_of_the_input_is_standardization():
    errors = {
        way: units.unit_error(way, 0)[0]
        for way in ("as they are", "standardized", "batch norm")
    }
    assert errors["as they are"] > 0.15
    assert errors["standardized"] < 0.1
    assert abs(errors["standardized"] - errors["batch norm"]) < 0.04
    assert min(units.agreement()) > 0.98


@pytest.fixture(scope="module")
def network():
    return company.trained()


def test_one_image_gets_several_answers_in_different_company(network):
    model, (_, _, X, _) = network
    assert (company.undecided(model, X) > 1).sum() >= 5
    assert np.ptp(net.logits(model, X[:3])[0] - net.logits(model, X[:1])[0]) < 1e-5


def test_training_mode_at_inference_fails_alone_and_by_class(network):
    model, (_, _, X, y) = network
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BatchSizeWarning)
        *shuffled, by_class = company.inference_errors(model, X, y)
        harm = company.damage(model, X, y)
    assert shuffled[0] > 0.8 and shuffled[-1] < 0.05 < 0.5 < by_class
    assert harm["random batches of 30"] < harm["nothing"] + 0.01
    assert harm["one class only"] > harm["nothing"] + 0.01
    assert harm["one image at a time"] > harm["nothing"] + 0.01


def test_only_the_slow_average_costs_something_and_only_early():
    table = np.array([averages.average_errors(seed) for seed in range(3)])
    early, late = table.mean(0)[0], table.mean(0)[-1]
    slow = averages.AVERAGES.index("0.01")
    assert early[slow] > 1.4 * np.delete(early, slow).max()
    assert np.ptp(late) < 0.015


def test_a_momentum_of_one_over_t_is_the_simple_mean():
    norm, rng = nn.BatchNorm1d(3), np.random.default_rng(0)
    batches = rng.normal(size=(5, 8, 3))
    for t, batch in enumerate(batches, 1):
        norm.momentum = 1 / t
        norm(net.constant(batch))
    assert norm.running_mean.numpy() == pytest.approx(batches.mean((0, 1)), abs=1e-6)


def test_constant_statistics_let_a_gradient_through_that_batch_norm_takes_out():
    assert constant.bias_gradient("running") > 0.01
    assert max(map(constant.bias_gradient, ("batch", "renorm"))) < 1e-6


def test_running_averages_in_training_work_in_easy_cases_and_overflow_in_others():
    assert constant.final_loss("running", 3, 0.3, 0) < 0.2
    assert constant.final_loss("running", 10, 0.1, 0) > 0.6
    assert constant.final_loss("renorm", 10, 0.1, 0) < 0.4
    assert constant.final_loss("running", 3, 3.0, 0) > 1e3
    assert constant.final_loss("batch", 3, 3.0, 0) < 0.1


def test_statistics_of_the_test_batch_help_where_the_shift_is_common_to_all():
    table = dict(
        zip([c.__name__ for c in shift.CORRUPTIONS] + ["sorted"], shift.digits_study(0))
    )
    for name in ("contrast", "brightness"):
        assert table[name][0] > 3 * table[name][1]
    assert table["noise"][1] > 0.4 and table["inverted"][1] > 0.9
    assert table["sorted"][0] < 0.05 < 0.5 < table["sorted"][1]
    assert max(abs(row[2] - row[1]) for row in table.values()) < 0.05


@pytest.mark.stored("*-shift.json")
def test_the_larger_run_says_the_same():
    mean = shift.stored(MEASURED)[0].mean(0)
    assert (mean[1:3, 0] > 4 * mean[1:3, 1]).all() and mean[-1, 1] > 0.5


def test_tent_moves_scales_and_shifts_alone_and_restores_them():
    model, (_, _, X, y) = company.trained(steps=20)
    before = [p.numpy() for p in model.parameters()]
    moved = []
    with net.restored(model):
        net.error_in_training_mode(model, X, y, 100, shift.adapt(model, 0.01))
        moved = [not (p.numpy() == b).all() for p, b in zip(model.parameters(), before)]
    shapes = [len(p.shape) for p in model.parameters()]
    assert [m for m, rank in zip(moved, shapes) if rank == 2] == [False] * 6
    assert all(m for m, rank in zip(moved, shapes) if rank == 1)
    assert all((p.numpy() == b).all() for p, b in zip(model.parameters(), before))
