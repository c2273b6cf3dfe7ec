"""Memory of the C++ backend: aligned, reused, bounded, refused with a name."""

import gc
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import needlebook
from needlebook.errors import AllocationError, ShapeError
from needlebook.manual.native import require

pytestmark = [pytest.mark.since("11"), pytest.mark.native]

cpu = require("ndarray_backend_cpu")
NATIVE = Path(needlebook.__file__).parent / "native" / "array"


@pytest.fixture
def pool():
    """A pool that holds nothing at the start, with its limit restored at the end."""
    gc.collect()
    before = cpu.pool_counters()["limit"]
    cpu.set_pool_limit(0)
    cpu.set_pool_limit(64 << 20)
    yield cpu.pool_counters
    cpu.set_pool_limit(0)
    cpu.set_pool_limit(before)


@pytest.mark.parametrize("size", [0, 1, 7, 64, 1000, 10**5, 3 * 10**6])
def test_memory_is_aligned_to_256_bytes(size):
    assert cpu.Array(size).ptr() % 256 == 0
    assert cpu.Array(size).size == size


def test_memory_of_a_dropped_array_is_used_again(pool):
    if cpu.__sanitized__:
        return  # nothing is used again there: a use after the end would go unseen
    array = cpu.Array(5000)
    address, before = array.ptr(), pool()
    del array
    kept = pool()
    assert kept["cached"] == before["live"] - kept["live"] > 0
    again = cpu.Array(4990)
    assert again.ptr() == address
    assert (pool()["hits"], pool()["cached"]) == (before["hits"] + 1, 0)


def test_with_a_limit_of_nothing_not_even_an_empty_array_is_kept(pool):
    cpu.set_pool_limit(0)
    before = pool()
    for size in (0, 1, 0, 5):
        cpu.fill(cpu.Array(size), 1.0)
    assert pool()["hits"] == before["hits"] and pool()["cached"] == 0


def test_what_is_live_is_counted_and_given_back(pool):
    before = pool()["live"]
    arrays = [cpu.Array(size) for size in (0, 10, 1000, 123_457)]
    held = pool()["live"] - before
    wanted = 4 * sum(array.size for array in arrays)
    assert wanted <= held <= 1.25 * wanted + 4 * 256
    del arrays
    assert pool()["live"] == before


def test_the_pool_keeps_no_more_than_its_limit(pool):
    cpu.set_pool_limit(1 << 20)
    arrays = [cpu.Array(1 << 16) for _ in range(12)]
    del arrays
    assert pool()["cached"] <= 1 << 20
    assert pool()["cached"] > 0 or cpu.__sanitized__
    cpu.set_pool_limit(0)
    assert pool()["cached"] == 0
    cpu.Array(100)
    assert pool()["cached"] == 0


@pytest.mark.parametrize("size", [2**38, 2**50, 2**60])
def test_more_than_the_machine_has_is_refused_by_name(size):
    before = cpu.pool_counters()["live"]
    with pytest.raises(AllocationError, match=f"{size * 4} bytes"):
        cpu.Array(size)
    assert issubclass(AllocationError, MemoryError)
    assert cpu.pool_counters()["live"] == before


@pytest.mark.parametrize("size", [-1, 2**62])
def test_no_number_of_elements(size):
    with pytest.raises(ShapeError, match="no number of elements"):
        cpu.Array(size)


LIMITED = """
import resource
from needlebook.errors import AllocationError
from needlebook.manual.native import require
cpu = require("ndarray_backend_cpu")
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (256 << 20),) * 2)
a, out, held = cpu.Array(8 << 20), cpu.Array(8 << 20), []
cpu.fill(a, 1.0)
turned = a, (1, 2048), 0, a, (4096, 1), 0, out, (2048, 4096)
try:
    while True:
        held.append(cpu.Array(8 << 20))
except AllocationError as error:
    print("refused", len(held), error)
try:
    cpu.view_add(*turned)  # copies the operand that is scattered
except AllocationError as error:
    print("inside", error)
small, square = [cpu.Array(1 << 18) for _ in range(3)], (512, 512, 512)
try:
    while True:
        small.append(cpu.Array(1 << 16))
except AllocationError:
    pass
try:
    cpu.matmul(*small[:3], *square)  # packs its operands
except AllocationError as error:
    print("packing", error)
del held[:], small[3:]
cpu.set_pool_limit(0)  # which keeps arrays of its own, and nothing for the product
cpu.matmul(*small, *square)
cpu.view_add(*turned)
print("again", cpu.Array(8 << 20).size)
"""


def test_when_the_system_refuses_the_process_goes_on():
    if cpu.__sanitized__ or sys.platform != "linux":
        return  # the sanitizer needs an address space without limit
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True
    )
    said = [row.split()[0] for row in done.stdout.splitlines()]
    assert said == ["refused", "inside", "packing", "again"], done.stderr
    assert done.stdout.count(f"no memory for {32 << 20} bytes") == 2


def test_under_the_sanitizers_the_module_is_the_one_built_for_them():
    asked = "libasan" in os.environ.get("LD_PRELOAD", "")
    assert cpu.__sanitized__ == asked
    for name in ("write_beyond", "add_beyond"):
        assert hasattr(cpu, name) == asked


FAULT = """
from needlebook.manual.native import require
cpu = require("ndarray_backend_cpu")
print("begun", flush=True)
cpu.{}
print("nobody noticed")
"""


@pytest.mark.parametrize(
    "fault, message",
    [
        ("write_beyond(cpu.Array(100))", "heap-buffer-overflow"),
        ("write_beyond(cpu.Array(0))", "heap-buffer-overflow"),
        ("add_beyond(2**31 - 1, 1)", "signed integer overflow"),
    ],
)
def test_a_planted_fault_is_reported_by_the_sanitizers(fault, message):
    if not cpu.__sanitized__:
        return  # the fault is in no other build, says the test above
    done = subprocess.run(
        [sys.executable, "-c", FAULT.format(fault)], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "begun" in done.stdout and "nobody noticed" not in done.stdout
    assert message in done.stderr


def test_views_that_reach_out_of_their_buffer_are_refused():
    a, out = cpu.Array(12), cpu.Array(4)
    for shape, strides, offset in [
        ((4,), (4,), 0),
        ((4,), (1,), 9),
        ((4,), (-1,), 2),
        ((2, 2), (1, 11), 0),
        ((4,), (1,), -1),
    ]:
        with pytest.raises(ShapeError, match="reaches out of a buffer of"):
            cpu.compact(a, out, shape, strides, offset)
        with pytest.raises(ShapeError, match="reaches out of a buffer of"):
            cpu.ewise_setitem(out, a, shape, strides, offset)
        with pytest.raises(ShapeError, match="reaches out of a buffer of"):
            cpu.view_add(a, strides, offset, out, (0,) * len(shape), 0, out, shape)
    with pytest.raises(ShapeError, match="strides"):
        cpu.compact(a, out, (4,), (1, 1), 0)
    with pytest.raises(ShapeError, match="32 axes"):
        cpu.compact(a, out, (1,) * 33, (1,) * 33, 0)


@pytest.mark.parametrize("offset, stride", [(0, 2**62), (0, -(2**62)), (2**63 - 1, 1)])
def test_a_reach_that_a_machine_word_cannot_hold_is_refused(offset, stride):
    a, out = cpu.Array(12), cpu.Array(5)
    with pytest.raises(ShapeError, match=f"strides .{stride},. from element {offset} "):
        cpu.compact(a, out, (5,), (stride,), offset)
    with pytest.raises(ShapeError, match="reaches out of a buffer of 12 elements"):
        cpu.scalar_setitem(5, 1.0, a, (5,), (stride,), offset)


def test_a_shape_whose_product_a_machine_word_cannot_hold_is_refused():
    """The two sizes multiply to 2**64 + 1, which 64 bits hold as 1."""
    many, more = 274_177, 67_280_421_310_721
    assert many * more % 2**64 == 1
    one, none = cpu.Array(1), cpu.Array(0)
    for call in (
        lambda: cpu.compact(one, one, (many, more), (0, 0), 0),
        lambda: cpu.view_add(one, (0, 0), 0, one, (0, 0), 0, one, (many, more)),
        lambda: cpu.scalar_setitem(1, 1.0, one, (many, more), (0, 0), 0),
        lambda: cpu.reduce_sum_axis(one, one, many, more, 1),
        lambda: cpu.matmul(one, one, one, many, more, 1),
        lambda: cpu.matmul_tiled(none, none, none, 2**32, 2**32, 2**32),
        lambda: cpu.compact(none, none, (0, 2**40, 2**40), (0, 0, 0), 0),
    ):
        with pytest.raises(ShapeError, match="more elements than there are addresses"):
            call()


def test_results_of_a_wrong_size_are_refused():
    a, b, out = cpu.Array(6), cpu.Array(6), cpu.Array(5)
    with pytest.raises(ShapeError, match=r"wanted are 5 for the shape \(5,\)"):
        cpu.ewise_add(a, b, out)
    with pytest.raises(ShapeError, match="wanted are"):
        cpu.matmul(a, b, out, 2, 3, 2)
    with pytest.raises(ShapeError, match="wanted are"):
        cpu.reduce_sum(a, out, 2)
    with pytest.raises(ShapeError, match="no elements"):
        cpu.reduce_max(cpu.Array(0), out, 0)
    with pytest.raises(ShapeError, match="multiples of 8"):
        cpu.matmul_tiled(a, b, cpu.Array(4), 2, 3, 2)


def test_memory_of_a_numpy_array_is_borrowed_and_kept_alive():
    array = np.arange(6, dtype="float32")
    handle = cpu.Array(6, array)
    assert handle.ptr() == array.ctypes.data
    cpu.fill(handle, 3.0)
    assert (array == 3).all()
    del array
    gc.collect()
    np.testing.assert_array_equal(cpu.to_numpy(handle, (6,), (1,), 0), 3.0)


def test_memory_that_cannot_be_borrowed_is_refused():
    read_only = np.zeros(4, "float32")
    read_only.flags.writeable = False
    for array in (
        np.zeros(4),
        np.zeros(8, "float32")[::2],
        np.zeros(5, "f4"),
        read_only,
    ):
        with pytest.raises(ShapeError, match="writeable float32"):
            cpu.Array(4, array)


STRESS = r"""
#include <cstring>
#include <thread>
#include "memory.hpp"

// Every thread fills its blocks with its own mark and demands to find it again.
int main() {
    bool right[8];
    std::thread threads[8];
    nb::set_pool_limit(1 << 20);
    for (int mark = 0; mark < 8; ++mark)
        threads[mark] = std::thread([mark, &right] {
            unsigned next = unsigned(mark) + 1;
            unsigned char* held[5] = {};
            nb::size_t size[5] = {};
            right[mark] = true;
            for (int round = 0; round < 2000; ++round) {
                const int i = round % 5;
                for (nb::size_t k = 0; k < size[i]; ++k)
                    right[mark] = right[mark] && held[i][k] == mark;
                if (held[i]) nb::release(held[i], size[i]);
                next = next * 1664525u + 1013904223u;
                size[i] = (next >> 16) % 3000;
                held[i] = static_cast<unsigned char*>(nb::acquire(size[i]));
                std::memset(held[i], mark, size[i]);
            }
            for (int i = 0; i < 5; ++i) nb::release(held[i], size[i]);
        });
    bool all = true;
    for (int mark = 0; mark < 8; ++mark) {
        threads[mark].join();
        all = all && right[mark];
    }
    return !all || nb::pool_counters().live != 0;
}
"""
LOCK = "const std::lock_guard<std::mutex> lock(mutex_);"


def without_the_sanitizer_of_this_process():
    return {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}


@pytest.mark.skipif(not shutil.which("g++"), reason="no g++ on this machine")
@pytest.mark.parametrize("locked", [True, False])
def test_the_thread_sanitizer_finds_a_race_in_the_pool_without_its_lock_alone(
    tmp_path, locked
):
    text = (NATIVE / "memory.cpp").read_text()
    assert text.count(LOCK) == 4
    shutil.copy(NATIVE / "memory.hpp", tmp_path)
    (tmp_path / "memory.cpp").write_text(text if locked else text.replace(LOCK, ""))
    (tmp_path / "stress.cpp").write_text(STRESS)
    environment = without_the_sanitizer_of_this_process()
    command = "g++ -std=c++17 -O1 -g -fsanitize=thread stress.cpp memory.cpp -pthread"
    subprocess.run(command.split(), cwd=tmp_path, env=environment, check=True)
    done = subprocess.run(
        [tmp_path / "a.out"], env=environment, capture_output=True, text=True
    )
    if locked:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode != 0 and "data race" in done.stderr, done.stderr


def test_threads_that_make_and_drop_arrays_do_not_meet(pool):
    before, wrong = pool()["live"], []

    def work(mark):
        rng = np.random.default_rng(mark)
        held = []
        for _ in range(300):
            array = cpu.Array(int(rng.integers(1, 70_000)))
            cpu.fill(array, float(mark))
            held.append(array)
            if len(held) > 5:
                first = held.pop(0)
                found = cpu.to_numpy(first, (first.size,), (1,), 0)
                if not (found == mark).all():
                    wrong.append(mark)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert pool()["live"] == before
