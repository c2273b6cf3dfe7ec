import subprocess

import numpy as np
import pytest

from needlebook.experiments import cpu_machine
from needlebook.manual.native import require

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


def test_the_chase_goes_through_every_line_once():
    places = 1000
    following = cpu_machine.cycle(places, np.random.default_rng(0))
    place, seen = 0, set()
    for _ in range(places):
        assert place % 8 == 0
        seen.add(place)
        place = following[place]
    assert place == 0 and len(seen) == places


def test_every_turn_of_the_chase_goes_on_where_the_last_one_stopped(monkeypatch):
    """Else each turn would find in a cache what the turn before it fetched."""
    chase, walked = require("_machine_probes").chase, []

    class Probes:
        @staticmethod
        def chase(places, steps, place=0):
            found = chase(places, steps, place)
            walked.append((place, steps, found[0]))
            return found

    monkeypatch.setattr(cpu_machine, "require", lambda name: Probes)
    assert cpu_machine.latency(1 << 24, steps=1000, repeats=3) > 0
    assert len(walked) == 4 and walked[0][0] == 0
    starts, ends = [row[0] for row in walked], [row[2] for row in walked]
    assert starts[1:] == ends[:-1] and len(set(starts)) == 4


def test_the_chase_arrives_where_the_cycle_leads():
    chase = require("_machine_probes").chase
    following = cpu_machine.cycle(50, np.random.default_rng(0))
    place = 0
    for steps in range(60):
        found, took = chase(following, steps)
        assert found == place and took >= 0
        place = following[place]
    assert chase(following, 7, chase(following, 5)[0])[0] == chase(following, 12)[0]


def test_a_wrong_place_is_refused():
    chase = require("_machine_probes").chase
    for next_place in (np.array([1]), np.array([-1]), np.zeros(0, np.int64)):
        with pytest.raises(ValueError, match="chase"):
            chase(next_place, 10)
    for place in (-1, 1):
        with pytest.raises(ValueError, match="no such place"):
            chase(np.zeros(1, np.int64), 1, place)


def test_arrays_off_a_line_give_the_same_sum():
    cpu, rng = require("ndarray_backend_cpu"), np.random.default_rng(0)
    for offset in (0, 4, 60):
        a = cpu_machine.at_offset(1000, offset, rng)
        assert a.ptr() % 64 == offset
        out = cpu_machine.at_offset(1000, offset, rng)
        cpu.ewise_add(a, a, out)
        found, one = (cpu.to_numpy(x, (1000,), (1,), 0) for x in (out, a))
        np.testing.assert_array_equal(found, one + one)


def test_one_and_four_numbers_at_a_time_agree():
    probes = require("_machine_probes")
    a, b = np.random.default_rng(0).normal(size=(2, 103)).astype("float32")
    for add in (probes.add_one, probes.add_four):
        out = np.zeros_like(a)
        add(a, b, out, rounds=2)
        np.testing.assert_array_equal(out, a + b)
    with pytest.raises(ValueError, match="one size"):
        probes.add_four(a, b, np.zeros(3, "float32"))
    for out in (np.zeros(103), np.zeros(206, "float32")[::2]):
        with pytest.raises(TypeError):
            probes.add_four(a, b, out)


def test_with_the_pool_pages_are_touched_once():
    if require("ndarray_backend_cpu").__sanitized__:
        return  # no pool there
    assert cpu_machine.pages_touched(256, times=20) < 2 * 256 + 64


def test_the_limit_of_the_pool_is_restored():
    cpu = require("ndarray_backend_cpu")
    before = cpu.pool_counters()["limit"]
    cpu_machine.pages_touched(0, times=2)
    assert cpu.pool_counters()["limit"] == before


def test_counters_in_one_line_count_right_and_are_measured():
    assert cpu_machine.cost_of_sharing(2, rounds=2_000, repeats=2) > 0
    with pytest.raises(ValueError, match="8 bytes"):
        require("_machine_probes").count_apart(1, 4, 1)


def test_a_ratio_is_the_median_of_alternated_turns(monkeypatch):
    turns, took = [], {"one": 6.0, "other": 2.0}

    def told(function, calls):
        turns.append(function)
        return took[function] * (100 if len(turns) == 9 else 1)

    monkeypatch.setattr(cpu_machine, "seconds", told)
    assert cpu_machine.ratio("one", "other", repeats=5) == 3
    assert turns[0:6] == ["other", "one", "one", "other", "other", "one"]
    assert len(turns) == 2 * (2 + 5)


def test_a_speedup_sets_the_threads_and_puts_them_back():
    cpu, seen = require("ndarray_backend_cpu"), []
    before = cpu.get_threads()
    gain = cpu_machine.speedup(lambda: seen.append(cpu.get_threads()), 3, repeats=2)
    assert gain > 0 and cpu.get_threads() == before
    assert seen in ([1, 3, 1, 3], [1, 1, 1, 1])  # the second where there is no OpenMP


def test_how_idle_threads_wait_is_for_the_policy_alone_to_say(monkeypatch):
    """`GOMP_SPINCOUNT`, which the library sets for itself, would overrule it."""
    told = []

    def run(command, env, **options):
        told.append(env)
        return subprocess.CompletedProcess(command, 0, stdout="{'add': 1.0}")

    monkeypatch.setenv("GOMP_SPINCOUNT", "1000")
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    monkeypatch.setattr(cpu_machine.subprocess, "run", run)
    for policy in ("active", "passive", "ours"):
        assert cpu_machine.speedups_when(policy) == {"add": 1.0}
    policies = [env.get("OMP_WAIT_POLICY") for env in told]
    assert policies == ["active", "passive", None]
    assert not any("GOMP_SPINCOUNT" in env for env in told)


def test_idle_threads_may_spin_or_sleep_and_the_kernels_run():
    for policy in ("active", "passive"):
        gains = cpu_machine.speedups_when(policy)
        assert set(gains) == {"tanh", "add", "sum"} and min(gains.values()) > 0
