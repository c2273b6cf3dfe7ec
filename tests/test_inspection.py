"""The graph as text, and the calls behind one operation."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.graph_growth import lazy_mode
from needlebook.inspection import print_graph, print_node, trace_calls

pytestmark = pytest.mark.since("5")


def lecture_example():
    v1 = Tensor(0.0)
    v2 = ops.exp(v1)
    v3 = v2 + 1
    return v1, v2, v3, v2 * v3


def test_the_graph_of_the_lecture_is_printed_line_by_line(capsys):
    print_graph(lecture_example()[-1])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines] == ["v1", "v2", "v3", "v4"]
    made = [" ".join(line[2:]).partition(")")[0] for line in lines]
    assert made == ["leaf 0", "exp(v1", "add_scalar 1(v2", "multiply(v2, v3"]


def test_print_node_names_operation_inputs_and_value(capsys):
    v1, v2, v3, v4 = lecture_example()
    print_node(v4)
    text = capsys.readouterr().out
    assert "v4" in text and "(v2, v3)" in text and text.strip().endswith("2")


def test_the_graph_keeps_the_inputs_themselves():
    v1, v2, v3, v4 = lecture_example()
    assert v4.inputs[0] is v2 and v4.inputs[1] is v3
    assert v3.op.scalar == 1


def test_shapes_tuples_and_what_is_not_computed_are_said(capsys):
    with lazy_mode():
        pending = Tensor(np.ones((2, 3))) * 2
        print_node(pending)
    print_node(ops.fused_add_scalars(Tensor(np.ones(3)), 1, 2))
    print_node(Tensor(np.ones((2, 3))))
    text = capsys.readouterr().out
    assert "not computed yet" in text
    assert "tuple of 2" in text
    assert "shape (2, 3)" in text


def names(calls):
    return [name for _, name in calls]


def test_the_path_of_an_operation():
    v1, v2, v3, v4 = lecture_example()
    path = names(trace_calls(lambda: v2 * v3))
    wanted = [
        "Operators.__mul__",
        "multiply",
        "TensorOp.__call__",
        "Value.make_from_op",
        "compute",
        "EWiseMul.compute",
    ]
    assert [name for name in path if name in wanted] == wanted


def test_a_lazy_operation_computes_when_somebody_looks():
    v1, v2, v3, v4 = lecture_example()
    with lazy_mode():
        recording = names(trace_calls(lambda: v2 * v3))
        product = v2 * v3
        looking = names(trace_calls(product.numpy))
    assert "EWiseMul.compute" not in recording
    assert "EWiseMul.compute" in looking
    assert "Value.realize_cached_data" in looking


def test_the_profiler_is_taken_off_after_an_error():
    import sys

    with pytest.raises(ZeroDivisionError):
        trace_calls(lambda: 1 / 0)
    assert sys.getprofile() is None
