# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Where in a model a value that is not finite first appeared."""

import numpy as np

from ..autograd import Tensor
from ..errors import NeedlebookError
from ..nn.module import Module, walk


class NotFiniteError(NeedlebookError, FloatingPointError):
    """A loss that is infinite or not a number."""


def finite(value):
    """Whether every number in a Tensor, or in a sequence of them, is finite."""
    if isinstance(value, (tuple, list)):
        return all(map(finite, value))
    return not isinstance(value, Tensor) or np.isfinite(value.numpy()).all()


def first_not_finite(model, *inputs):
    """Return a sentence on the first module whose output is not finite, or None.

    Runs the model once more; in it, parameters are looked at before outputs.
    """
    found = []
    modules = {id(m): (n, m) for n, m in [("model", model), *walk(model, "")]}
    listening = [(n, m) for n, m in modules.values() if isinstance(m, Module)]
    for name, module in listening:
        listen(module, f"{name} ({type(module).__name__})", found)
    try:
        with np.errstate(all="ignore"):
            model(*inputs)
    finally:
        for _, module in listening:
            del module.forward
    return found[0] if found else None


def listen(module, label, found):
    """Make module.forward note in `found` what is not finite; `del` undoes it."""
    forward = module.forward

    def listened(*args, **kwargs):
        out = forward(*args, **kwargs)
        if not finite(out):
            found.append(f"{label}: {reason(module, args)}")
        return out

    module.forward = listened


def reason(module, inputs):
    """Say whether the parameters, the inputs or the layer itself are to blame."""
    for name, value in vars(module).items():
        if isinstance(value, Tensor) and not finite(value):
            wrong = int((~np.isfinite(value.numpy())).sum())
            return f"{wrong} of {value.numpy().size} numbers of {name} are not finite"
    if not finite(inputs):
        return "its input was not finite already"
    return "its input and parameters are finite, its output is not"
