# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The compiled parts of the library, or the reason why one is missing."""

import importlib
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

WAY_OUT = (
    'run "make native" in a clone, or "pip install ." there; both need a C++17 '
    "compiler and Python's headers"
)


class Part(NamedTuple):
    """A compiled module, or None and the sentence that says why."""

    module: object
    why_missing: str | None


@cache
def load(name):
    """Import needlebook.<name> once and remember what came of it, as a Part."""
    try:
        return Part(importlib.import_module(f"needlebook.{name}"), None)
    except ImportError as error:
        return Part(None, reason(name, error, Path(__file__).parents[1]))


def reason(name, error, folder):
    """Why the compiled module `name` in `folder` could not be imported."""
    others = [p.name for p in sorted(folder.glob(f"{name}.*")) if p.suffix != ".pyi"]
    if not isinstance(error, ModuleNotFoundError):
        return f"it is there but does not load ({error})"
    if others:
        python = ".".join(map(str, sys.version_info[:2]))
        return f"{others[0]} was compiled for another Python than this {python}"
    if not any(map(shutil.which, ("c++", "g++", "clang++", "cl"))):
        return "it was not compiled, and no C++ compiler is on the path"
    return "it was not compiled"


def require(name):
    """Return the compiled module, or raise ImportError with the reason and way out."""
    part = load(name)
    if part.module is None:
        raise ImportError(
            f"the native part {name} is missing: {part.why_missing}; {WAY_OUT}"
        )
    return part.module


def softmax_regression_epoch_cpp(X, y, theta, lr=0.1, batch=100):
    """softmax_regression_epoch in C++: theta (n, k) float32 is changed in place.

    X (m, n) and y (m,) are converted where needed. theta is not, since the result
    would be lost in the copy: TypeError. ImportError where it was not compiled.
    """
    wanted = theta.dtype == np.float32 and theta.flags.c_contiguous
    if not (wanted and theta.flags.writeable):
        raise TypeError(
            f"softmax_regression_epoch_cpp: theta is {theta.dtype} with strides "
            f"{theta.strides}, writeable: {theta.flags.writeable}; it is changed in "
            "place and must be a writeable float32 array, row after row; copy it with "
            "np.array(theta, dtype=np.float32, order='C')"
        )
    labels = np.asarray(y)
    if labels.size and not (0 <= labels.min() and labels.max() < theta.shape[1]):
        raise ValueError(
            f"softmax_regression_epoch_cpp: labels from {labels.min()} to "
            f"{labels.max()}, but theta {theta.shape} allows 0 to {theta.shape[1] - 1}"
        )
    require("_softmax_regression").epoch(
        np.ascontiguousarray(X, dtype=np.float32),
        np.ascontiguousarray(labels, dtype=np.uint8),
        theta,
        lr,
        batch,
    )
