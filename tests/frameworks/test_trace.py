"""A lazy run as a graph: fused, with fewer bytes moved, and frozen (chapter 7)."""

import numpy as np
import pytest

from needlebook import autograd, ops
from needlebook.autograd import Tensor
from needlebook.frameworks.trace import Trace, TraceError, traffic
from needlebook.solutions import ch07
from tests.closeness import close

pytestmark = pytest.mark.since("7")


def layer(x, w, b):
    h = x @ w + b
    return h / (ops.exp(-h) + 1.0) * 2.0 - 0.5


def draws(*shapes):
    rng = np.random.default_rng(0)
    return [rng.uniform(0.5, 2.0, size=shape) for shape in shapes]


@pytest.mark.np
def test_a_trace_computes_what_eager_mode_computes():
    arrays = draws((40, 6), (6, 8), (8,))
    traced = Trace(layer, *arrays)
    close(traced(*arrays), layer(*map(Tensor, arrays)).numpy())
    assert not autograd.LAZY_MODE


@pytest.mark.np
def test_fusing_leaves_three_operations_and_less_than_half_of_the_bytes():
    traced = Trace(layer, *draws((400, 64), (64, 128), (128,)))
    before, after = traffic([traced.bound()]), traffic([traced.optimized()])
    assert (before[0], after[0]) == (8, 3)
    assert after[1] < before[1] / 2


PROGRAMS = {
    "sums": lambda a, b: (a * b).sum((0,)) / b.sum(),
    "shapes": lambda a, b: a.reshape((2, 6)).broadcast_to((3, 2, 6)).sum((1, 2)) + 1.0,
    "powers": lambda a, b: ops.log(a**2) - ops.relu(-b / 2.0),
}


@pytest.mark.np
@pytest.mark.parametrize("name", PROGRAMS)
def test_traces_of_other_operations(name):
    arrays = draws((3, 4), (3, 4))
    traced = Trace(PROGRAMS[name], *arrays)
    want = PROGRAMS[name](*map(Tensor, arrays)).numpy()
    close(traced(*arrays), want, rtol=1e-12)


@pytest.mark.np
def test_what_has_no_counterpart_is_named():
    with pytest.raises(TraceError, match="transpose has no counterpart"):
        Trace(lambda a: a.transpose(), *draws((2, 3)))


def steps(x):
    return x * 2.0 if x.numpy().sum() > 0 else x - 1.0


@pytest.mark.np
def test_a_trace_freezes_the_branch_and_retracing_mends_it():
    one, other = np.ones(3), np.full(3, -3.0)
    frozen = Trace(steps, one)
    assert np.array_equal(steps(Tensor(other)).numpy(), other - 1.0)
    assert np.array_equal(frozen(other), other * 2.0)  # a wrong number, no error
    mended = ch07.retraced(steps, lambda x: x.sum() > 0)
    for x in (one, other, 3 * other, 3 * one):
        assert np.array_equal(mended(x), steps(Tensor(x)).numpy())
    assert len(mended.traces) == 2
