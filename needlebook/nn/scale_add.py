# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Two small modules: one with parameters, and one made of it. Lecture 8."""

from .. import init
from .module import Module, Parameter


class ScaleAdd(Module):
    """x * s + b with one factor and one offset, each of shape (1,)."""

    def __init__(self, init_s=1.0, init_b=0.0, device=None, dtype="float32"):
        super().__init__()
        options = {"device": device, "dtype": dtype}
        self.s = Parameter(init.constant(1, c=init_s, **options))
        self.b = Parameter(init.constant(1, c=init_b, **options))

    def forward(self, x):
        return x * self.s + self.b


class MultiPathScaleAdd(Module):
    """The sum of several ScaleAdd of the same input, two by default."""

    def __init__(self, paths=2, device=None, dtype="float32"):
        super().__init__()
        self.paths = [ScaleAdd(device=device, dtype=dtype) for _ in range(paths)]

    def forward(self, x):
        first, *others = (path(x) for path in self.paths)
        return sum(others, start=first)
