"""Operations on shapes, reductions, products, and the transposes of linear maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import broadcastable_shapes, mutually_broadcastable_shapes

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import gradient
from needlebook.gradcheck import gradcheck
from needlebook.ops.ops_shape import broadcast_problem, kept_shape, undo_broadcast
from needlebook.solutions.ch05 import is_adjoint_pair
from tests.closeness import close, equal

pytestmark = pytest.mark.since("5")

SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)


def normal(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@given(st.data())
def test_undo_broadcast_is_the_transpose_of_broadcasting(data):
    small = data.draw(SHAPES)
    big = data.draw(broadcastable_shapes(small, max_dims=5, min_side=1, max_side=4))
    big = np.broadcast_shapes(small, big)
    assert is_adjoint_pair(
        lambda x: np.broadcast_to(x, big),
        lambda y: undo_broadcast(y, small),
        small,
        big,
    )
    summed = undo_broadcast(Tensor(normal(big)), small)
    assert isinstance(summed, Tensor) and summed.shape == small
    equal(summed.numpy(), undo_broadcast(normal(big), small))


def test_undo_broadcast_of_an_equal_shape_returns_the_same_object():
    array = normal((2, 3))
    assert undo_broadcast(array, (2, 3)) is array


@given(st.data())
def test_sum_and_broadcast_are_each_others_transposes(data):
    shape = data.draw(SHAPES)
    axes = data.draw(st.sets(st.integers(0, max(len(shape) - 1, 0)), max_size=3))
    axes = tuple(axes) if shape else ()
    kept = kept_shape(shape, axes)
    out_shape = np.sum(np.empty(shape), axis=axes).shape
    assert is_adjoint_pair(
        lambda x: np.sum(x, axis=axes),
        lambda y: np.broadcast_to(y.reshape(kept), shape),
        shape,
        out_shape,
    )


@pytest.mark.parametrize("axes", [None, 0, 1, -1, (0,), (0, 2), (-1, 0), (0, 1, 2), ()])
def test_summation(axes):
    array = normal((2, 3, 4))
    numpy_axes = tuple(axes) if isinstance(axes, tuple) else axes
    out = ops.summation(Tensor(array), axes)
    close(out.numpy(), array.sum(axis=numpy_axes))
    gradcheck(lambda a: ops.summation(a, axes), Tensor(array), verbose=False)


@pytest.mark.parametrize("axes", [None, (0, 1), (0, 2), (1, -1), (-2, 0)])
def test_transpose(axes):
    array = normal((2, 3, 4))
    want = np.swapaxes(array, *(axes or (-1, -2)))
    equal(ops.transpose(Tensor(array), axes).numpy(), want)
    gradcheck(lambda a: ops.transpose(a, axes), Tensor(array), verbose=False)


@pytest.mark.parametrize("shape", [(6, 4), (24,), (1, 2, 3, 4), (-1, 12)])
def test_reshape(shape):
    array = normal((2, 3, 4))
    want = array.reshape(shape)
    equal(ops.reshape(Tensor(array), shape).numpy(), want)
    gradcheck(lambda a: ops.reshape(a, shape), Tensor(array), verbose=False)


@pytest.mark.parametrize(
    "small, big",
    [((1, 3), (3, 3, 3)), ((), (1, 3, 6)), ((3, 1), (3, 5)), ((2, 3), (2, 3))],
)
def test_broadcast_to(small, big):
    array = normal(small)
    want = np.broadcast_to(array, big)
    equal(ops.broadcast_to(Tensor(array), big).numpy(), want)
    gradcheck(lambda a: ops.broadcast_to(a, big), Tensor(array), verbose=False)


@given(st.data(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_products_of_stacks_that_broadcast(data, m, k, n):
    stacks = data.draw(
        mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3, min_side=1)
    ).input_shapes
    a, b = normal((*stacks[0], m, k)), normal((*stacks[1], k, n), seed=1)
    equal((Tensor(a) @ Tensor(b)).numpy(), a @ b)
    gradcheck(ops.matmul, Tensor(a), Tensor(b), verbose=False)


def test_one_matrix_against_a_stack_gets_the_sum_over_the_stack():
    a, b = Tensor(normal((5, 2, 3))), Tensor(normal((3, 4)))
    out = a @ b
    g = normal(out.shape, seed=2)
    out.backward(Tensor(g))
    close(b.grad.numpy(), sum(x.T @ y for x, y in zip(a.numpy(), g)))


@pytest.mark.np
@pytest.mark.parametrize(
    "operation, shapes",
    [
        (ops.matmul, [(2, 3), (3, 2)]),
        (lambda a: ops.summation(a, 0), [(2, 3)]),
        (lambda a: ops.broadcast_to(a, (4, 2, 3)), [(2, 3)]),
        (lambda a: ops.transpose(a), [(2, 3)]),
        (lambda a: ops.reshape(a, (3, 2)), [(2, 3)]),
    ],
)
def test_the_gradient_is_differentiable(operation, shapes):
    inputs = [Tensor(normal(shape, seed=i)) for i, shape in enumerate(shapes)]
    slope = gradient(lambda *xs: (operation(*xs) ** 3).sum())
    gradcheck(slope, *inputs, verbose=False, tolerance=1e-5)


@given(mutually_broadcastable_shapes(num_shapes=2, min_side=1))
def test_no_problem_is_found_where_there_is_none(shapes):
    assert broadcast_problem(*shapes.input_shapes) is None


@given(SHAPES, SHAPES)
def test_a_problem_is_found_exactly_where_numpy_finds_one(one, other):
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        assert "do not broadcast" in broadcast_problem(one, other)
    else:
        assert broadcast_problem(one, other) is None


def test_a_product_explains_only_what_the_shapes_have_caused():
    assert ops.MatMul().explain((2, 3), (3, 2)) is None
    assert "sizes 2 and 3" in ops.MatMul().explain((2, 4, 5), (3, 5, 6))


@pytest.mark.np
def test_only_the_wanted_half_of_a_product_is_computed():
    products = []

    class Counting(np.ndarray):
        def __matmul__(self, other):
            products.append((self.shape, other.shape))
            return np.asarray(self) @ np.asarray(other)

    weight = Tensor(normal((3, 2)))
    data = Tensor(normal((4, 3)), requires_grad=False)
    out = data @ weight
    data.cached_data = data.cached_data.view(Counting)
    out.backward(Tensor(normal((4, 2))))
    assert products == [((3, 4), (4, 2))]
