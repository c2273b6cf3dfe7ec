"""CUDA's words on a CPU: fibers, barriers, warps, atomics, orders and workers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from needlebook import simt
from needlebook.errors import BackendError
from needlebook.experiments import demo_kernels
from needlebook.experiments.demo_kernels import in_orders, run
from needlebook.simt import ORDERS

pytestmark = [pytest.mark.since("12"), pytest.mark.native]
NATIVE = Path(simt.__file__).parent / "native" / "cuda"


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def same_in_all_orders(name, x, out, grid, block, n=None):
    results = in_orders(name, x, out, grid, block, n)
    assert set(results) == set(ORDERS)
    for result in results.values():
        np.testing.assert_array_equal(result, results["forward"])
    return results["forward"]


def test_each_thread_knows_its_block_and_its_place():
    got = run("who_am_i", [0], (10,), (3,), (4,))
    np.testing.assert_array_equal(got, [0, 1, 2, 3, 100, 101, 102, 103, 200, 201])


@pytest.mark.parametrize(("threads", "blocks"), [(1, 1), (33, 3), (256, 2)])
def test_a_barrier_separates_writers_from_readers(threads, blocks):
    x = draws(threads * blocks)
    got = same_in_all_orders("turn_around", x, x.shape, (blocks,), (threads,))
    np.testing.assert_array_equal(got, x.reshape(blocks, -1)[:, ::-1].ravel())


def test_without_the_barrier_every_order_is_wrong():
    x = np.arange(64)
    for got in in_orders("no_barrier", x, (64,), (1,), (64,)).values():
        assert not np.array_equal(got, x[::-1])


def test_lanes_do_not_go_in_step():
    ones = np.ones(32)
    sums = in_orders("in_step", ones, (1,), (1,), (32,))
    assert [order for order in sums if sums[order] != 32] == ["forward", "shuffled"]
    assert same_in_all_orders("not_in_step", ones, (1,), (1,), (32,)) == 32


def test_tiles_multiply():
    x = draws(12, 12)
    got = same_in_all_orders("square", x, (12, 12), (3, 3), (4, 4))
    np.testing.assert_allclose(got, x.astype(float) @ x, rtol=1e-4, atol=1e-5)


def test_windows_are_fetched_together():
    x = draws(36)
    got = same_in_all_orders("window_sum", x, (32,), (4,), (8,))
    expected = np.lib.stride_tricks.sliding_window_view(x, 5).sum(-1)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("width", [32, 8])
def test_shuffles_are_as_defined(width):
    x, lane = draws(32), np.arange(32)
    first = lane - lane % width
    named = first + (5 * lane + 3) % width
    up = np.where(lane - 3 >= first, lane - 3, lane)
    down = np.where(lane + 3 < first + width, lane + 3, lane)
    across = np.where((lane ^ 5) < first + width, lane ^ 5, lane)
    got = same_in_all_orders(f"shuffles_{width}", x, (4, 32), (1,), (32,))
    np.testing.assert_array_equal(got, x[np.stack([named, up, down, across])])


@pytest.mark.parametrize("seed", range(3))
def test_votes_count_the_lanes_of_the_mask(seed):
    x = [draws(32, seed=1), np.ones(32), -np.ones(32)][seed]
    even = np.arange(0, 32, 2)
    bits = sum(1 << int(t) for t in even if x[t] > 0)
    got = same_in_all_orders("votes", x, (4, 32), (1,), (32,))
    assert set(got[0, even]) == {bits & 0xFFFF} and set(got[1, even]) == {bits >> 16}
    assert set(got[2, even]) == {float((x[even] > 0).any())}
    assert set(got[3, even]) == {float((x[even] > 0).all())}
    assert not got[:, even + 1].any()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_atomics_lose_nothing_between_workers(workers):
    n = 20_000
    x = np.random.default_rng(0).integers(-50, 50, size=n)
    simt.module("_simt_demo")
    simt.set_workers(workers)
    try:
        got = run("atomics", x, (6,), (80,), (256,), n=n)
    finally:
        simt.set_workers(1)
    count, largest, smallest, first, last = got.view("int32")[:5]
    assert (count, largest, smallest) == (n, x.max(), x.min())
    assert 1 <= first <= n and 1 <= last <= n
    assert got[5] == x.sum()


@pytest.mark.parametrize(("workers", "met"), [(1, [2, 0, 1]), (2, [2, 1, 1])])
def test_workers_run_blocks_at_the_same_time(workers, met):
    patience = 1000 if workers == 1 else 2**31 - 1
    simt.set_workers(workers)
    try:
        got = run("meet", [0], (3,), (2,), (1,), n=patience)
    finally:
        simt.set_workers(1)
    assert got.view("int32").tolist() == met


@pytest.mark.parametrize("workers", [1, 2])
def test_warps_blocks_and_grid_add_up(workers):
    simt.module("_simt_demo")
    simt.set_workers(workers)
    try:
        got = same_in_all_orders("sum_all", np.ones(5000), (1,), (20,), (256,), n=5000)
    finally:
        simt.set_workers(1)
    assert got == 5000


def test_unsynchronized_updates_are_right_on_one_worker_only_by_luck():
    assert run("lost_updates", np.ones(32), (1,), (32,), (32,)) == 32


def test_a_barrier_must_be_reached_by_all():
    says = r"half_a_barrier, block \(0, 0, 0\), .*reached by 32 of 64 .*\(32, 0, 0\)"
    with pytest.raises(RuntimeError, match=says):
        run("half_a_barrier", np.ones(64), (64,), (1,), (64,))
    assert run("turn_around", [1, 2], (2,), (1,), (2,)).tolist() == [2, 1]


def test_a_warp_waits_for_the_lanes_of_its_mask():
    with pytest.raises(RuntimeError, match=r"thread \(16, 0, 0\) waits at a barrier"):
        run("half_a_warp", np.ones(64), (64,), (1,), (64,))


@pytest.mark.parametrize(
    ("grid", "block", "says"),
    [
        ((1,), (2000,), "2000 threads, wanted are 1 to 1024"),
        ((1,), (0,), "0 threads"),
        ((1,), (1, 1, 65), "deeper than 64"),
        ((1, 70000), (1,), "must be 1 to 65535 in y and z"),
        ((65536, 65535), (1,), "more than 2\\*\\*31 - 1 blocks"),
    ],
)
def test_impossible_launches_are_refused_by_name(grid, block, says):
    with pytest.raises(ValueError, match=f"launch of who_am_i: .*{says}"):
        run("who_am_i", [0], (1,), grid, block)


def test_launches_are_counted():
    module = simt.module("_simt_demo")
    module.simt_reset()
    run("turn_around", np.ones(64), (64,), (2,), (32,))
    counted = module.simt_counters()
    assert (counted["launches"], counted["blocks"], counted["threads"]) == (1, 2, 64)
    assert counted["barriers"] == 2


def test_modules_that_answer_to_any_name_are_no_simulators(monkeypatch):
    class Anything:
        def __getattr__(self, name):
            return name

    simt.module("_simt_demo")
    monkeypatch.setitem(sys.modules, "anything_sim", Anything())
    assert simt.simulators("_sim") and "anything_sim" not in simt.simulators("_sim")
    simt.set_workers(1)


def test_orders_have_names():
    with pytest.raises(ValueError, match="backward is none of forward, reverse"):
        simt.module("_simt_demo").simt_order("backward")
    with pytest.raises(ValueError, match="'backward' is none of forward, reverse"):
        simt.set_order("backward")


def test_a_lane_that_is_not_there_answers_nothing_useful():
    for got in in_orders("short_warp", np.ones(24), (1,), (1,), (24,)).values():
        assert np.isnan(got).all()


def test_the_environment_chooses_the_order():
    code = (
        "from needlebook.experiments import demo_kernels as d; import numpy as np;"
        "out = d.run('no_barrier', np.ones(64), (64,), (1,), (64,));"
        "print(*np.isnan(out[[0, 63]]))"
    )
    shown = {}
    for order in ("forward", "reverse"):
        environment = os.environ | {
            "NEEDLEBOOK_SIM_ORDER": order,
            "PYTHONPATH": str(Path(simt.__file__).parents[1]),
        }
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
        )
        shown[order] = done.stdout.split()
    assert shown == {"forward": ["True", "False"], "reverse": ["False", "True"]}


def test_a_missing_module_is_named():
    with pytest.raises(BackendError, match="_no_such_sim .*make native"):
        simt.module("_no_such")


PING_PONG = """
#include "simt/fiber.hpp"
#include <cstdio>
#include <vector>
using namespace simt;
Fiber host, fibers[3];
int now;
void entry() {
    for (int turn = 0;; ++turn) {
        double kept = now + turn / 10.0;
        switch_fibers(fibers[now], host);
        std::printf("%.1f ", kept);
    }
}
int main() {
    std::vector<char> memory(3 << 16);
    for (int i = 0; i < 3; ++i) prepare(fibers[i], &memory[i << 16], 1 << 16, entry);
    for (int turn = 0; turn < 3; ++turn)
        for (now = 0; now < 3; ++now) switch_fibers(host, fibers[now]);
}
"""


@pytest.mark.parametrize("flags", [[], ["-DSIMT_PORTABLE"]])
def test_fibers_keep_their_variables(flags, tmp_path):
    compiler = shutil.which("g++") or pytest.skip("needs g++")
    (tmp_path / "main.cpp").write_text(PING_PONG)
    sources = [str(tmp_path / "main.cpp"), str(NATIVE / "simt" / "fiber.cpp")]
    program = str(tmp_path / "program")
    command = [compiler, "-std=c++17", "-O1", *flags, f"-I{NATIVE}", *sources]
    subprocess.run([*command, "-o", program], check=True)
    shown = subprocess.run([program], check=True, capture_output=True, text=True)
    assert shown.stdout.split() == ["0.0", "1.0", "2.0", "0.1", "1.1", "2.1"]


TWO_WORKERS = """
#include <thread>
#include "simt/observer.hpp"
simt::Observer* simt::observer = nullptr;
float total;
int most, least, last, first;
int main() {
    auto work = [] {
        for (int i = 1; i < 1000; ++i) {
            atomicAdd(&total, 1.0f);
            atomicMax(&most, i);
            atomicMin(&least, -i);
            atomicExch(&last, i);
            atomicCAS(&first, 0, i);
        }
    };
    std::thread one(work), two(work);
    one.join();
    two.join();
    return total != 1998 || most != 999 || least != -999 || first != 1;
}
"""


def test_atomics_are_atomic_for_the_real_processor_too(tmp_path):
    """Lost updates are rare on a busy machine; ThreadSanitizer needs no luck."""
    compiler = shutil.which("g++") or pytest.skip("needs g++")
    (tmp_path / "main.cpp").write_text(TWO_WORKERS)
    sources = [str(tmp_path / "main.cpp"), str(NATIVE / "simt" / "atomics.cpp")]
    program = str(tmp_path / "program")
    command = [compiler, "-std=c++17", "-O1", "-fsanitize=thread", f"-I{NATIVE}"]
    subprocess.run([*command, *sources, "-pthread", "-o", program], check=True)
    plain = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    for before in ([], ["setarch", "-R"]):
        done = subprocess.run(
            [*before, program], env=plain, capture_output=True, text=True
        )
        if "unexpected memory mapping" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr


@pytest.mark.gpu
def test_a_gpu_computes_what_the_simulator_computes():
    from needlebook.array import cuda

    if not cuda().enabled():
        pytest.skip(f"no GPU here, {cuda()}: {cuda().why_missing}")
    agree = demo_kernels.agreement("gpu")
    assert [name for name in agree if not agree[name]] == []


def test_a_build_that_computes_something_else_is_named(monkeypatch):
    def wrong(name, x, out, grid, block, build, n):
        found = run(name, x, out, grid, block, "sim", n)
        return found + (build == "gpu" and name == "votes")

    monkeypatch.setattr(demo_kernels, "run", wrong)
    agree = demo_kernels.agreement("gpu")
    assert [name for name in agree if not agree[name]] == ["votes"]


def test_the_gallery_runs_on_what_it_names():
    assert set(demo_kernels.FAULTS) >= {"no_barrier", "no_halo", "in_step"}
