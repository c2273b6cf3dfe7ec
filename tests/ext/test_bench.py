"""The harness of the benchmarks: fair turns, checked results, verdicts, stored rows."""

import csv

import pytest

from bench import run
from bench.harness import CASES, Case, Race, Result, case, measure


def a_case(prepare, goal=1.5, aim=0.7):
    return Case("group", "name", prepare, goal, aim, "other")


def busy(turns):
    return lambda: sum(range(turns))


def test_both_sides_alternate_and_every_turn_is_counted():
    order = []
    race = Race(lambda: order.append("o"), lambda: order.append("t"))
    result = measure(a_case(lambda: race), repeats=4, warmup=1)
    assert "".join(order) == "ottoottoot"
    assert (result.repeats, len(result.turns)) == (4, 4)


def test_a_wrong_result_is_not_timed():
    def wrong():
        raise AssertionError("they differ")

    timed = []
    race = Race(lambda: timed.append(1), lambda: timed.append(1), check=wrong)
    with pytest.raises(AssertionError, match="they differ"):
        measure(a_case(lambda: race))
    assert timed == []


def test_what_is_not_installed_is_reported_and_not_measured():
    def prepare():
        import not_installed

        return not_installed

    result = measure(a_case(prepare))
    assert result.verdict == "not measured: not_installed is not installed"


def test_setup_makes_a_fresh_argument_for_every_call():
    made, used = iter(range(1000)), []
    race = Race(used.append, lambda: None, setup_ours=lambda: next(made), calls=3)
    measure(a_case(lambda: race), repeats=2, warmup=0)
    assert used == [0, 1, 2, 3, 4, 5]


def test_the_summary_makes_one_figure_of_the_turns():
    race = Race(lambda: None, lambda: None)
    result = measure(a_case(lambda: race), repeats=5, summary=min)
    ours, theirs = zip(*result.turns, strict=True)
    assert (result.ours, result.theirs) == (min(ours), min(theirs))


def test_after_a_rest_a_call_outside_the_time_comes_first(monkeypatch):
    made, used, order = iter(range(1000)), [], []
    clock = lambda: order.append("|") or 0.0  # noqa: E731
    monkeypatch.setattr("bench.harness.time.perf_counter", clock)

    def ours(number):
        used.append(number)
        order.append("o")

    race = Race(ours, lambda: order.append("t"), setup_ours=made.__next__, calls=2)
    measure(a_case(lambda: race), repeats=1, warmup=0, rest=1e-6)
    assert ("".join(order), used) == ("t|tt|o|oo|", [0, 1, 2])
    order.clear()
    measure(a_case(lambda: race), repeats=1, warmup=0)
    assert "".join(order) == "|tt||oo|"


@pytest.mark.parametrize(
    "ours, verdict",
    [(0.5, "reaches the aim"), (1.2, "meets the goal"), (1.6, "misses the goal")],
)
def test_the_verdict_compares_with_goal_and_aim(ours, verdict):
    assert Result(a_case(None), ours=ours, theirs=1.0).verdict == verdict


def test_a_case_registers_under_its_file():
    before = list(CASES)
    try:
        case("added here", goal=1, against="nothing")(busy)
        assert CASES[-1].group == "test_bench"
    finally:
        CASES[:] = before


def test_measured_rows_are_stored_and_the_others_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "MEASUREMENTS", tmp_path)
    measured = Result(a_case(None), ours=3.0, theirs=2.0, repeats=25)
    run.store("group", [measured, Result(a_case(None), missing="torch")])
    (path,) = tmp_path.glob("*-group.csv")
    with open(path, encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["ours_us"], row["theirs_us"], row["ratio"]) == ("3", "2", "1.5")
    assert row["verdict"] == "meets the goal"
    assert row["threads"] == "1"


def test_a_run_of_several_threads_is_a_table_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "MEASUREMENTS", tmp_path)
    measured = Result(a_case(None), ours=3.0, theirs=2.0, repeats=25)
    for threads in (1, 2):
        run.store("group", [measured], threads)
    assert len(list(tmp_path.glob("*-group.csv"))) == 1
    (path,) = tmp_path.glob("*-group-2-threads.csv")
    with open(path, encoding="utf-8") as file:
        assert [row["threads"] for row in csv.DictReader(file)] == ["2"]


@pytest.fixture
def whole_steps():
    pytest.importorskip("torch")
    import bench.end_to_end  # noqa: F401

    return [case for case in CASES if case.group == "end_to_end"]


@pytest.mark.deep
def test_whole_steps_of_training_are_compared_before_they_are_timed(whole_steps):
    assert len(whole_steps) >= 3
    for found in whole_steps:
        found.prepare().check()


@pytest.mark.deep
def test_an_optimizer_that_does_nothing_is_not_timed(whole_steps, monkeypatch):
    from needlebook.optim import SGD, Adam

    for kind in (Adam, SGD):
        monkeypatch.setattr(kind, "moved", lambda self, p: p.realize_cached_data())
    for found in whole_steps:
        if found.against.startswith("PyTorch"):
            with pytest.raises(AssertionError, match="Not equal"):
                found.prepare().check()
