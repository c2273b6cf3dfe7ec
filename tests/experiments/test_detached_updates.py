"""Which updates leak, what they hold on to, and what sets the array alone."""

import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.errors import NoGradientError
from needlebook.experiments.detached_updates import WAYS, Updates, left_behind
from needlebook.experiments.reference_walk import kept_alive, path

pytestmark = pytest.mark.since("8")
LEAKING = ("nothing_detached", "parameter_detached", "gradient_detached")


@pytest.mark.parametrize("way", LEAKING)
def test_detaching_none_or_only_one_leaks_and_no_collector_helps(way):
    per_step, after, walked, _ = left_behind(way)
    assert per_step >= 2 and after >= 20 * per_step and walked > 40


def test_detaching_both_frees_what_the_collector_finds():
    per_step, after, walked, _ = left_behind("both_detached")
    assert per_step >= 4 and after < 2 * per_step and walked == 5


@pytest.mark.parametrize("way", ["set_attached", "set_detached"])
def test_through_the_setter_nothing_leaks_detached_or_not(way):
    per_step, after, walked, _ = left_behind(way)
    assert per_step == 0 and after < 10 and walked == 5


def test_all_ways_compute_the_same_weight():
    weights = [left_behind(way)[3] for way in WAYS]
    for weight in weights[1:]:
        np.testing.assert_allclose(weight, weights[0], rtol=1e-12)


def grown(way):
    run, kept = Updates(), []
    for step in range(31):
        getattr(run, way)()
        if step in (10, 30):
            kept.append(kept_alive(run.weight))
    return [(b - a) / 20 for a, b in zip(*kept, strict=True)]


@pytest.mark.np
def test_the_walk_over_references_finds_what_is_kept():
    assert grown("nothing_detached")[0] >= 10
    assert grown("gradient_detached")[0] == 2
    assert grown("both_detached") == grown("set_attached") == [0, 0]
    batch_and_product = (20 * 5 + 20) * 8
    assert grown("parameter_detached")[1] > batch_and_product


def test_a_path_leads_from_the_newest_weight_to_an_old_one():
    run = Updates()
    first = run.weight
    for _ in range(3):
        run.nothing_detached()
    way = path(run.weight, first)
    assert way[0] is run.weight and way[-1] is first
    run = Updates()
    run.set_detached()
    assert path(run.weight, Tensor(1.0)) == []


def test_the_line_of_the_notes_makes_a_constant():
    w = Tensor(np.ones(2))
    (w * w).sum().backward()
    w = w.detach() - 0.1 * w.grad.detach()
    with pytest.raises(NoGradientError):
        (w * w).sum().backward()


def test_detach_shares_the_array_and_the_setter_exchanges_it():
    w = Tensor(np.zeros(2))
    other, array = w.detach(), w.realize_cached_data()
    assert other.realize_cached_data() is array
    array[0] = 5
    assert w.numpy()[0] == other.numpy()[0] == 5
    w.data = Tensor(np.ones(2))
    assert w.numpy().tolist() == [1, 1] and other.numpy().tolist() == [5, 0]


def test_a_write_into_the_array_is_not_noticed():
    a = Tensor(np.array([2.0]))
    square = a * a
    a.realize_cached_data()[0] = 10.0
    square.backward()
    assert a.grad.numpy() == 20
