"""Race two functions fairly: alternated, warmed up, checked before they are timed.

A case is a function that prepares and returns a `Race`. Random inputs are its business;
turns, repeats, medians and the verdict are done here, the same way for all.
"""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CASES = []


@dataclass(frozen=True)
class Case:
    """A registered comparison, and what it has to reach.

    `goal` and `aim` are the largest allowed ratio of our time to theirs; `goal` must
    hold, `aim` is what we would like.
    """

    group: str
    name: str
    prepare: Callable
    goal: float
    aim: float | None
    against: str


@dataclass(frozen=True)
class Race:
    """What to time: `ours` and `theirs` without arguments, and a `check` before.

    `calls` is how many calls one timed turn makes, `per` how many operations a call
    stands for; figures are microseconds per operation. `setup_ours` and
    `setup_theirs` run before each turn, outside the time; what they return is given
    to the function.
    """

    ours: Callable
    theirs: Callable
    check: Callable | None = None
    calls: int = 1
    per: int = 1
    setup_ours: Callable | None = None
    setup_theirs: Callable | None = None


@dataclass(frozen=True)
class Result:
    """Microseconds per operation of both sides, and what became of the goal."""

    case: Case
    ours: float = float("nan")
    theirs: float = float("nan")
    repeats: int = 0
    missing: str = ""
    turns: list = field(default_factory=list, repr=False)

    @property
    def ratio(self):
        return self.ours / self.theirs

    @property
    def verdict(self):
        if self.missing:
            return f"not measured: {self.missing}"
        if self.ratio > self.case.goal:
            return "misses the goal"
        if self.case.aim is not None and self.ratio <= self.case.aim:
            return "reaches the aim"
        return "meets the goal"


def case(name, *, goal, against, aim=None, group=None):
    """Register a function that prepares a Race; `group` is its file if not given.

    Register with `@case("add, 4 elements", goal=1.5, aim=0.7, against="PyTorch")`.
    """

    def register(prepare):
        where = group or prepare.__module__.rsplit(".", 1)[-1]
        CASES.append(Case(where, name, prepare, goal, aim, against))
        return prepare

    return register


def measure(found, repeats=25, warmup=3, summary=statistics.median, rest=0.0):
    """Race one case: alternated turns, the starter changing every time.

    `summary` makes one figure of the turns of a side. `rest`: seconds before a turn,
    in which threads of the other side fall asleep that keep a core busy while they wait
    for more work; those of this side are woken by a call outside the time. An import
    that fails is reported in the result; a check that fails raises.
    """
    try:
        race = found.prepare()
    except ImportError as absent:
        return Result(found, missing=f"{absent.name} is not installed")
    if race.check is not None:
        race.check()
    sides = [(race.ours, race.setup_ours), (race.theirs, race.setup_theirs)]
    times = ([], [])
    for repeat in range(-warmup, repeats):
        order = (0, 1) if repeat % 2 else (1, 0)
        for side in order:
            time.sleep(rest)
            seconds = turn(*sides[side], race.calls, untimed=int(rest > 0))
            if repeat >= 0:
                times[side].append(seconds * 1e6 / (race.calls * race.per))
    ours, theirs = map(summary, times)
    return Result(found, ours, theirs, repeats, turns=list(zip(*times, strict=True)))


def turn(function, setup, calls, untimed=0):
    """Seconds of `calls` calls after `untimed` ones, the garbage collector waiting."""
    arguments = [(setup(),) if setup else () for _ in range(untimed + calls)]
    gc.collect()
    gc.disable()
    try:
        for argument in arguments[:untimed]:
            function(*argument)
        started = time.perf_counter()
        for argument in arguments[untimed:]:
            function(*argument)
        return time.perf_counter() - started
    finally:
        gc.enable()
