"""The exercises of chapter 12 on the backend."""

import numpy as np
import pytest

from needlebook.array import NDArray, cuda_sim
from needlebook.solutions import ch12

pytestmark = pytest.mark.since("12")


def test_12_3_the_places_are_those_of_the_view():
    a = NDArray(np.arange(60), device=cuda_sim())
    view = a.reshape((3, 4, 5)).permute((2, 0, 1))[::-1, :, 1::2]
    found = ch12.places(np.arange(view.size), view.shape, view.strides, view._offset)
    np.testing.assert_array_equal(view.numpy().ravel(), found)
    compact = ch12.places(np.arange(12), (3, 4), (4, 1), 7)
    np.testing.assert_array_equal(np.diff(compact), 1)


def test_12_4_the_trace_costs_what_the_allocator_says():
    device = cuda_sim()
    device.empty_cache()
    trace = [("take", 4000), ("take", 50_000), ("give", 4000), ("take", 3900)]
    trace += [("give", 50_000), ("take", 200_000), ("give", 200_000), ("take", 1)]
    before, kept, held = device.counters(), {}, 0
    for what, count in trace:
        if what == "give":
            kept[count].pop()
        else:
            kept.setdefault(count, []).append(device.mod.Array(-(-count // 4)))
        now = device.counters()
        total = now["bytes_lent"] + now["bytes_kept"]
        held = max(held, total - before["bytes_lent"])
    assert ch12.held(trace)[1] == held
    growing = [(what, 1000 * 2**k) for k in range(12) for what in ("take", "give")]
    lent, asked = ch12.held(growing)
    assert asked < 2 * lent
    sizes = [2**10 * (8 + k % 8) << k // 8 for k in range(56)]
    lent, asked = ch12.held([(w, size) for size in sizes for w in ("take", "give")])
    assert 12 * lent < asked < 12.3 * lent
