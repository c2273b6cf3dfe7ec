"""Operations with several results."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor, TensorTuple, find_topo_sort
from needlebook.experiments.graph_growth import lazy_mode
from needlebook.gradcheck import gradcheck

pytestmark = pytest.mark.since("5")


def normal(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).normal(size=shape))


def test_taking_out_of_what_was_just_packed_is_the_value_itself():
    x, y = normal(2), normal(3)
    assert ops.tuple_get_item(ops.make_tuple(x, y), 1) is y
    kept = ops.TupleGetItem(1)(ops.make_tuple(x, y), fold_const=False)
    assert kept is not y and len(find_topo_sort([kept])) == 4


@pytest.mark.parametrize("lazy", [False, True])
def test_packing_and_taking_out_have_gradients(lazy):
    def function(a, b):
        pair = ops.make_tuple(a * 2.0, a * b)
        one = ops.TupleGetItem(0)(pair, fold_const=False)
        two = ops.TupleGetItem(1)(pair, fold_const=False)
        return one * two * two

    a, b = normal(3), normal(3, seed=1)
    function(a, b).sum().backward()
    want = a.grad.numpy(), b.grad.numpy()
    gradcheck(function, a, b, verbose=False)
    if lazy:
        with lazy_mode():
            function(a, b).sum().backward()
        np.testing.assert_allclose(a.grad.numpy(), want[0])
        np.testing.assert_allclose(b.grad.numpy(), want[1])


def test_a_tuple_of_one():
    a = normal(3)
    one = ops.TupleGetItem(0)(ops.make_tuple(a), fold_const=False)
    (one * one).sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), 2 * a.numpy())


def test_the_gradient_of_a_tuple_is_a_tuple():
    a = normal(3)
    pair = ops.fused_add_scalars(a, 1.0, 2.0)
    (pair[0] * pair[1]).sum().backward()
    assert isinstance(pair.grad, TensorTuple)
    np.testing.assert_allclose(pair.grad[0].numpy(), a.numpy() + 2)


def test_fused_add_scalars():
    a = normal(2, 3)
    one, two = ops.fused_add_scalars(a, 1.0, -2.0)
    np.testing.assert_array_equal(one.numpy(), a.numpy() + 1)
    np.testing.assert_array_equal(two.numpy(), a.numpy() - 2)
    gradcheck(
        lambda a: (lambda p: p[0] * p[1] + p[0])(ops.fused_add_scalars(a, 1.0, -2.0)),
        a,
        verbose=False,
    )


def test_a_result_that_is_not_used_gets_no_adjoint():
    a = normal(3)
    ops.fused_add_scalars(a, 1.0, 2.0)[1].sum().backward()
    np.testing.assert_array_equal(a.grad.numpy(), np.ones(3))


def test_differentiating_twice_through_a_tuple():
    a = Tensor([2.0])
    one, two = ops.fused_add_scalars(a, 1.0, 3.0)
    (one * one * two).backward()
    a.grad.backward()
    assert a.grad.numpy() == [2 * 5.0 + 4 * 3.0]


def test_constants_in_a_tuple_are_not_recorded():
    c = Tensor([1.0], requires_grad=False)
    assert ops.make_tuple(c, c).is_leaf()
