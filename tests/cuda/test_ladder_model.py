"""Occupancy as the vendor calculates it, resources as nvcc reports them, the tuner."""

import dataclasses
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from needlebook.errors import BackendError
from needlebook.gpu import ladder, resources, transfers, tuner
from needlebook.gpu.occupancy import A100, H100, RTX4090, occupancy

pytestmark = pytest.mark.since("12")
STORED = pytest.mark.stored("*-gpu-resources.csv")
CASES = [
    *((256, 32, 0), (256, 128, 16640), (1024, 40, 8192), (512, 55, 4096)),
    *((64, 116, 4096), (64, 116, 32768), (128, 255, 0), (96, 48, 1000)),
    *((32, 16, 0), (64, 24, 10000), (736, 64, 47000)),
]
# Blocks per multiprocessor by the cuda_occupancy.h of CUDA 13.0.
BY_THE_VENDOR = {
    A100: [8, 2, 1, 2, 8, 4, 2, 13, 32, 15, 1],
    RTX4090: [6, 2, 1, 2, 8, 3, 2, 13, 24, 9, 1],
    H100: [8, 2, 1, 2, 8, 6, 2, 13, 32, 20, 1],
}


@pytest.mark.parametrize("card", BY_THE_VENDOR, ids=lambda card: card.name)
def test_occupancy_is_that_of_the_vendor(card):
    assert [occupancy(card, *case).blocks for case in CASES] == BY_THE_VENDOR[card]


def test_occupancy_names_what_is_scarce():
    assert occupancy(H100, 256, 32, 0).limit == "threads"
    assert occupancy(H100, 256, 128, 0).limit == "registers"
    assert occupancy(H100, 64, 32, 40000).limit == "shared memory"
    assert occupancy(H100, 32, 16, 0).limit == "blocks"
    assert occupancy(A100, 64, 32, 200 * 1024).blocks == 0
    assert occupancy(H100, 1056, 16, 0).limit == "one block"
    with pytest.raises(ValueError, match="256 threads of 0 registers"):
        occupancy(H100, 256, 0, 0)


def test_a_calculator_that_forgets_the_reserved_memory_is_caught():
    forgetful = H100.shared * 1024 // 10000
    assert forgetful != BY_THE_VENDOR[H100][CASES.index((64, 24, 10000))]


@pytest.fixture
def rows():
    return resources.stored(Path(__file__).parents[2] / "book" / "measurements")


@pytest.fixture
def upper():
    return [rung for rung in ladder.rungs() if not rung.transposed and rung.rows > 1]


def fits(rung, rows):
    row = rows[rung.kernel, rung.tile]
    return occupancy(H100, row["threads"], row["registers"], row["shared"])


@STORED
def test_every_rung_has_its_resources_and_none_spills(rows):
    for rung in [*ladder.rungs(), *resources.sweep()]:
        row = rows[rung.kernel, rung.tile]
        assert row["threads"] == rung.threads
        assert row["spilled"] == 0


@STORED
def test_shared_memory_is_what_the_tiles_need(rows):
    for rung in resources.sweep():
        row = rows[rung.kernel, rung.tile]
        assert row["shared"] == 4 * rung.depth * (rung.rows + rung.columns)


@STORED
def test_larger_parts_take_registers_and_with_them_threads(rows):
    registers, full = [], []
    for L, V in ((32, 1), (64, 2), (64, 4), (64, 8)):
        rung = ladder.Rung("transposed_shared", L, L, 8, V, V, True)
        registers.append(rows[rung.kernel, rung.tile]["registers"])
        full.append(fits(rung, rows).part)
    assert registers[1:] == sorted(registers[1:])
    assert full[1:] == sorted(full[1:], reverse=True)
    assert full[-1] <= full[1] / 2


@STORED
def test_registers_bind_often_and_shared_memory_in_deep_tiles_only(rows):
    limits = defaultdict(list)
    for rung in resources.sweep():
        limits[fits(rung, rows).limit].append(rung)
    assert len(limits["registers"]) > 2 * len(limits["shared memory"]) > 0
    assert min(rung.depth for rung in limits["shared memory"]) >= 32


@STORED
def test_the_tuner_takes_large_tiles_for_large_and_small_for_small(rows, upper):
    large = tuner.tune(upper, rows, H100, 4096, 4096, 4096)
    small = tuner.tune(upper, rows, H100, 512, 512, 512)
    assert large.rows * large.columns > small.rows * small.columns
    row = rows[large.kernel, large.tile]
    assert 0 < tuner.projected(large, row, H100, 4096, 4096, 4096) < 1


@STORED
def test_where_a_clock_is_the_clock_decides(rows, upper):
    ranked = tuner.rank(upper, rows, H100, 512, 512, 512)
    slow = {rung: place for place, rung in enumerate(reversed(ranked))}
    sizes = 512, 512, 512
    chosen = tuner.tune(upper, rows, H100, *sizes, time=slow.get, tries=3)
    assert chosen == ranked[2]


def test_the_model_adds_up_as_by_hand():
    row = {"threads": 256, "registers": 125, "shared": 16640}
    rung = ladder.find("warp_tile", (128, 128, 8, 8, 8))
    waits = ladder.find("vectorized", rung.tile)
    products = 8 * 128 * 128 / H100.lanes * (1 + 16 / (4 * 64))  # and their reads
    assert tuner.clocks(rung, row, H100, 128, 128, 8) == products
    assert tuner.clocks(waits, row, H100, 128, 128, 8) == products + tuner.WAIT
    assert tuner.clocks(rung, row, H100, 1, 1, 17) == 3 * products
    one_more_than_sms = 128 * (H100.multiprocessors + 1)
    assert tuner.clocks(rung, row, H100, one_more_than_sms, 128, 8) == 2 * products
    two_each = 128 * 2 * H100.multiprocessors
    assert tuner.clocks(rung, row, H100, two_each, 128, 8) == 2 * products
    assert tuner.clocks(rung, row, H100, two_each + 1, 128, 8) == 4 * products


def test_a_block_that_does_not_fit_is_never_chosen():
    small = dataclasses.replace(H100, shared=8)
    row = {"threads": 256, "registers": 128, "shared": 16640}
    rung = ladder.find("warp_tile")
    assert tuner.clocks(rung, row, small, 64, 64, 64) == float("inf")


def test_the_ceiling_of_shared_memory():
    assert tuner.ceiling(8, 8) == 1
    assert tuner.ceiling(4, 4) == 0.5
    assert all(tuner.ceiling(V, 1) < 0.25 for V in range(1, 100))


REPORT = """
ptxas info : Compiling entry function '_Z15double_bufferedILi64ELi8ELi4EEvPKfS1_Pfiii'
    0 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
ptxas info : Used 127 registers, used 1 barriers, 16640 bytes smem
ptxas info : Compiling entry function '_Z9coalescedPKfS1_Pfiii' for 'sm_90'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info : Used 32 registers, used 0 barriers
"""


def test_the_report_of_the_compiler_is_read():
    assert resources.parse(REPORT) == {
        ("double_buffered", (64, 8, 4)): (127, 16640, 12),
        ("coalesced", ()): (32, 0, 0),
    }


def test_without_nvcc_the_error_says_what_to_read(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(BackendError, match="read the stored table"):
        resources.measure()


def test_without_nvcc_the_stored_table_is_left_alone(tmp_path):
    kept = tmp_path / "kept.csv"
    kept.write_text("as it was")
    command = "import runpy, shutil, sys; shutil.which = lambda *a, **k: None;"
    command += f"sys.argv = ['', {str(kept)!r}];"
    command += "runpy.run_module('needlebook.gpu.resources', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True)
    assert done.returncode != 0 and b"nvcc is not installed" in done.stderr
    assert kept.read_text() == "as it was"


def test_without_a_stored_table_the_error_says_how_to_write_one(tmp_path):
    with pytest.raises(BackendError, match="needlebook.gpu.resources FILE"):
        resources.stored(tmp_path)


def test_candidates_without_resources_are_refused_by_name():
    with pytest.raises(BackendError, match="none of 1 rungs has shared tiles"):
        tuner.rank([ladder.find("coalesced")], {}, H100, 8, 8, 8)


def test_copies_that_stay_do_not_grow_with_the_steps():
    assert transfers.chain_bytes(10, 5, True) == transfers.chain_bytes(10, 50, True)
    road, work = transfers.projected_seconds(10**7, 10, False, 63e9, 3350e9)
    assert road > 10 * work
