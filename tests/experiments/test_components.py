"""The experiments of the second half of chapter 7."""

from pathlib import Path

import numpy as np
import pytest

from needlebook import optim
from needlebook.experiments import (
    augmentation,
    init_scales,
    one_line,
    penalties,
    resuming,
    schedules,
    searching,
    two_losses,
)
from needlebook.training import checkpoints
from needlebook.training.tuning import best, spent

pytestmark = pytest.mark.since("7")


def test_one_backward_on_the_sum_is_the_sum_of_two():
    assert two_losses.linearity() < 1e-5


def test_the_weight_moves_the_trunk_from_one_question_to_the_other():
    runs = {
        weight: np.mean(
            [two_losses.train_detector(weight, s) for s in range(2)], axis=0
        )
        for weight in (0.0, 0.1, 10.0)
    }
    assert runs[0.0][1] > 2.0
    assert runs[0.1][1] < 1.0 and runs[0.1][0] < runs[0.0][0] + 0.03
    assert runs[10.0][1] < runs[0.1][1] and runs[10.0][0] > runs[0.1][0] + 0.15


@pytest.mark.np
def test_without_the_square_the_pull_never_settles():
    norms = penalties.norms_without_data(penalties.not_squared)
    np.testing.assert_allclose(np.diff(norms[:30]), -0.05, atol=1e-9)
    assert abs(norms[-1] - norms[-2]) > 0.01
    squared = penalties.norms_without_data(penalties.squared)
    np.testing.assert_allclose(squared[1:] / squared[:-1], 0.95, atol=1e-9)


def difference(make):
    places = [
        penalties.kept(make, strength_in_loss=0.3),
        penalties.kept(make, decay=0.3),
    ]
    return abs(places[0] - places[1]).max(), places


@pytest.mark.np
def test_penalty_and_decay_are_one_for_sgd_alone():
    assert difference(optim.SGD)[0] < 1e-12
    assert difference(penalties.momentum)[0] > 1e-4
    apart, (penalty, decay) = difference(optim.Adam)
    assert apart > 0.3
    assert penalty[0] < 0.05 and penalty[-1] > 0.8
    assert np.ptp(decay) < 0.2


def test_the_argument_weight_decay_of_adam_is_a_penalty():
    def with_argument(params, lr):
        return optim.Adam(params, lr=lr, weight_decay=0.3)

    ours = penalties.train(with_argument)
    np.testing.assert_allclose(ours, penalties.train(optim.Adam, 0.3), atol=1e-12)


def test_each_fan_keeps_one_magnitude_and_the_other_drifts_by_the_ends():
    ends = np.sqrt(init_scales.TAPERED[-1] / init_scales.TAPERED[0])
    found = {}
    for name, rule in init_scales.RULES.items():
        forward, back = np.mean([init_scales.sweep(rule, seed=s) for s in range(5)], 0)
        found[name] = forward[-1] / forward[0], back[0] / back[-1]
    assert found["fan-in"] == pytest.approx((1, ends), rel=0.2)
    assert found["fan-out"] == pytest.approx((1 / ends, 1), rel=0.2)
    assert found["too small"][0] < 0.1 and found["too large"][0] > 10


def mean_errors(pipeline, size):
    return np.mean([augmentation.test_errors(pipeline, size, s) for s in range(3)], 0)


def test_a_crop_helps_where_the_test_moves_and_costs_where_it_does_not():
    none, crop = mean_errors("none", 1200), mean_errors("crop", 1200)
    assert crop[1] < none[1] - 0.25
    assert crop[0] > none[0] + 0.02
    mirror = mean_errors("mirror", 1200)
    assert mirror[0] > none[0] + 0.01 and mirror[1] > none[1]


@pytest.mark.np
def test_a_schedule_widens_the_range_of_rates():
    constant, both = (
        np.mean([schedules.run(name, 0.3, seed) for seed in range(3)], axis=0)
        for name in ("constant", "warm-up, cosine")
    )
    assert both[0] < constant[0] - 0.5 and both[1] < constant[1] - 0.2


def test_at_the_small_rate_the_schedules_cannot_be_told_apart():
    losses = [
        [schedules.run(name, 0.1, seed)[0] for seed in range(3)]
        for name in ("constant", "cosine")
    ]
    assert min(losses[0]) < max(losses[1]) and min(losses[1]) < max(losses[0])


def test_for_equal_steps_the_lattice_is_worst_seed_by_seed():
    for seed in range(2):
        trials = {m: searching.search(m, seed) for m in ("grid", "random", "halving")}
        assert {spent(t) for t in trials.values()} == {27 * searching.BUDGET}
        judged = {m: searching.judged(t, seed) for m, t in trials.items()}
        assert judged["grid"] > judged["random"]
        assert best(trials["random"]).config == best(trials["halving"]).config


def test_one_line_for_loss_or_optimizer_and_several_for_the_task():
    counts = {name: one_line.lines_changed(name) for name in one_line.CHANGES}
    task = counts.pop("task: draw the digit")
    assert counts.pop("nothing") == 0 and set(counts.values()) == {1} and task == 6


@pytest.mark.parametrize(
    "name", ["loss: hinge", "optimizer: Adam", "optimizer: RMSProp"]
)
def test_the_changed_programs_learn(name):
    assert one_line.result(name)["error"] < 0.15


def test_the_changed_task_learns():
    assert one_line.result("task: draw the digit")["loss"] < 6


@pytest.mark.parametrize("loader_seed", [3, None])
def test_a_resumed_run_is_the_run_that_was_never_stopped(tmp_path, loader_seed):
    state, history = resuming.whole(tmp_path, loader_seed)
    again, resumed = resuming.stopped(tmp_path, loader_seed)
    np.testing.assert_array_equal(state, again)
    assert history == resumed


def test_parameters_alone_are_not_enough(tmp_path):
    state, _ = resuming.whole(tmp_path)
    partly, _ = resuming.stopped(tmp_path, parameters_only=True)
    assert abs(state - partly).max() > 0.01


@pytest.mark.parametrize("part", ["optimizer", "scheduler", "loader", "random"])
def test_each_part_of_the_state_that_is_forgotten_makes_a_difference(tmp_path, part):
    loader_seed = None if part == "random" else 3
    state, _ = resuming.whole(tmp_path, loader_seed)
    trainer, *loaders = resuming.build(tmp_path / "half", 0, loader_seed)
    fresh = trainer.state_dict() | {"loader": {"epoch": 0}}
    trainer.fit(loaders[0], resuming.EPOCHS // 2, loaders[1])
    kept = checkpoints.load(tmp_path / "half") | {part: fresh[part]}
    checkpoints.save(Path(tmp_path / "half"), kept)
    trainer, *loaders = resuming.build(tmp_path / "half", 99, loader_seed)
    trainer.resume(tmp_path / "half")
    trainer.fit(loaders[0], resuming.EPOCHS, loaders[1])
    assert abs(state - resuming.state(trainer)).max() > 1e-4
