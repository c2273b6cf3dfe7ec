# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Learning rates that change from step to step."""

import math


def step_decay(every, factor=0.1):
    """The rate times `factor` after each `every` steps."""
    return lambda step: factor ** (step // every)


def cosine(steps, floor=0.001):
    """Half a cosine from 1 down to `floor` over `steps`; it stays there."""

    def factor(step):
        done = min(step / steps, 1.0)
        return floor + (1 - floor) * (1 + math.cos(math.pi * done)) / 2

    return factor


def warm_up(steps, then=lambda step: 1.0):
    """From 1 / steps up to 1 in `steps` equal parts, then the schedule `then`."""
    return lambda step: (step + 1) / steps if step < steps else then(step - steps)


def one_cycle(steps, rise=0.3, start=0.04, floor=0.001):
    """Up from `start` to 1 in the share `rise` of the steps, then down by a cosine.

    Smith and Topin (2019).
    """
    top = max(1, round(rise * steps))
    down = cosine(max(1, steps - top), floor)

    def factor(step):
        return start + (1 - start) * step / top if step < top else down(step - top)

    return factor


class Scheduler:
    """Sets optimizer.lr to its first value times factor(step); step() goes one on."""

    def __init__(self, optimizer, factor):
        self.optimizer, self.factor = optimizer, factor
        self.base, self.t = optimizer.lr, 0
        optimizer.lr = self.base * factor(0)

    def step(self):
        self.t += 1
        self.optimizer.lr = self.base * self.factor(self.t)

    def state_dict(self):
        """Return the number of steps made and the first rate."""
        return {"t": self.t, "base": self.base}

    def load_state_dict(self, state):
        """Continue where the scheduler was that gave `state`."""
        self.t, self.base = state["t"], state["base"]
        self.optimizer.lr = self.base * self.factor(self.t)
