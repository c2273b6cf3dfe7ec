# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Searches for hyperparameters, all with the same objective(config, budget) -> cost."""

import itertools
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Choice:
    """One of `values`."""

    values: tuple

    def at(self, share):
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True)
class Uniform:
    """A number between low and high."""

    low: float
    high: float

    def at(self, share):
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class LogUniform:
    """A number between low and high, uniform by its logarithm."""

    low: float
    high: float

    def at(self, share):
        return self.low * (self.high / self.low) ** share


@dataclass(frozen=True)
class Trial:
    """A configuration, the steps it got, and its cost."""

    config: dict
    budget: int
    cost: float


def place(space, shares):
    """The configuration at this point of the unit cube."""
    return {name: axis.at(share) for (name, axis), share in zip(space.items(), shares)}


def random_search(objective, space, trials, budget, seed=0):
    """Try `trials` random configurations, each for `budget` steps."""
    points = np.random.default_rng(seed).random((trials, len(space)))
    return run_all(objective, [place(space, point) for point in points], budget)


def grid_search(objective, space, per_axis, budget):
    """Try every combination of `per_axis` values, in the middles of equal parts."""
    axis = (np.arange(per_axis) + 0.5) / per_axis
    points = itertools.product(axis, repeat=len(space))
    return run_all(objective, [place(space, point) for point in points], budget)


def run_all(objective, configs, budget):
    """Return a Trial for each configuration; a cost that is not finite is infinite."""
    trials = []
    for config in configs:
        cost = np.asarray(objective(config, budget)).item()
        trials.append(Trial(config, budget, cost if np.isfinite(cost) else np.inf))
    return trials


def best(trials):
    """Return the trial of lowest cost among those with the largest budget."""
    most = max(trial.budget for trial in trials)
    return min((t for t in trials if t.budget == most), key=lambda t: t.cost)


def spent(trials):
    """Return the steps of all trials together."""
    return sum(trial.budget for trial in trials)


def successive_halving(objective, space, trials, budget, keep=3, seed=0):
    """Start `trials` random configurations; keep one in `keep` with `keep` times the
    budget until one is left, which then has `budget` steps.

    Training starts anew in every round. Returns the trials of all rounds.
    """
    rounds = 0
    while keep ** (rounds + 1) <= trials:
        rounds += 1
    points = np.random.default_rng(seed).random((trials, len(space)))
    configs, found = [place(space, point) for point in points], []
    for i in range(rounds + 1):
        now = run_all(objective, configs, max(1, budget // keep ** (rounds - i)))
        found += now
        ranked = sorted(now, key=lambda trial: trial.cost)
        configs = [trial.config for trial in ranked[: max(1, len(ranked) // keep)]]
    return found


def optuna_search(objective, space, trials, budget, seed=0):
    """Let Optuna's default sampler choose the configurations. Needs optuna."""
    try:
        import optuna
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "optuna_search needs optuna, which is not installed: pip install optuna"
        ) from missing

    def suggest(trial, name, axis):
        if isinstance(axis, Choice):
            return trial.suggest_categorical(name, axis.values)
        log = isinstance(axis, LogUniform)
        return trial.suggest_float(name, axis.low, axis.high, log=log)

    found = []

    def one(trial):
        config = {name: suggest(trial, name, axis) for name, axis in space.items()}
        found.extend(run_all(objective, [config], budget))
        return min(found[-1].cost, 1e30)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed)
    optuna.create_study(sampler=sampler).optimize(one, n_trials=trials)
    return found
