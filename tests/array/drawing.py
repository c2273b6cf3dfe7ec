"""Arrays and views drawn by Hypothesis, each beside the same made by NumPy."""

import numpy as np
import pytest
from hypothesis import strategies as st

from needlebook.array import NDArray, all_devices

DEVICES = [device for device in all_devices() if device.enabled()]
NAMES = [device.name for device in DEVICES]
on_every_device = pytest.mark.parametrize("device", DEVICES, ids=NAMES)
STEPS = st.sampled_from([None, 1, 2, 3, -1, -2, 2**61, -(2**61)])


@st.composite
def slices(draw, size):
    """A slice of an axis: any start, stop and step, also outside of it."""
    bound = st.none() | st.integers(-size - 1, size + 1)
    return slice(draw(bound), draw(bound), draw(STEPS))


@st.composite
def views(draw, device, min_dims=0, max_dims=6, max_side=4, elements=(-4.0, 4.0)):
    """(ours, NumPy's): sliced, transposed, broadcast, in any order and number."""
    rank = draw(st.integers(min_dims, max_dims))
    sides = st.integers(0, max_side if rank < 5 else 2)
    shape = tuple(draw(st.lists(sides, min_size=rank, max_size=rank)))
    seed = draw(st.integers(0, 1000))
    theirs = np.random.default_rng(seed).uniform(*elements, size=shape)
    theirs = theirs.astype("float32")
    ours = NDArray(theirs, device=device)
    for change in draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
        ours, theirs = change(draw, ours, theirs)
    return ours, theirs


def sliced(draw, ours, theirs):
    index = tuple(draw(slices(size)) for size in theirs.shape)
    return ours[index], theirs[(*index, ...)]


def transposed(draw, ours, theirs):
    axes = draw(st.permutations(range(theirs.ndim)))
    return ours.permute(axes), theirs.transpose(axes)


def repeated(draw, ours, theirs):
    """The first axis of size 1 read three times: stride 0."""
    if 1 not in theirs.shape:
        return ours, theirs
    shape = list(theirs.shape)
    shape[shape.index(1)] = 3
    return ours.broadcast_to(tuple(shape)), np.broadcast_to(theirs, shape)


CHANGES = [sliced, transposed, repeated]


def strided(draw, device, theirs):
    """(ours, NumPy's): equal to `theirs`, cut with any steps from a larger permuted
    buffer, so that each axis has gaps and may run backwards."""
    axes = draw(st.permutations(range(theirs.ndim)))
    steps = [draw(st.sampled_from([1, 2, -1, -3])) for _ in axes]
    room = tuple(abs(step) * size for size, step in zip(theirs.shape, steps))
    index = tuple(slice(None, None, step) for step in steps)
    buffer = np.full(room, np.nan, dtype="float32")
    buffer[index] = theirs
    back = np.argsort(axes)
    ours = NDArray(buffer.transpose(axes), device=device).permute(back)
    return ours[index], buffer[(*index, ...)]


def same(ours, theirs, rtol=0.0, atol=0.0):
    """Assert equal shapes and elements: bit for bit if no bound is given."""
    theirs = np.asarray(theirs, dtype="float32")
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=rtol, atol=atol)
    if not rtol and not atol:
        np.testing.assert_array_equal(np.signbit(ours.numpy()), np.signbit(theirs))


def handle(module, array):
    """Return a buffer of a backend's module that holds the elements of an array."""
    out = module.Array(array.size)
    module.from_numpy(array, out)
    return out


def contents(module, out):
    """Return the elements of a buffer."""
    return module.to_numpy(out, (out.size,), (1,), 0)
