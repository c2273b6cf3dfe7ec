# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Dictionaries as values of a graph: packing, looking up, and their adjoints."""

from dataclasses import dataclass

from needlebook.differentiation.graph import apply, perform
from needlebook.differentiation.rules import VJP


@dataclass(frozen=True)
class Pack:
    """Make a dictionary of its inputs, under `keys`."""

    keys: tuple

    def __call__(self, *values):
        return dict(zip(self.keys, values, strict=True))

    @property
    def symbol(self):
        return "pack " + ",".join(self.keys)


@dataclass(frozen=True)
class Lookup:
    """Take the entry `key` of a dictionary; what is not there counts as 0."""

    key: str

    def __call__(self, dictionary):
        return dictionary.get(self.key, 0.0)

    @property
    def symbol(self):
        return f"[{self.key!r}]"


def merge(a, b):
    """Add two dictionaries key by key; a missing key counts as 0."""
    return {
        key: a[key] + b[key] if key in a and key in b else a.get(key, b.get(key))
        for key in {**a, **b}
    }


def pack(**nodes):
    """Return the node of the dictionary of `nodes`."""
    return apply(Pack(tuple(nodes)), *nodes.values())


def lookup(dictionary, key):
    """Return the node of the entry `key` of a dictionary node."""
    if key not in dictionary.value:
        known = ", ".join(map(repr, dictionary.value))
        raise KeyError(f"lookup: no key {key!r}; the dictionary has {known}")
    return apply(Lookup(key), dictionary)


def merged(a, b):
    """Add two adjoints of a dictionary, be they dictionaries or nodes."""
    return perform(merge, a, b)


VJP[Lookup] = lambda op, k: lambda g, y, d: perform(Pack((op.key,)), g)
VJP[Pack] = lambda op, k: lambda g, y, *xs: perform(Lookup(op.keys[k]), g)
VJP[merge] = [lambda g, y, a, b: g, lambda g, y, a, b: g]
