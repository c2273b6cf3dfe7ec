"""One network in three styles: equal numbers, different everything else (chapter 7)."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor, find_topo_sort
from needlebook.experiments import model_edits, same_bug
from needlebook.experiments.order_of_events import by_running, by_session
from needlebook.experiments.source_lines import code_lines, lines_changed
from needlebook.experiments.style_costs import graph_costs, layer_costs, record_costs
from needlebook.experiments.three_styles import (
    Described,
    Layers,
    Recorded,
    batches,
    draw_weights,
    largest_difference,
    train,
)
from needlebook.frameworks import caffe
from needlebook.frameworks import session as tf

pytestmark = pytest.mark.since("7")
KINDS = [Layers, Described, Recorded]


@pytest.mark.np
def test_three_styles_train_alike():
    styles = [kind(draw_weights()) for kind in KINDS]
    losses = [train(style) for style in styles]
    for other, loss in zip(styles[1:], losses[1:], strict=True):
        np.testing.assert_allclose(loss, losses[0], rtol=1e-12)
        assert largest_difference(styles[0], other) < 1e-13
    assert losses[0][-1] < losses[0][0]


@pytest.mark.np
def test_a_wrong_gradient_in_one_style_shows(monkeypatch):
    monkeypatch.setattr(caffe.ReLU, "backward", caffe.Scale.backward)
    monkeypatch.setattr(caffe.ReLU, "factor", 1.0, raising=False)
    one, two = Layers(draw_weights()), Recorded(draw_weights())
    train(one), train(two)
    assert largest_difference(one, two) > 1e-3


def test_by_running_each_line_is_followed_by_its_computation():
    texts = by_running().texts()
    for i in range(3):
        assert texts[2 * i : 2 * i + 2] == [
            f"line {i} begins",
            f"operation {i} computes",
        ]


@pytest.mark.parametrize("diary", [lambda: by_running(lazy=True), by_session])
def test_lazily_and_in_a_session_all_lines_come_first(diary):
    texts = diary().texts()
    assert texts[:3] == [f"line {i} begins" for i in range(3)]
    assert texts[3] == "the program looks"
    assert texts[4:] == [f"operation {i} computes" for i in range(3)]


def test_times_in_a_diary_follow_its_order():
    times = [moment for moment, _ in by_running().entries]
    assert times == sorted(times)


def test_a_branch_on_a_value_leaves_the_graph_of_the_branch():
    def lecture(start):
        v2 = ops.exp(Tensor(start))
        v4 = v2 * (v2 + 1.0)
        return v4 * 2.0 if v4.numpy() > 0.5 else v4

    sizes = [len(find_topo_sort([lecture(start)])) for start in (0.0, -2.0)]
    assert sizes == [5, 4]


def edit_inputs():
    rng = np.random.default_rng(0)
    return [rng.uniform(0.1, 1, size=shape) for shape in ((2, 4), (4, 3), (3, 4))]


def run_described(describe, *more):
    arrays = [*edit_inputs(), *more]
    with tf.Graph() as graph:
        places = [tf.placeholder(name=f"p{i}") for i in range(len(arrays))]
        out = describe(*places)
    return tf.Session(graph).run(out, dict(zip(places, arrays)))


def run_wired(wire, *more):
    x, A, B = edit_inputs()
    net = caffe.Net(wire(A, B, *more), {"x": x.shape})
    net.blobs["x"].data[...] = x
    for layer, bottom, top, _ in net.steps:
        layer.forward(bottom, top)
    return top[0].data


@pytest.mark.np
@pytest.mark.parametrize(
    "edit, more",
    [("", ()), ("_two_blocks", ()), ("_by_chance", (1.0,)), ("_by_chance", (0.0,))],
)
def test_an_edited_model_computes_the_same_in_each_style(edit, more):
    x, A, B = map(Tensor, edit_inputs())
    want = getattr(model_edits, "recorded" + edit)(x, A, B, *more).numpy()
    got = run_described(getattr(model_edits, "described" + edit), *more)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    wired = run_wired(getattr(model_edits, "wired" + edit), *more)
    np.testing.assert_allclose(wired, want, rtol=1e-12)


@pytest.mark.np
def test_the_loop_until_large_is_the_same_in_two_styles():
    x, A, B = map(Tensor, edit_inputs())
    want = model_edits.recorded_until_large(x, A, B, 100.0).numpy()
    got = run_described(model_edits.described_until_large, 100.0)
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert want.sum() >= 100


def edited(name, edit):
    return sum(
        lines_changed(
            getattr(model_edits, name), getattr(model_edits, f"{name}_{edit}")
        )
    )


def test_a_second_block_costs_the_same_recorded_and_described():
    assert edited("recorded", "two_blocks") == edited("described", "two_blocks")


@pytest.mark.parametrize("edit", ["by_chance", "until_large"])
def test_where_values_decide_the_recorded_program_changes_fewer_lines(edit):
    assert edited("recorded", edit) < edited("described", edit)


def test_lines_leave_out_docstrings_comments_and_blanks():
    def example():
        """Words."""
        # a comment

        return 1

    assert len(code_lines(example)) == 2
    assert lines_changed(example, example) == (0, 0)


@pytest.mark.parametrize(
    "program, frames, message",
    [
        (same_bug.recorded, True, False),
        (same_bug.lazy, False, False),
        (same_bug.described, False, True),
        (same_bug.wired, False, False),
    ],
)
def test_which_traceback_leads_to_the_wrong_line(program, frames, message):
    said = same_bug.report(program)
    assert (said.in_frames, said.in_message) == (frames, message)


def test_the_wired_bug_names_its_layer():
    assert same_bug.report(same_bug.wired).message.startswith("second:")


@pytest.mark.np
def test_costs_of_a_step():
    X, y = next(batches(1))
    weights = draw_weights()
    described, optimized = (graph_costs(Described(weights), X, y, o) for o in (0, 1))
    recorded = record_costs(Recorded(weights), X, y)
    assert optimized[0] < described[0] and optimized[1] < described[1]
    assert optimized[1] < layer_costs(Layers(weights))[1] < recorded[1]
    assert described[0] > recorded[0] > layer_costs(Layers(weights))[0]
