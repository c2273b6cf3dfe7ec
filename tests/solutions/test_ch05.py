"""The exercises of chapter 5."""

import gc

import numpy as np
import pytest

from needlebook import autograd, ops
from needlebook.autograd import Tensor, find_topo_sort
from needlebook.errors import GradientMismatch
from needlebook.experiments.planted_faults import planted
from needlebook.gradcheck import gradcheck
from needlebook.solutions import ch05

pytestmark = pytest.mark.since("5")


def draws(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape))


def test_5_1_subtraction_leaves_a_negation_and_an_addition():
    names = ch05.recorded_operations(lambda a, b: a - b, Tensor(1.0), Tensor(2.0))
    assert names == ["negate", "add"]


@pytest.mark.np
def test_5_2_tanh():
    x = draws(3, 4)
    assert ch05.tanh(x).numpy() == pytest.approx(np.tanh(x.numpy()))
    gradcheck(ch05.tanh, x, verbose=False)
    gradcheck(lambda a: ops.exp(ch05.tanh(a) * 2), x, verbose=False)


def test_5_3_sum_is_the_transpose_of_copying_and_the_mean_is_not():
    def copy(x):
        return np.broadcast_to(x, (4, 3))

    assert ch05.is_adjoint_pair(copy, lambda y: y.sum(0), (3,), (4, 3))
    assert not ch05.is_adjoint_pair(copy, lambda y: y.mean(0), (3,), (4, 3))


@pytest.mark.parametrize(
    "shapes",
    [
        ((3,), (3, 4)),
        ((2, 3), (3,)),
        ((3,), (3,)),
        ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)),
        ((2, 3), (3, 4)),
    ],
)
def test_5_4_products_with_vectors(shapes):
    a, b = draws(*shapes[0]), draws(*shapes[1], seed=1)
    got = ch05.vector_matmul(a, b).numpy()
    want = a.numpy() @ b.numpy()
    assert got.shape == np.shape(want)
    assert got == pytest.approx(want)
    gradcheck(ch05.vector_matmul, a, b, verbose=False)


@pytest.mark.np
def test_5_5_maximum():
    a, b = draws(3, 4), draws(4, seed=1)
    assert (ch05.maximum(a, b).numpy() == np.maximum(a.numpy(), b.numpy())).all()
    gradcheck(ch05.maximum, a, b, verbose=False)
    gradcheck(lambda a, b: ch05.maximum(a * a, b) ** 2, a, b, verbose=False)


@pytest.mark.np
def test_5_5_a_tie_is_shared():
    a, b = Tensor([1.0]), Tensor([1.0])
    ch05.maximum(a, b).backward()
    assert a.grad.numpy() == b.grad.numpy() == 0.5


def test_5_6_the_adjoint_is_cut_and_the_value_is_not():
    a = Tensor([100.0, 1.0, -3.0])
    out = ch05.clip_gradient(a, 0.5)
    assert (out.numpy() == a.numpy()).all()
    (out * Tensor([3.0, 0.1, -7.0])).sum().backward()
    assert a.grad.numpy() == pytest.approx([0.5, 0.1, -0.5])


@pytest.mark.np
@pytest.mark.parametrize(
    "index",
    [1, slice(None, None, -2), (0, 2), ([0, 2, 0], 1), np.array([True, False, True])],
)
def test_5_7_reading_elements(index):
    a = draws(3, 4)
    assert (ch05.get_item(a, index).numpy() == a.numpy()[index]).all()
    gradcheck(lambda a: ch05.get_item(a, index) ** 2, a, verbose=False)


@pytest.mark.np
def test_5_7_read_twice_adds_up_and_can_be_differentiated_again():
    a = Tensor([2.0, 5.0])
    (ch05.get_item(a, [0, 0]) ** 3).sum().backward()
    assert a.grad.numpy().tolist() == [24.0, 0.0]
    a.grad.backward()
    assert a.grad.numpy().tolist() == [24.0, 0.0]


def test_5_8_nothing_is_recorded_inside_and_all_is_as_before_after_an_error():
    a = Tensor(1.0)
    with pytest.raises(KeyError), ch05.no_gradient(a):
        assert (a * 2).is_leaf()
        raise KeyError
    assert not (a * 2).is_leaf()


def test_5_9_jacobian():
    A = np.random.default_rng(0).normal(size=(3, 2))
    x = np.array([[0.3], [0.7]])
    got = ch05.jacobian(lambda x: ops.exp(Tensor(A, requires_grad=False) @ x), x)
    assert got == pytest.approx(np.exp(A @ x) * A)


def test_5_10_the_mutant_survives_a_square_and_falls_to_two_inputs():
    a = draws(4)
    with planted(ops.EWiseMul, ch05.surviving_rule):
        gradcheck(lambda x: x * x, a, verbose=False)
        with pytest.raises(GradientMismatch):
            gradcheck(lambda a, b: a * b, a, draws(4, seed=1), verbose=False)


@pytest.mark.np
def test_5_11_a_fused_layer_is_one_node_with_the_same_values_and_gradients():
    x, w, b = draws(5, 3), draws(3, 2, seed=1), draws(2, seed=2)
    out = ch05.linear_relu(x, w, b)
    assert len(find_topo_sort([out])) == 4
    want = np.maximum(x.numpy() @ w.numpy() + b.numpy(), 0)
    assert out.numpy() == pytest.approx(want)
    gradcheck(ch05.linear_relu, x, w, b, verbose=False)


def test_5_12_a_checkpoint_keeps_fewer_values_and_gives_the_same_gradient():
    def block(x):
        for _ in range(20):
            x = ops.relu(x * 1.1 - 0.05)
        return x

    found = []
    for run in (block, lambda x: ch05.checkpoint(block, x)):
        gc.collect()
        x = Tensor(np.linspace(-1.0, 1.0, 5))
        before = autograd.TENSOR_COUNTER
        y = run(x).sum()
        alive = autograd.TENSOR_COUNTER - before
        y.backward()
        found.append((alive, x.grad.numpy()))
    assert found[0][0] > 60 and found[1][0] == 2
    assert found[1][1] == pytest.approx(found[0][1])
