"""The checking build: planted faults by name and line, counts as derived."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from needlebook import simt
from needlebook.errors import BackendError
from needlebook.experiments.demo_kernels import (
    FAULTS,
    agreement,
    examine,
    examine_fault,
    run,
    strided_copy,
    transposes,
)
from needlebook.gpu import ladder

pytestmark = pytest.mark.since("12")


def kinds(name):
    return examine_fault(name).kinds


def test_a_missing_barrier_is_a_race_between_two_named_lines():
    report = examine_fault("no_barrier")
    race = next(f for f in report.findings if f.kind == "race")
    assert (race.kernel, race.block, race.thread) == (
        "no_barrier",
        (0,) * 3,
        (32, 0, 0),
    )
    assert race.text == "word 32 of box"
    assert (race.doing, race.where.source) == ("writes it", "box[t] = in[first + t];")
    assert race.other_doing == "thread (31, 0, 0) read it with no barrier between"
    assert race.other.source == "out[first + t] = box[blockDim.x - 1 - t];"
    assert race.where.file == "needlebook/native/cuda/demo_faults.cuh"
    assert race.times == 32


def test_a_race_is_found_in_every_order():
    module = simt.module("_simt_demo", "check")
    try:
        for order in ("reverse", "shuffled"):
            module.simt_order(order)
            assert "race" in kinds("no_barrier")
            assert kinds("in_step") in (["race"], ["race", "uninitialized"])
            assert examine("not_in_step", np.ones(32), (1,), (1,), (32,)).kinds == []
    finally:
        module.simt_order("forward")


def test_a_barrier_that_half_of_the_block_misses():
    report = examine_fault("half_a_barrier")
    (finding,) = report.findings
    assert finding.kind == "barrier" and "reached by 32 of 64" in finding.text
    assert finding.where.source == "__syncthreads();"
    assert finding.other_doing == "thread (32, 0, 0) has already ended"
    assert isinstance(report.error, RuntimeError)


def test_two_barriers_are_not_one():
    (finding,) = examine_fault("two_barriers").findings
    assert (finding.kind, finding.text) == ("barrier", "threads wait at two barriers")
    assert finding.other.line == finding.where.line + 2


def test_an_index_past_the_end_of_global_memory():
    (finding,) = examine_fault("no_bound").findings
    assert finding.kind == "out of bounds"
    assert (finding.block, finding.thread) == ((2, 0, 0), (0, 0, 0))
    assert finding.text == "byte 256 of in, which has 256 bytes"
    assert (finding.doing, finding.where.source) == ("reads there", "out[i] = in[i];")


def test_an_index_past_the_end_of_a_shared_array():
    (finding,) = examine_fault("one_too_far").findings
    assert finding.text == "index 32 of an array 'float [32]'"
    assert finding.thread == (31, 0, 0) and "box[t + 1]" in finding.where.source


def test_a_cell_that_nobody_filled():
    (finding,) = examine_fault("no_halo").findings
    assert (finding.kind, finding.thread) == ("uninitialized", (31, 0, 0))
    assert finding.text == "word 32 of box was never written"


def test_shared_memory_is_uninitialized_again_in_each_block():
    report = examine("no_halo", np.arange(64), (32,), (2,), (32,))
    assert [f.times for f in report.findings if f.kind == "uninitialized"] == [2]


def test_lockstep_within_a_warp_is_not_promised():
    races = [f for f in examine_fault("in_step").findings if f.kind == "race"]
    assert races and "same warp, with no __syncwarp between" in races[0].other_doing


def test_updates_from_several_blocks_need_atomics():
    report = examine_fault("lost_updates")
    assert report.kinds == ["race"]
    assert all(
        f.other_doing.endswith("wrote it in another block") for f in report.findings
    )
    assert examine("sum_all", np.ones(512), (1,), (2,), (256,), n=512).kinds == []


def test_a_variable_of_the_device_is_global_memory_with_a_name():
    report = examine_fault("lost_tickets")
    assert report.kinds == ["race"] and report.error is None
    assert {f.text for f in report.findings} == {"word 0 of tickets"}
    assert (report.counts.global_loads, report.counts.global_stores) == (8, 16)


def test_memory_of_the_device_that_nobody_wrote():
    x, kernels = np.ones(260, "float32"), ladder.module("check")
    report = simt.check(kernels.windows, x, "window_sum_no_start")
    (finding,) = report.findings
    assert (finding.kind, finding.times) == ("uninitialized", 256)
    assert finding.text == "word 0 of y was never written"
    assert finding.where.source.endswith("y[i] += x[i + d];")
    for _ in range(2):
        assert not simt.check(kernels.add_many, x, x, 3, True).findings


def test_a_shuffle_from_a_lane_that_is_not_there():
    (finding,) = examine_fault("short_warp").findings
    assert finding.kind == "warp" and "__shfl_down_sync" in finding.where.source
    assert finding.text == "lane 24 is asked for a value and takes no part"
    assert (finding.thread, finding.doing) == ((8, 0, 0), "asks it")


def test_a_thread_that_fills_its_stack():
    report = examine_fault("large_stack")
    (finding,) = report.findings
    assert (finding.kind, finding.where) == ("stack", None)
    assert "more than 64 KiB" in finding.text and "more than 64 KiB" in str(finding)


def test_shared_arrays_are_known_in_every_thread_of_python():
    x = np.arange(64)
    call = partial(examine, "turn_around", x, (64,), (1,), (64,))
    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(call).result().findings == []
        assert call().findings == []


def test_a_module_that_is_loaded_in_the_call_is_traced_too():
    code = (
        "import numpy as np; from needlebook import simt\n"
        "from needlebook.experiments import demo_kernels as d\n"
        "simt.set_order('reverse')\n"
        "r = d.examine('who_am_i', [0], (4,), (1,), (4,), trace=True)\n"
        "print([a.thread for a in r.trace])\n"
        "d.run('who_am_i', [0], (4,), (1,), (4,), build='check')\n"
        "print(len(simt.module('_simt_demo', 'check').simt_trace()))"
    )
    root = str(Path(simt.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["[3, 2, 1, 0]", "0"], done.stderr


def test_a_shuffle_that_waits_for_a_lane_at_the_barrier():
    (finding,) = examine_fault("half_a_warp").findings
    assert finding.kind == "warp" and "__shfl_down_sync" in finding.where.source
    assert finding.other_doing == "thread (16, 0, 0) waits at a barrier"


def test_every_planted_fault_is_found_and_shown():
    for name in FAULTS:
        report = examine_fault(name)
        assert report.findings and name in repr(report)


def test_nothing_is_found_where_nothing_is_wrong():
    x = np.arange(64.0)
    square = x.reshape(8, 8)
    clean = [
        examine("who_am_i", x, (64,), (2,), (32,)),
        examine("turn_around", x, (64,), (2,), (32,)),
        examine("sum_all", x, (1,), (2,), (32,), n=64),
        examine("window_sum", np.arange(20), (16,), (2,), (8,)),
        examine("square", square, (8, 8), (2, 2), (4, 4)),
        examine("not_in_step", x, (1,), (1,), (32,)),
        examine("shuffles_8", x, (4, 32), (1,), (32,)),
        examine("votes", x, (4, 32), (1,), (32,)),
        examine("atomics", x, (6,), (2,), (32,), n=64),
    ]
    for report in clean:
        assert report.findings == [] and report.error is None
        assert repr(report).startswith("nothing found\n")


def test_looking_on_changes_nothing():
    agree = agreement("check")
    assert len(agree) > 10 and all(agree.values())


def test_a_bare_copy_is_counted():
    counts = strided_copy(1, 1024)[0]
    assert (counts.global_loads, counts.global_load_bytes) == (1024, 4096)
    assert (counts.load_requests, counts.load_sectors, counts.load_lines) == (
        32,
        128,
        32,
    )
    assert (counts.store_requests, counts.store_sectors) == (32, 128)
    assert counts.load_efficiency == counts.store_efficiency == 1


@pytest.mark.parametrize("stride", [1, 2, 8, 32])
def test_strides_cost_sectors_and_lines(stride):
    counts, sectors = strided_copy(stride, 1024)
    assert counts.load_sectors == sectors
    assert counts.load_lines == 32 * min(stride, 32)
    assert counts.store_sectors == 128
    assert counts.load_efficiency == 4 * 1024 / (32 * sectors)


def test_a_float4_is_one_access_of_16_bytes():
    x = np.arange(1024)
    report = examine("copy_four", x, (1024,), (1,), (256,))
    assert np.array_equal(report.result, x)
    assert (report.counts.global_loads, report.counts.global_load_bytes) == (256, 4096)
    assert (report.counts.load_requests, report.counts.load_sectors) == (8, 128)
    assert (report.counts.global_stores, report.counts.global_store_bytes) == (
        256,
        4096,
    )
    assert (report.counts.store_requests, report.counts.store_sectors) == (8, 128)


def test_an_assignment_of_a_large_structure_is_counted_whole():
    x = np.arange(2048)
    report = examine("copy_rows", x, (2048,), (1,), (32,))
    assert np.array_equal(report.result, x) and report.findings == []
    counts = report.counts
    assert counts.global_load_bytes == counts.global_store_bytes == 4 * 2048
    assert counts.load_sectors == counts.store_sectors == 2048 // 8
    assert (counts.shared_loads, counts.shared_requests) == (32, 2)
    assert counts.shared_passes == 2 * 2048 // 32


def test_transposes_by_sectors_and_banks():
    n, counts = 64, transposes(64)
    assert counts["transpose"].store_sectors == n * n
    for name in ("transpose_32", "transpose_33"):
        assert counts[name].store_sectors == counts[name].load_sectors == n * n // 8
    reads = n * n // 32
    assert (
        counts["transpose"].bank_conflicts == counts["transpose_33"].bank_conflicts == 0
    )
    assert counts["transpose_32"].bank_conflicts == 31 * reads
    assert counts["transpose_32"].shared_requests == 2 * reads


@pytest.mark.parametrize("n", [8, 16])
def test_tiles_divide_the_loads(n):
    L = 4
    c = examine("square", np.ones((n, n)), (n, n), (n // L, n // L), (L, L)).counts
    assert c.global_loads == 2 * n**3 // L
    assert c.shared_loads == 2 * n**3 and c.shared_stores == 2 * n**3 // L
    assert c.barriers == (n // L) ** 2 * 2 * (n // L)


def test_cooperative_fetching_reads_each_number_once_per_block():
    report = examine("window_sum", np.arange(20), (16,), (2,), (8,), trace=True)
    assert report.counts.global_loads == 2 * (8 + 4)
    for block in (0, 1):
        fetched = [
            a.byte // 4
            for a in report.trace
            if a.block == block and a.array == "in" and not a.write
        ]
        assert sorted(fetched) == list(range(8 * block, 8 * block + 12))
        phases = {a.phase for a in report.trace if a.array == "near" and a.write}
        assert phases == {0}


def test_atomics_are_counted_apart():
    counts = examine("sum_all", np.ones(512), (1,), (2,), (256,), n=512).counts
    assert counts.atomics == 2 and counts.global_stores == 0
    with pytest.raises(AttributeError, match="nothing is counted under 'loads'"):
        _ = counts.loads


def test_without_addr2line_the_place_is_an_offset(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    simt.place.cache_clear()
    try:
        (finding,) = examine_fault("no_halo").findings
        assert "_simt_demo_check" in str(finding.where) and "+0x" in str(finding.where)
        assert finding.where.source == ""
    finally:
        simt.place.cache_clear()


def test_a_call_without_a_checked_launch_is_refused():
    simt.module("_simt_demo", "check")
    with pytest.raises(BackendError, match="no kernel of a checking build"):
        simt.check(run, "who_am_i", [0], (4,), (1,), (4,))


def test_other_errors_are_not_swallowed():
    simt.module("_simt_demo", "check")
    with pytest.raises(ValueError, match="no kernel is called nobody"):
        examine("nobody", [0], (1,), (1,), (1,))
    with pytest.raises(RuntimeError, match="mine"):
        simt.check(fail)


def fail():
    raise RuntimeError("mine")
