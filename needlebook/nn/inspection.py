# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A look into a model while it runs: shapes, parameters, the first bad number."""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ..autograd import Tensor
from .module import Module, Parameter, walk


def named_modules(model):
    """Return {dotted name: module}, each module once; the model itself is ""."""
    found = {id(model): ("", model)}
    for name, item in walk(model, ""):
        if isinstance(item, Module):
            found.setdefault(id(item), (name, item))
    return dict(found.values())


@contextmanager
def watching(model, after):
    """Inside the block, call `after(name, module, inputs, output)` after each forward.

    Inner modules report before those that hold them. When the block ends, also by an
    exception, attributes, arrays and NumPy's global generator are what they were.
    """
    modules = named_modules(model)
    attributes = [(module, dict(vars(module))) for module in modules.values()]
    tensors = [item for _, item in walk(model, "") if isinstance(item, Tensor)]
    arrays = [(tensor, tensor.realize_cached_data()) for tensor in tensors]
    drawn = np.random.get_state()
    for name, module in modules.items():
        vars(module)["forward"] = reporting(name, module, after)
    try:
        yield modules
    finally:
        for module, kept in attributes:
            vars(module).clear()
            vars(module).update(kept)
        for tensor, array in arrays:
            tensor.cached_data = array
        np.random.set_state(drawn)


def reporting(name, module, after):
    """Return the forward pass of `module`, followed by a call of `after`."""
    forward = module.forward

    def watched(*inputs, **options):
        output = forward(*inputs, **options)
        after(name, module, inputs, output)
        return output

    return watched


@dataclass(frozen=True)
class Row:
    """One module of a summary; `parameters` counts its own, not those inside it."""

    name: str
    kind: str
    shape: object
    parameters: int


@dataclass(frozen=True)
class Summary:
    """Rows by module, and the parameters of all, each counted once."""

    rows: tuple
    parameters: int

    def __str__(self):
        lines = [f"{'module':<28}{'kind':<14}{'output':<16}{'parameters':>10}"]
        for row in self.rows:
            name, shape = row.name or "(model)", str(row.shape)
            lines.append(f"{name:<28}{row.kind:<14}{shape:<16}{row.parameters:>10,}")
        return "\n".join([*lines, f"{'in all':<58}{self.parameters:>10,}"])


def summary(model, input_shape, dtype="float32"):
    """Return a Summary of `model` for an input of `input_shape`, batch size included.

    The model runs once, on zeros, and is left as it was. A module that did not run has
    None for its output shape.
    """
    shapes = {}

    def after(name, module, inputs, output):
        shapes[name] = getattr(output, "shape", type(output).__name__)

    with watching(model, after) as modules:
        model.eval()
        model(Tensor(np.zeros(input_shape, dtype), requires_grad=False))
    rows, counted = [], set()
    for name, module in modules.items():
        own = [p for _, p in walk(module, "", deep=False) if isinstance(p, Parameter)]
        new = {id(p): p.numpy().size for p in own if id(p) not in counted}
        counted |= set(new)
        kind = type(module).__name__
        rows.append(Row(name, kind, shapes.get(name), sum(new.values())))
    return Summary(tuple(rows), sum(row.parameters for row in rows))


@dataclass(frozen=True)
class NotFinite:
    """The first module of a forward pass whose output has nan or inf, and why."""

    name: str
    kind: str
    found: str
    count: int
    size: int
    source: str

    def __str__(self):
        where = f"{self.name} ({self.kind})" if self.name else self.kind
        return f"{where}: {self.count} of {self.size} are {self.found}; {self.source}"


def bad_number(value):
    """Return "nan", "inf" or None: the worst number in a Tensor; None for no Tensor."""
    array = value.numpy() if isinstance(value, Tensor) else np.zeros(1)
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return None
    return "nan" if np.isnan(array).any() else "inf"


def source_of(module, inputs):
    """Say whether an input or a tensor of `module` is not finite, or neither."""
    for i, value in enumerate(inputs):
        if found := bad_number(value):
            return f"input {i} holds {found}"
    for name, item in walk(module, "", deep=False):
        if found := bad_number(item):
            return f"{name} holds {found}"
    return "its inputs and its tensors are finite"


def first_nan(model, *inputs):
    """Run `model` on `inputs`; return a NotFinite for the first bad output, or None.

    The model is left as it was: mode, running statistics, random generator.
    """
    found = []

    def after(name, module, given, output):
        if not found and (kind := bad_number(output)):
            bad = ~np.isfinite(output.numpy())
            where = (name, type(module).__name__, kind, int(bad.sum()), bad.size)
            found.append(NotFinite(*where, source_of(module, given)))

    with watching(model, after), np.errstate(all="ignore"):
        model(*inputs)
    return found[0] if found else None
