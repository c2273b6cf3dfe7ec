"""What a program leaves behind, and when its values are computed (chapter 5)."""

import pytest

from needlebook import autograd
from needlebook.experiments.graph_growth import (
    lazy_mode,
    recorded_nodes,
    running_sum,
    work_done,
)

pytestmark = pytest.mark.since("5")


def test_eager_mode_computes_while_it_records():
    work = work_done(lazy=False)
    assert work.after_recording == work.after_looking == work.at_the_end == 20


def test_lazy_mode_computes_only_the_branch_that_is_looked_at():
    work = work_done(lazy=True)
    assert (work.after_recording, work.after_looking, work.at_the_end) == (0, 10, 20)


def test_after_one_look_lazy_mode_holds_half_of_the_bytes():
    assert work_done(lazy=True).bytes_held * 2 == work_done(lazy=False).bytes_held


def test_both_modes_record_the_same():
    assert work_done(lazy=True).recorded == work_done(lazy=False).recorded == 20


def test_lazy_mode_ends_with_its_block_also_after_an_error():
    with pytest.raises(KeyError), lazy_mode():
        assert autograd.LAZY_MODE
        raise KeyError
    assert not autograd.LAZY_MODE


def test_the_graph_begins_at_the_first_layer_that_is_trained():
    nodes = [recorded_nodes([i >= first for i in range(4)]) for first in range(5)]
    assert all(earlier > later for earlier, later in zip(nodes, nodes[1:]))
    assert nodes[-1] == 1


def test_freezing_the_last_layers_makes_the_graph_no_smaller():
    assert recorded_nodes([True, False, False, False]) == recorded_nodes([True] * 4)


def test_a_running_sum_grows_by_every_loss_unless_it_is_detached():
    assert running_sum(100, detach=True) == 1
    short, long = running_sum(10, detach=False), running_sum(100, detach=False)
    assert long - short == 2 * 90
