import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from needlebook.training.tuning import (
    Choice,
    LogUniform,
    Uniform,
    best,
    grid_search,
    optuna_search,
    random_search,
    spent,
    successive_halving,
)

pytestmark = pytest.mark.since("7")
SPACE = {
    "lr": LogUniform(1e-4, 1.0),
    "x": Uniform(-1.0, 3.0),
    "kind": Choice(("a", "b")),
}


def bowl(config, budget):
    wrong = (np.log10(config["lr"]) + 2) ** 2 + (config["x"] - 1) ** 2
    return wrong + (config["kind"] == "a") + 1 / budget


def test_a_lattice_tries_every_combination_of_middles():
    trials = grid_search(bowl, SPACE, 2, 5)
    assert len(trials) == 8 and spent(trials) == 40
    assert {round(t.config["lr"], 6) for t in trials} == {0.001, 0.1}
    assert {t.config["x"] for t in trials} == {0.0, 2.0}


def test_random_points_are_repeatable_and_inside():
    trials = random_search(bowl, SPACE, 30, 5, seed=1)
    assert trials == random_search(bowl, SPACE, 30, 5, seed=1)
    assert all(1e-4 <= t.config["lr"] <= 1 and -1 <= t.config["x"] <= 3 for t in trials)
    assert len({t.config["lr"] for t in trials}) == 30
    assert sum(t.config["lr"] < 0.01 for t in trials) > 8


def test_halving_keeps_the_best_third_and_every_round_costs_the_same():
    trials = successive_halving(bowl, SPACE, 27, 270)
    budgets = [t.budget for t in trials]
    assert budgets == [10] * 27 + [30] * 9 + [90] * 3 + [270]
    first = sorted(trials[:27], key=lambda t: t.cost)[:9]
    assert [t.config for t in trials[27:36]] == [t.config for t in first]
    assert best(trials).config == min(trials, key=lambda t: t.cost).config


def test_a_run_that_diverges_costs_infinity_and_is_not_chosen():
    def sometimes(config, budget):
        return np.nan if config["x"] > 0 else 1.0

    trials = random_search(sometimes, SPACE, 20, 1)
    assert np.isinf(max(t.cost for t in trials)) and best(trials).cost == 1.0


class StandInTrial:
    def __init__(self, rng):
        self.rng = rng

    def suggest_categorical(self, name, values):
        return values[self.rng.integers(len(values))]

    def suggest_float(self, name, low, high, log=False):
        ends = np.log([low, high]) if log else (low, high)
        drawn = self.rng.uniform(*ends)
        return float(np.exp(drawn)) if log else drawn


class StandInStudy:
    def __init__(self, sampler):
        self.rng = np.random.default_rng(sampler)

    def optimize(self, objective, n_trials):
        for _ in range(n_trials):
            objective(StandInTrial(self.rng))


def stand_in():
    """What the adapter needs of optuna."""
    return SimpleNamespace(
        logging=SimpleNamespace(WARNING=30, set_verbosity=lambda level: None),
        samplers=SimpleNamespace(TPESampler=lambda seed: seed),
        create_study=lambda sampler: StandInStudy(sampler),
    )


def test_the_adapter_translates_the_space(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", stand_in())
    trials = optuna_search(bowl, SPACE, 12, 5)
    assert len(trials) == 12 and spent(trials) == 60
    assert all(1e-4 <= t.config["lr"] <= 1 and t.config["kind"] in "ab" for t in trials)


def test_a_missing_optuna_is_named_with_its_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ModuleNotFoundError, match="pip install optuna"):
        optuna_search(bowl, SPACE, 1, 1)


if find_spec("optuna"):

    def test_optuna_finds_the_bowl():
        assert best(optuna_search(bowl, SPACE, 60, 50)).cost < 0.5
