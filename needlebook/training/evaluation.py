# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Loss and metrics of a model on a data set, and the mode that it should be in."""

import inspect
import warnings

import numpy as np

from ..nn.module import Module, walk


class EvaluationModeWarning(UserWarning):
    """A model that is evaluated while it is in training mode."""


def reads_mode(module):
    """Whether a method of this module's class reads `self.training`."""
    kinds = type(module).__mro__[: type(module).__mro__.index(Module)]
    methods = [
        f for kind in kinds for f in vars(kind).values() if inspect.isfunction(f)
    ]
    return any("training" in f.__code__.co_names for f in methods)


def in_training_mode(model):
    """Return the names of modules that are in training mode and behave by it."""
    named = [("model", model), *walk(model, "")]
    return [
        f"{name} ({type(module).__name__})"
        for name, module in named
        if isinstance(module, Module) and module.training and reads_mode(module)
    ]


def evaluate(model, loss, loader, metrics=None, *, warn=True):
    """Return {"loss": …, metric: …}, means over the examples of `loader`.

    `metrics`: functions of (outputs, *targets) that return a mean over the batch. The
    mode of the model stays as it is; with `warn`, a wrong one is warned about.
    """
    forgotten = in_training_mode(model) if warn else []
    if forgotten:
        warnings.warn(
            f"evaluate: {', '.join(forgotten)} in training mode; call model.eval() "
            "first, or pass warn=False if this is what you want",
            EvaluationModeWarning,
            stacklevel=2,
        )
    functions = {"loss": loss, **(metrics or {})}
    sums, count = dict.fromkeys(functions, 0.0), 0
    for x, *targets in loader:
        outputs, m = model(x), len(x.realize_cached_data())
        for name, function in functions.items():
            sums[name] += m * number(function(outputs, *targets))
        count += m
    return {name: total / count for name, total in sums.items()}


def number(value):
    """The float in a Tensor of one element, or in a number."""
    return value.numpy().item() if hasattr(value, "numpy") else float(value)


def error_rate(logits, y):
    """Share of rows whose largest logit is not at the class in y."""
    return float(np.mean(logits.numpy().argmax(1) != y.numpy()))
