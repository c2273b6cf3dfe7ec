# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What one object keeps alive: a walk over references, nearest objects first."""

import gc
from collections import deque
from types import FunctionType, ModuleType

import numpy as np

from needlebook.autograd import Value


def reached(start):
    """Return {id: (object, the object that led to it)} for all that `start` holds."""
    found, waiting = {id(start): (start, None)}, deque([start])
    while waiting:
        holder = waiting.popleft()
        for held in gc.get_referents(holder):
            known = isinstance(held, (type, ModuleType, FunctionType))
            if not known and id(held) not in found:
                found[id(held)] = (held, holder)
                waiting.append(held)
    return found


def kept_alive(start):
    """Return how many values `start` keeps alive, and the bytes of all their arrays."""
    things = [thing for thing, _ in reached(start).values()]
    owners = {id(x): x for x in things if isinstance(x, np.ndarray) and x.base is None}
    values = sum(isinstance(thing, Value) for thing in things)
    return values, sum(owner.nbytes for owner in owners.values())


def path(start, goal):
    """Return the objects on a shortest way from `start` to `goal`; empty if none."""
    found = reached(start)
    way, here = [], goal if id(goal) in found else None
    while here is not None:
        way.append(here)
        here = found[id(here)][1]
    return way[::-1]
