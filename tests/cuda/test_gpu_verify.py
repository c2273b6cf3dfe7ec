"""`make gpu-verify` and its kin: their logic on the simulator, their sentences."""

import csv
import inspect
import os
import subprocess
import sys

import pytest

from bench.gpu import building, sanitize, verify
from needlebook.experiments import gpu_figures
from needlebook.gpu import ladder, timed


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run on the simulator: its status and the rows that it kept."""
    folder = tmp_path_factory.mktemp("figures")
    status = verify.main(["--device", "sim", "--out", str(folder)])
    (path,) = folder.glob("*-gpu.csv")
    with open(path, encoding="utf-8", newline="") as file:
        return status, list(csv.DictReader(file)), folder


@pytest.mark.nd
def test_every_check_passes_and_every_row_names_where_it_was_found(run):
    status, rows, _ = run
    assert status == 0
    checks = [row for row in rows if row["kind"] == "check"]
    assert [row["case"] for row in checks][:2] == ["elementwise", "views"]
    left = {r["case"]: r["verdict"] for r in checks if r["verdict"] != "passed"}
    assert left == {"beyond_32_bits": "not run: only at full size"}
    assert all(row["device"] and row["commit"] and row["compiler"] for row in rows)


@pytest.mark.nd
def test_every_figure_that_the_page_shows_is_among_the_rows(run):
    _, rows, _ = run
    timed = {row["case"] for row in rows if row["kind"] == "time"}
    only_large = {"matrix product 4096", "matrix product 8192"}
    assert {case for case, *_ in gpu_figures.GOALS} - only_large <= timed
    assert {row["goal"] for row in rows} == {""}


@pytest.mark.nd
def test_every_rung_of_the_ladder_is_checked_and_timed(run):
    _, rows, folder = run
    climbed = {row["case"].split(";")[0] for row in rows if row["kind"] == "ladder"}
    assert climbed == {str(rung) for rung in ladder.rungs("sim")}
    assert len(timed.stored("moves", folder)) == len(timed.KERNELS)


@pytest.mark.nd
def test_the_page_reads_the_rows_and_says_where_there_are_none(run, tmp_path):
    _, _, folder = run
    shown = list(gpu_figures.table(gpu_figures.newest(folder)))
    assert "simulator" in shown[-1] and any("0." in line for line in shown[2:-1])
    shown = list(gpu_figures.table(gpu_figures.newest(tmp_path)))
    assert shown[-1].startswith("no GPU was at hand")
    assert all("not measured" in line for line in shown[:-1])


def test_a_wrong_kernel_fails_its_check_and_the_run(monkeypatch, capsys, tmp_path):
    from bench.gpu import checks
    from needlebook.array import cuda_sim

    class Wrong(checks.Checks):
        def all(self):
            yield (
                "planted",
                lambda: self.equal(
                    lambda x: x + (x.device is self.device), self.array(3)
                ),
            )
            yield "sound", lambda: self.equal(lambda x: x + 1, self.array(3))

    monkeypatch.setattr(checks, "Checks", Wrong)
    folder = ["--out", str(tmp_path), "--only", "check"]
    assert verify.main(["--device", "sim", *folder]) == 1
    shown = capsys.readouterr()
    assert "planted" in shown.out and "1 failed" in shown.out
    assert cuda_sim().enabled()


def test_a_missed_goal_is_said_and_ends_with_status_1(monkeypatch, tmp_path):
    from bench.gpu import timings
    from needlebook.array import cuda_sim

    class Slow(timings.Timings):
        def all(self):
            yield timings.row("slow", 1.0, "GB/s", 0.5, "device copy", 0.9)
            yield timings.row("fast", 1.0, "GB/s", 0.95, "device copy", 0.9)

    monkeypatch.setattr(timings, "Timings", Slow)
    monkeypatch.setattr(verify, "climb", lambda *_: None)
    with verify.Report(tmp_path, "a card", "a compiler") as report:
        verify.measure(cuda_sim(), True, 1e9, report)
    assert [row["verdict"] for row in report.rows] == [
        "misses the goal",
        "reaches the goal",
    ]
    assert (report.missed, report.failed) == (1, 0)


def test_a_wrong_product_is_not_timed(monkeypatch, tmp_path):
    from bench.gpu import timings
    from needlebook.array import cuda_sim

    times = timings.Timings(cuda_sim(), small=True)
    a, b = times.array(5, 4), times.array(4, 3)
    times.demand_rows(a, b, a @ b)
    with pytest.raises(AssertionError):
        times.demand_rows(a, b, a @ b + 0.01)

    def wrong(*_):
        raise AssertionError("planted")

    monkeypatch.setattr(timings.Timings, "demand_rows", wrong)
    monkeypatch.setattr(verify, "climb", lambda *_: None)
    with verify.Report(tmp_path, "a card", "a compiler") as report:
        verify.measure(cuda_sim(), True, 1e9, report)
    assert report.rows[-1]["verdict"] == "failed" and report.failed == 1
    assert {row["case"] for row in report.rows} >= {"device copy", "the timings"}


def test_when_the_time_is_over_what_was_not_run_is_named(tmp_path):
    from needlebook.array import cuda_sim

    with verify.Report(tmp_path, "a card", "a compiler") as report:
        verify.check(cuda_sim(), True, 0.0, report)
    assert {row["verdict"] for row in report.rows} == {"not run: the time is over"}
    assert not report.failed
    assert report.left == len(report.rows)


def test_a_run_that_was_cut_short_does_not_end_well(capsys):
    options = ["--device", "sim", "--only", "check", "--seconds", "0"]
    assert verify.main(options) == 1
    assert "not run for want of time" in capsys.readouterr().out


def test_a_wrong_rung_fails_the_check_of_the_ladder(monkeypatch):
    from bench.gpu.checks import Checks
    from needlebook.array import cuda_sim

    right = ladder.product

    def wrong_in_the_last_row(rung, a, b, build):
        result = right(rung, a, b, build)
        if rung.kernel == "warp_tile" and len(result) == 33:
            result[-1] *= 2
        return result

    monkeypatch.setattr(ladder, "product", wrong_in_the_last_row)
    with pytest.raises(AssertionError, match=r"warp_tile .*\(33, 65, 17\)"):
        Checks(cuda_sim(), small=True).ladder()


@pytest.mark.parametrize("goal", ["gpu-verify", "gpu-sanitize", "bench-gpu"])
def test_without_a_driver_each_goal_ends_with_one_sentence(goal):
    try:
        building.demand_device()
    except building.CannotRun as why:
        done = subprocess.run(
            ["make", goal, f"PYTHON={sys.executable}"],
            cwd=building.ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode != 0
        first, *rest = done.stderr.splitlines()
        assert str(why) in first
        assert all(line.startswith("make") for line in rest)
    else:
        pytest.skip("there is a GPU here")


def test_without_nvcc_there_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(building, "demand_device", lambda: None)
    monkeypatch.setattr(verify, "demand_device", lambda: None)
    monkeypatch.setattr(sanitize, "demand_device", lambda: None)
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setenv("CUDA_HOME", os.devnull)
    assert verify.main([]) == 1
    assert capsys.readouterr().err.startswith("gpu-verify: no nvcc on the PATH or in")
    assert sanitize.main() == 1
    assert capsys.readouterr().err.startswith("gpu-sanitize: no nvcc on the PATH or in")


@pytest.mark.parametrize("found", [True, False])
def test_what_a_sanitizer_finds_is_said(found, monkeypatch, capsys, tmp_path):
    tool = tmp_path / "compute-sanitizer"
    planted = "[ $2 = racecheck ] && exit 9\n[ $2 = initcheck ] && sleep 20\n"
    tool.write_text(f"#!/bin/sh\n{planted if found else ''}exit 0\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(sanitize, "demand_device", lambda: None)
    monkeypatch.setattr(sanitize, "nvcc", lambda: "nvcc")
    monkeypatch.setattr(sanitize, "build", lambda: None)
    monkeypatch.setattr(sanitize, "SECONDS", 0.5)
    assert sanitize.main() == int(found)
    said = dict(row.split(maxsplit=1) for row in capsys.readouterr().out.splitlines())
    assert said["memcheck"] == said["synccheck"] == "nothing found"
    assert said["racecheck"] == ("found something" if found else "nothing found")
    assert ("did not end" in said["initcheck"]) == found


def test_the_modules_to_build_are_those_of_the_native_cmake_file():
    found = building.modules()
    wanted = inspect.signature(building.build).parameters["names"].default
    assert set(wanted) < set(found)
    assert all(path.exists() for paths in found.values() for path in paths)


def test_the_tests_on_a_device_fail_where_one_fails(monkeypatch):
    from bench.gpu import suite
    from needlebook.array import BackendDevice, cuda_sim

    monkeypatch.setattr(suite, "LEFT_OUT", "not text_of_a_tensor")
    suite.run(cuda_sim(), small=True)
    with pytest.raises(AssertionError, match="device 'tpu' is not known"):
        suite.run(BackendDevice("tpu", None), small=True)


def test_without_hypothesis_the_tests_that_need_it_are_left_out(monkeypatch):
    from bench.gpu import suite

    everything = suite.files(small=False)
    monkeypatch.setattr(suite.importlib.util, "find_spec", lambda name: None)
    left = suite.files(small=False)
    assert set(left) < set(everything) and len(left) > 5
    assert "test_optimizer.py" in {path.name for path in left}
