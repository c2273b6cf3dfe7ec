# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Modules that hold modules."""

from .module import Module


class Identity(Module):
    """Returns its input."""

    def forward(self, x):
        return x


class Sequential(Module):
    """One module after the other; `modules` is the tuple of them."""

    def __init__(self, *modules):
        super().__init__()
        self.modules = modules

    def forward(self, x):
        for module in self.modules:
            x = module(x)
        return x


class Residual(Module):
    """fn(x) + x, for a module `fn` that keeps the shape of x."""

    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def forward(self, x):
        return self.fn(x) + x
