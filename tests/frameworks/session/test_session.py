"""Describe a graph, then run it: sessions, passes, plans, processes, devices."""

import json
import os

import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.derivatives import hvp
from needlebook.differentiation.numerical import numerical_gradient
from needlebook.errors import CycleError, NoGradientError, ShapeError
from needlebook.experiments.graph_passes import (
    disagreement,
    examples,
    freezing_fold,
    hasty_plan,
    replaced,
    stages,
)
from needlebook.experiments.sequences import (
    described,
    draw,
    nodes_behind,
    padded_rows,
    recorded,
    run_described,
)
from needlebook.experiments.three_styles import Described, batches, draw_weights
from needlebook.frameworks import session as tf
from needlebook.frameworks.session import passes, session
from needlebook.frameworks.session.fuse import source
from needlebook.solutions import ch07
from needlebook.traversal import find_topo_sort
from tests.closeness import close

pytestmark = pytest.mark.since("7")
X, Y = next(batches(1))


@pytest.fixture
def style():
    return Described(draw_weights())


def test_describing_computes_nothing_and_gradients_only_add_nodes(style):
    with tf.Graph() as graph:
        x = tf.placeholder((), "x")
        y = tf.exp(x) * x
        before = len(graph.nodes)
        (slope,) = tf.gradients(y, [x])
    assert len(graph.nodes) > before
    assert {n.kind for n in graph.nodes[before:]} <= {
        "constant",
        "multiply",
        "add",
        "sum_like",
    }
    assert tf.Session(graph).run(slope, {x: 1.0}) == pytest.approx(2 * np.e)


@pytest.mark.parametrize("optimize", [False, True])
def test_gradients_equal_differences(optimize):
    rng = np.random.default_rng(0)
    a, b = rng.uniform(0.5, 2, (3, 4)), rng.uniform(0.5, 2, (1, 4))
    with tf.Graph() as graph:
        p, q = tf.placeholder((None, 4), "p"), tf.placeholder((1, 4), "q")
        z = tf.matmul(tf.log(p) / q - tf.relu(p * q - 1.0), tf.exp(-p), False, True)
        out = tf.reduce_sum(z * tf.reduce_sum(z, axis=0))
        found = tf.gradients(out, [p, q])
    run = tf.Session(graph, optimize).run
    by_p, by_q = run(found, {p: a, q: b})
    want_p = numerical_gradient(lambda v: run(out, {p: v, q: b}), a)
    want_q = numerical_gradient(lambda v: run(out, {p: a, q: v}), b)
    np.testing.assert_allclose(by_p, want_p, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(by_q, want_q, rtol=1e-6, atol=1e-6)


def counted(style, name):
    rows = list(stages(style, examples(style)[name]))
    return [operations for _, operations, _ in rows], [b for *_, b in rows]


def test_asking_for_logits_prunes_most_of_the_graph(style):
    operations, _ = counted(style, "the logits")
    assert operations[1] * 5 < operations[0]


def test_every_pass_only_removes_operations(style):
    for name in examples(style):
        operations, _ = counted(style, name)
        assert operations == sorted(operations, reverse=True)


def test_a_training_step_loses_a_third_and_its_plan_three_quarters(style):
    operations, needed = counted(style, "a training step")
    assert operations[-1] < 0.67 * operations[1]
    assert needed[-1][2] < 0.25 * needed[1][0]


def test_what_is_described_twice_is_computed_once(style):
    twice, _ = counted(style, "loss, and logits described again")
    once, _ = counted(style, "the loss")
    assert twice[3] > twice[4] == once[4]


def test_plain_and_optimized_sessions_agree_to_the_last_bit():
    assert disagreement() == 0


def test_a_pass_that_folds_variables_is_caught():
    with replaced(passes, "fold", freezing_fold):
        assert disagreement() > 0.01
        assert disagreement(steps=1) == 0  # the first step does not show it


def test_a_plan_that_frees_too_early_is_refused_and_would_be_wrong():
    with replaced(session, "plan_memory", hasty_plan):
        with pytest.raises(tf.PlanError, match="is written over"):
            disagreement()
        with replaced(session, "check_plan", lambda plan, lives: None):
            assert disagreement() > 0.01


def test_merging_looks_at_attributes():
    with tf.Graph() as graph:
        a = tf.placeholder((2, 2), "a")
        out = tf.matmul(a, a) - tf.matmul(a, a, transpose_b=True)
    value = np.array([[1.0, 2.0], [3.0, 4.0]])
    got = tf.Session(graph).run(out, {a: value})
    np.testing.assert_allclose(got, value @ value - value @ value.T)


def test_a_fused_function_reads_its_inputs_once_and_writes_its_result_once():
    text = source([("negate", [0]), ("exp", [-1]), ("add", [-2, 1])], (True, False))
    assert text.count("x0[s]") == 1 and text.count("out=out[s]") == 1
    assert "np.add(t2, x1" in text


def test_programs_are_kept_for_each_set_of_fetches_and_shapes(style):
    for size in (50, 50, 20):
        style.session.run(style.logits, {style.x: X[:size]})
    assert len(style.session.programs) == 2


def test_errors_name_what_is_wrong(style):
    run = style.session.run
    with pytest.raises(tf.FeedError, match=r"'x' wants shape \(None, 64\), was fed"):
        run(style.logits)
    with pytest.raises(tf.FeedError, match=r"was fed shape \(50, 63\)"):
        run(style.logits, {style.x: X[:, 1:]})
    fresh = tf.Session(style.session.graph)
    with pytest.raises(tf.UninitializedError, match="'W_in'.*initialize"):
        fresh.run(style.logits, {style.x: X})
    with pytest.raises(tf.GraphError, match="no graph is open"):
        tf.placeholder((), "x")
    with tf.Graph(), pytest.raises(tf.GraphError, match="another graph"):
        tf.constant(1.0) + style.loss


def test_a_cycle_is_found(style):
    order = find_topo_sort([style.logits])
    order[-2].inputs = (style.logits, *order[-2].inputs[1:])
    with pytest.raises(CycleError):
        style.session.run(style.logits, {style.x: X})


def test_a_shape_error_names_the_line_that_described_the_node():
    with tf.Graph() as graph:
        x = tf.placeholder((None, 3), "x")
        out = tf.matmul(x, tf.constant(np.ones((4, 2))), name="scores")
    with pytest.raises(ShapeError, match=r"scores: .*\n  described at test_session.py"):
        tf.Session(graph).run(out, {x: np.ones((5, 3))})


def test_another_process_computes_the_same(style):
    fetches = [style.loss, *style.gradients]
    text = tf.save(style.session, fetches)
    process, results = tf.run_elsewhere(text, {"x": X, "y": np.eye(10)[Y]})
    here = style.session.run(fetches, style.feeds(X, Y, 0.1))
    assert process != os.getpid()
    assert all(np.array_equal(a, b) for a, b in zip(results, here, strict=True))


def test_a_saved_graph_with_a_cycle_is_refused(style):
    saved = json.loads(tf.save(style.session, [style.loss]))
    node = next(node for node in saved["nodes"] if node["inputs"])
    node["inputs"][0] = len(saved["nodes"]) - 1
    with pytest.raises(CycleError, match="does not come before its user"):
        tf.load(json.dumps(saved))


def test_two_devices_compute_the_same_and_send_what_the_cut_says():
    placed = Described(draw_weights(), devices=("device 0", "device 1"))
    alone = Described(draw_weights())
    fetches = [placed.loss, *placed.gradients]
    arrays, sent = tf.run_on_devices(placed.session, fetches, placed.feeds(X, Y, 0.1))
    fetches = [alone.loss, *alone.gradients]
    here = alone.session.run(fetches, alone.feeds(X, Y, 0.1))
    assert all(np.array_equal(a, b) for a, b in zip(arrays, here, strict=True))
    forward, back = 8 * (50 * 32 + 50 * 10), 8 * 50 * 32
    assert sent == {"device 0": forward, "device 1": back}


def test_a_device_that_fails_ends_the_run():
    placed = Described(draw_weights(), devices=("device 0", "device 1"))
    placed.session.variables.clear()
    with pytest.raises(tf.UninitializedError):
        tf.run_on_devices(placed.session, [placed.loss], placed.feeds(X, Y, 0.1))


def test_a_branch_runs_one_side_and_has_a_gradient():
    with tf.Graph() as graph:
        p, x = tf.placeholder((), "p"), tf.placeholder((3,), "x")
        y = tf.reduce_sum(tf.cond(p, lambda a: a * a, tf.log, x))
        (d,) = tf.gradients(y, [x])
    run = tf.Session(graph).run
    v = np.array([1.0, 2.0, -3.0])  # the logarithm would give nan
    np.testing.assert_allclose(run(d, {p: 1.0, x: v}), 2 * v)
    np.testing.assert_allclose(run(d, {p: -1.0, x: abs(v)}), 1 / abs(v))


def test_branches_of_different_shapes_are_refused():
    with tf.Graph() as graph:
        x = tf.placeholder((2, 3), "x")
        y = tf.cond(tf.constant(1.0), lambda a: a, tf.reduce_sum, x)
    with pytest.raises(ShapeError, match="branches return"):
        tf.Session(graph).run(y, {x: np.ones((2, 3))})


def test_a_loop_in_the_graph_runs_every_length_with_one_graph():
    rows, W, U = draw([2, 5, 9])
    graph, places, last = described()
    size, runner = len(graph.nodes), tf.Session(graph)
    for row in rows:
        want = recorded(row, Tensor(W), Tensor(U))
        got = run_described(runner, places, last, row, W, U)
        close(got, want.numpy(), rtol=1e-12)
        assert nodes_behind(want) > 4 * len(row)
    assert len(graph.nodes) == size
    assert padded_rows([2, 5, 9]) == (16, 27)


def test_a_saved_loop_runs_elsewhere_too():
    rows, W, U = draw([3])
    graph, places, last = described()
    runner = tf.Session(graph)
    names = [place.name for place in places]
    feeds = dict(zip(names, (rows[0], W, U, 3, np.zeros((1, 4)))))
    _, (got,) = tf.run_elsewhere(tf.save(runner, [last]), feeds)
    want = run_described(runner, places, last, rows[0], W, U)
    assert np.array_equal(got, want)


def test_a_loop_has_no_gradient_and_says_so():
    with tf.Graph():
        x = tf.constant(1.0)
        y = tf.while_loop(lambda i, s: 2.0 - i, lambda i, s: s * 2.0, x)
        with pytest.raises(NoGradientError, match="while has no rule"):
            tf.gradients(y, [x])


def test_second_derivatives_are_a_second_extension():
    with tf.Graph() as graph:
        x, v = tf.placeholder((3,), "x"), tf.placeholder((3,), "v")
        product = ch07.hessian_vector(tf.reduce_sum(tf.exp(x * x) * x), x, v)
    a, b = np.array([0.1, -0.4, 0.7]), np.array([1.0, 2.0, -1.0])
    got = tf.Session(graph).run(product, {x: a, v: b})
    from needlebook import ops

    want = hvp(lambda t: (ops.exp(t * t) * t).sum(), Tensor(a), Tensor(b))
    close(got, want.numpy(), rtol=1e-10)
