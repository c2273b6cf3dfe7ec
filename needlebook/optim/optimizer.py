# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What all optimizers share: parameters, running averages, a step, a state."""

import math

import numpy as np

from ..autograd import Tensor
from ..errors import OptimizerError

BLOCK = 1 << 15


def distinct_tensors(params):
    """Return `params` as a list, each once; refuse none at all, or no Tensor."""
    if isinstance(params, Tensor):
        raise OptimizerError("optimizer: wanted a list of Tensors, got one Tensor")
    params = list(params)
    for i, p in enumerate(params):
        if not isinstance(p, Tensor):
            raise OptimizerError(
                f"optimizer: parameter {i} is no Tensor but {type(p).__name__}"
            )
    if not params:
        raise OptimizerError("optimizer: no parameters given")
    return list(dict.fromkeys(params))


def require(name, value, low, high, open_low=False):
    """Refuse a number that is not in [low, high), or not in (low, high)."""
    if not (low < value if open_low else low <= value) or not value < high:
        bound = f"in {'(' if open_low else '['}{low:g}, {high:g})"
        wanted = "positive" if name == "lr" else bound
        raise OptimizerError(f"optimizer: {name} must be {wanted}, got {value}")


class Optimizer:
    """Changes `params`, Tensors, by their gradients. Course homework 2.

    `averages` names the running averages of a subclass. Each is a dictionary from
    parameter to an array of its shape and dtype, filled when a first gradient arrives.
    `t` is the number of steps. Raises OptimizerError.
    """

    averages = ()
    decoupled = False

    def __init__(self, params, lr=0.01, weight_decay=0.0):
        self.params = distinct_tensors(params)
        require("lr", lr, 0, math.inf, open_low=True)
        require("weight_decay", weight_decay, 0, math.inf)
        self.lr, self.weight_decay, self.t = lr, weight_decay, 0
        for name in self.averages:
            setattr(self, name, {})

    def reset_grad(self):
        """Forget all gradients."""
        for p in self.params:
            p.grad = None

    def update(self, out, w, g, *averages):
        """Write into `out` what becomes of the values `w` with the gradient `g`.

        Arrays of one axis. Changes the `averages` in place, `w` and `g` never.
        """
        raise NotImplementedError(f"{type(self).__name__}: update is missing")

    def step(self):
        """Change every parameter that has a gradient; the others stay."""
        self.t += 1
        for p in self.params:
            if p.grad is not None:
                p.data = Tensor.make_const(self.moved(p))

    def moved(self, p):
        """Return the new array of `p`, where `p` lives."""
        w, g = p.realize_cached_data(), p.grad.realize_cached_data()
        averages = [self.average(name, p) for name in self.averages]
        device = getattr(w, "_device", None)
        if device is None:
            return self.in_blocks(w, g, *averages)
        with_arrays = self.arithmetic()
        if with_arrays is None:
            return device.array(self.in_blocks(np.array(w), np.array(g), *averages))
        here = [a if hasattr(a, "_device") else device.array(a) for a in averages]
        new, *averages = with_arrays(self, *self.decayed(w, g), *here)
        for name, average in zip(self.averages, averages, strict=True):
            getattr(self, name)[p] = average
        return new

    def arithmetic(self):
        """Return `with_arrays` of the class whose `update` is ours, else None."""
        ours = next(kind for kind in type(self).__mro__ if "update" in vars(kind))
        return vars(ours).get("with_arrays")

    def decayed(self, w, g):
        """Return weights and gradient with the decay in one of them."""
        if not self.weight_decay:
            return w, g
        if self.decoupled:
            return w * (1 - float(self.lr) * self.weight_decay), g
        return w, g + w * self.weight_decay

    def in_blocks(self, w, g, *averages):
        """Return the new values by `update`, in blocks that stay in the cache."""
        out = np.empty(w.shape, w.dtype)
        flat = [np.reshape(array, -1) for array in (out, w, g, *averages)]
        for start in range(0, out.size, BLOCK):
            new, w, g, *averages = (array[start : start + BLOCK] for array in flat)
            self.update(new, *self.decayed(w, g), *averages)
        return out

    def average(self, name, p):
        """Return the running average called `name` of the parameter, zeros at first."""
        kept = getattr(self, name)
        if p not in kept:
            kept[p] = np.zeros(p.shape, p.dtype)
        return kept[p]

    def state_dict(self):
        """Return what a later run needs to go on: lr, t, and copies of the averages.

        An average is filed under its name and the place of its parameter: "m.0".
        """
        state = {"lr": float(self.lr), "t": self.t}
        for name in self.averages:
            for i, p in enumerate(self.params):
                if p in getattr(self, name):
                    state[f"{name}.{i}"] = np.array(getattr(self, name)[p])
        return state

    def load_state_dict(self, state):
        """Go on as the optimizer that gave `state`; a foreign state changes nothing.

        Raises OptimizerError for missing or unknown entries and for wrong shapes.
        """
        loaded = {name: {} for name in self.averages}
        for key in {"lr", "t"} - state.keys():
            raise OptimizerError(f"load_state_dict: {key} is missing")
        for key in state.keys() - {"lr", "t"}:
            name, _, i = key.rpartition(".")
            if name not in loaded or not i.isdigit() or int(i) >= len(self.params):
                raise OptimizerError(
                    f"load_state_dict: {key} is unknown to {type(self).__name__} "
                    f"with {len(self.params)} parameters"
                )
            p, array = self.params[int(i)], np.asarray(state[key])
            if array.shape != p.shape:
                raise OptimizerError(
                    f"load_state_dict: {key} has shape {array.shape}, parameter {i} "
                    f"has {p.shape}"
                )
            loaded[name][p] = array.astype(p.dtype)
        self.lr, self.t = float(state["lr"]), int(state["t"])
        vars(self).update(loaded)
