"""Values and Tensors: what they hold, what they record, what they keep alive."""

import gc

import numpy as np
import pytest

from needlebook import autograd, cpu, ops
from needlebook.autograd import Tensor, TensorTuple, Value, find_topo_sort
from needlebook.errors import (
    DataError,
    NoGradientError,
    OperandError,
    ShapeError,
    StaleValueError,
)
from needlebook.experiments.graph_growth import lazy_mode
from tests.closeness import close

pytestmark = pytest.mark.since("5")


@pytest.fixture(params=[False, True], ids=["eager", "lazy"])
def mode(request):
    if not request.param:
        yield "eager"
        return
    with lazy_mode():
        yield "lazy"


@pytest.mark.np
def test_a_tensor_copies_an_array_and_shares_another_tensor():
    array = np.array([1.0, 2.0])
    one = Tensor(array)
    array[0] = 9.0
    assert one.numpy()[0] == 1.0
    other = Tensor(one)
    assert other.cached_data is one.cached_data
    assert Tensor(one, dtype="float32").cached_data is not one.cached_data


def test_numpy_returns_a_copy():
    x = Tensor([1.0])
    x.numpy()[0] = 5.0
    assert x.numpy()[0] == 1.0


@pytest.mark.np
def test_shape_dtype_device():
    x = Tensor([[1, 2, 3]], dtype="float32")
    assert (x.shape, x.dtype, x.device) == ((1, 3), np.float32, cpu())


@pytest.mark.np
def test_default_dtype_is_that_of_numpy():
    assert Tensor([1.0]).dtype == np.float64
    assert Tensor([1]).dtype == np.array([1]).dtype


def test_tensors_are_keys_by_identity():
    x, y = Tensor([1.0]), Tensor([1.0])
    assert len({x, y, x}) == 2
    assert not hasattr(Tensor, "__len__")
    assert "__eq__" not in Tensor.__dict__ and "__bool__" not in Tensor.__dict__
    assert bool(Tensor(0.0)) is True


def test_a_result_wants_a_gradient_if_an_input_does():
    x, c = Tensor([1.0]), Tensor([1.0], requires_grad=False)
    assert (x + c).requires_grad and not (c + c).requires_grad


def test_what_wants_no_gradient_is_not_recorded():
    c = Tensor([1.0], requires_grad=False)
    assert (c * c).is_leaf() and len((c * c).inputs) == 0


def test_lazy_mode_records_without_computing(mode):
    x = Tensor([1.0, 2.0])
    y = x * x + 1.0
    assert (y.cached_data is None) == (mode == "lazy")
    np.testing.assert_array_equal(y.numpy(), [2.0, 5.0])
    assert y.cached_data is not None


def test_gradients_do_not_depend_on_the_mode(mode):
    x = Tensor([1.0, 2.0])
    y = ops.exp(x * x).sum()
    y.backward()
    close(x.grad.numpy(), 2 * x.numpy() * np.exp(x.numpy() ** 2))
    x.grad.backward()
    want = np.exp(x.numpy() ** 2) * (2 + 4 * x.numpy() ** 2)
    close(x.grad.numpy(), want)


def test_a_lazy_graph_goes_on_in_eager_mode():
    with lazy_mode():
        x = Tensor([2.0])
        y = x * x
    z = y * x
    z.backward()
    assert x.grad.numpy() == [12.0]


def test_lazy_mode_refuses_operands_at_once():
    with lazy_mode(), pytest.raises(OperandError, match="add: operands are"):
        ops.add(Tensor(1.0), np.ones(3))


def test_detach_shares_the_array_and_forgets_the_graph():
    x = Tensor([1.0])
    y = (x * 2).detach()
    assert y.is_leaf() and not y.requires_grad
    assert (x.data).cached_data is x.cached_data


def test_grad_is_none_before_backward():
    assert Tensor(1.0).grad is None


def test_grad_can_be_set_and_cleared():
    x = Tensor(1.0)
    (x * 2).backward()
    x.grad = None
    assert x.grad is None
    x.grad = Tensor(3.0)
    assert x.grad.numpy().item() == 3.0


def test_grad_is_the_same_object_each_time():
    x = Tensor(1.0)
    (x * 2).backward()
    assert x.grad is x.grad


def test_backward_overwrites_grad():
    x = Tensor(3.0)
    for factor in (2.0, 5.0):
        (x * factor).backward()
        assert x.grad.numpy().item() == factor


def test_every_reached_value_gets_a_gradient():
    x = Tensor(2.0)
    h = x * 3.0
    y = h * h
    y.backward()
    assert [v.grad.numpy().item() for v in (y, h, x)] == [1.0, 12.0, 36.0]


def test_a_value_that_wants_no_gradient_gets_none():
    x, c = Tensor(2.0), Tensor(3.0, requires_grad=False)
    (x * c).backward()
    assert c.grad is None


def test_out_grad_weighs_the_outputs():
    x = Tensor([1.0, 2.0])
    (x * x).backward(Tensor([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad.numpy(), [2.0, 40.0])


def test_out_grad_of_another_shape_is_refused():
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match=r"\(1,\).*\(2,\)"):
        (x * x).backward(Tensor([1.0]))


def test_a_gradient_that_nobody_recorded_is_refused():
    with pytest.raises(NoGradientError, match="requires_grad=True"):
        Tensor(1.0).detach().backward()


def test_gradient_has_dtype_and_shape_of_its_value():
    x = Tensor(np.ones((2, 3)), dtype="float32")
    (x * 2 + x / 3 - x**2).sum().backward()
    assert (x.grad.dtype, x.grad.shape) == (np.float32, (2, 3))


def test_gradient_of_a_linear_function_is_a_constant():
    x = Tensor([1.0, 2.0])
    (x * 3.0).sum().backward()
    with pytest.raises(NoGradientError):
        x.grad.backward()


def test_a_gradient_can_be_differentiated_after_its_output_is_gone():
    x = Tensor([2.0])
    (x * x * x).backward()
    x.grad.backward()
    assert x.grad.numpy() == [12.0]


def test_the_gradient_inside_a_graph_needs_its_output():
    x = Tensor([2.0])
    h = x * x
    y = h * h
    y.backward()
    x.grad = None
    del y
    assert h.grad.numpy() == [8.0]
    with pytest.raises(NoGradientError, match="keep the output"):
        h.grad.backward()


def test_out_grad_that_wants_a_gradient_is_part_of_the_graph():
    x, weights = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    (x + 1.0).backward(weights)
    (x.grad * x.grad).sum().backward()
    np.testing.assert_array_equal(weights.grad.numpy(), [6.0, 8.0])


def test_third_derivative():
    x = Tensor(2.0)
    y = x**4
    found = []
    for _ in range(4):
        y.backward()
        y = x.grad
        found.append(y.numpy().item())
    assert found == [32.0, 48.0, 48.0, 24.0]


def test_data_replaces_the_array():
    w = Tensor([1.0])
    w.data = Tensor([5.0])
    assert w.numpy() == [5.0] and w.requires_grad and w.is_leaf()


@pytest.mark.np
@pytest.mark.parametrize("value", [np.ones(1), 3.0, Tensor([1], dtype="float32")])
def test_data_wants_a_tensor_of_equal_dtype(value):
    w = Tensor([1.0])
    with pytest.raises(DataError, match="float64"):
        w.data = value
    with pytest.raises(AssertionError):
        w.data = value


def test_the_pattern_of_an_optimizer_is_no_stale_value():
    w = Tensor([1.0, 2.0])
    for _ in range(3):
        (w * w).sum().backward()
        w.data = w.data - 0.1 * w.grad.data
    np.testing.assert_allclose(w.numpy(), np.array([1.0, 2.0]) * 0.8**3)


@pytest.mark.parametrize(
    "function",
    [
        lambda w: w * w,
        lambda w: w**3,
        lambda w: ops.log(w),
        lambda w: ops.relu(w),
        lambda w: w / Tensor([2.0, 3.0]) * w,
        lambda w: w.reshape((1, 2)) @ (w * w).reshape((2, 1)),
    ],
)
def test_a_change_of_a_value_that_backward_needs_is_refused(function):
    w = Tensor([1.0, 2.0])
    y = function(w).sum()
    w.data = Tensor([5.0, 6.0])
    with pytest.raises(StaleValueError, match="replaced"):
        y.backward()


@pytest.mark.parametrize(
    "function",
    [
        lambda w: w + w,
        lambda w: w * 3.0,
        lambda w: -w / 2.0,
        lambda w: w.reshape((2, 1)).transpose().broadcast_to((3, 2)),
        lambda w: w * Tensor([2.0, 3.0], requires_grad=False),
        lambda w: ops.exp(w),
    ],
)
def test_a_change_of_a_value_that_backward_does_not_read_is_none(function):
    w = Tensor([1.0, 2.0])
    y = function(w).sum()
    y.backward()
    want = w.grad.numpy()
    w.data = Tensor([5.0, 6.0])
    y.backward()
    np.testing.assert_array_equal(w.grad.numpy(), want)


def test_a_change_of_an_output_is_refused_where_the_rule_reads_it():
    x = Tensor([1.0])
    y = ops.exp(x)
    y.data = Tensor([7.0])
    with pytest.raises(StaleValueError, match="exp"):
        y.backward()


def test_differentiating_a_gradient_after_a_change_is_refused():
    w = Tensor([2.0])
    (w * w * w).backward()
    slope = w.grad
    w.data = Tensor([3.0])
    assert slope.numpy() == [12.0]
    with pytest.raises(StaleValueError):
        slope.backward()


def test_a_lazy_value_is_computed_from_what_is_there_then():
    with lazy_mode():
        w = Tensor([2.0])
        y = w * w
        w.data = Tensor([3.0])
        y.backward()
    assert y.numpy() == [9.0] and w.grad.numpy() == [6.0]


def test_the_counter_counts_live_values():
    gc.collect()
    before = autograd.TENSOR_COUNTER
    x = Tensor(1.0)
    y = x * 2 + 1
    assert autograd.TENSOR_COUNTER == before + 3
    del x, y
    assert autograd.TENSOR_COUNTER == before


def test_a_graph_goes_without_the_collector_once_its_gradients_are_cleared():
    gc.collect()
    gc.disable()
    try:
        before = autograd.TENSOR_COUNTER
        x = Tensor([1.0])
        h = x * x
        y = ops.exp(h) * h
        y.backward()
        x.grad = None
        del x, h, y
        assert autograd.TENSOR_COUNTER == before
    finally:
        gc.enable()


def test_a_million_operations_there_and_back_and_down_again():
    gc.collect()
    before = autograd.TENSOR_COUNTER
    x = Tensor(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert x.grad.numpy().item() == 1_000_001
    assert len(find_topo_sort([y])) == 1_000_001
    x.grad = None
    del y
    assert autograd.TENSOR_COUNTER == before + 1


@pytest.mark.np
def test_the_graph_of_a_deep_gradient_can_be_differentiated():
    x = Tensor(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0001
    (y * y).backward()
    x.grad.backward()
    close(x.grad.numpy(), 2 * 1.0001**40_000)


def test_a_deep_lazy_graph_is_computed():
    with lazy_mode():
        x = Tensor(0.0)
        y = x
        for _ in range(50_000):
            y = y + 1.0
        assert y.numpy().item() == 50_000


def test_a_tensor_tuple_has_length_items_and_a_sum():
    x, y = Tensor([1.0, 2.0]), Tensor(3.0)
    pair = ops.make_tuple(x, y)
    assert isinstance(pair, TensorTuple) and isinstance(pair, Value)
    assert len(pair) == 2 and pair.num_outputs == 2 and x.num_outputs == 1
    assert pair[0] is x and pair.tuple()[1] is y
    total = pair + pair
    np.testing.assert_array_equal(total[0].numpy(), [2.0, 4.0])
    assert not pair.detach().requires_grad
    with pytest.raises(ShapeError, match="same length"):
        pair + ops.make_tuple(x)


def test_text_of_a_tensor():
    assert str(Tensor([1.0, 2.0])) == "[1. 2.]"
    assert repr(Tensor([1.0])) == "needlebook.Tensor([1.])"
    assert "TensorTuple" in repr(ops.make_tuple(Tensor(1.0), Tensor(2.0)))


def test_attributes_can_be_added():
    x = Tensor(1.0)
    x.label = "mine"
    assert x.label == "mine"
