"""What all optimizers share."""

import gc

import numpy as np
import pytest

from needlebook import autograd
from needlebook.autograd import Tensor
from needlebook.errors import StaleValueError
from needlebook.optim import SGD, Adam, AdamW, Optimizer, OptimizerError, RMSProp

pytestmark = pytest.mark.since("6")

KINDS = {
    "sgd": lambda p: SGD(p, lr=0.1, weight_decay=0.01),
    "momentum": lambda p: SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True, unbiased=True),
    "rmsprop": lambda p: RMSProp(p, lr=0.01, weight_decay=0.01),
    "adam": lambda p: Adam(p, lr=0.01, weight_decay=0.01),
    "amsgrad": lambda p: Adam(p, lr=0.01, amsgrad=True, bias_correction=False),
    "adamw": lambda p: AdamW(p, lr=0.01, weight_decay=0.01),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def two_weights(dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    return [Tensor(rng.normal(size=s), dtype=dtype) for s in ((4, 3), (1, 3))]


def loss_of(params, x):
    return ((Tensor(x, requires_grad=False) @ params[0] + params[1]) ** 2).sum()


def train(optimizer, steps, seed=1):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        x = rng.normal(size=(5, 4)).astype(optimizer.params[0].dtype)
        loss_of(optimizer.params, x).backward()
        optimizer.step()
    return [p.numpy() for p in optimizer.params]


def test_no_parameters_are_refused():
    with pytest.raises(OptimizerError, match="no parameters given"):
        SGD([])


def test_what_is_no_tensor_is_named_with_its_place():
    with pytest.raises(OptimizerError, match="parameter 1 is no Tensor but list"):
        SGD([Tensor([1.0]), [1.0]])
    with pytest.raises(OptimizerError, match="wanted a list of Tensors"):
        SGD(Tensor([1.0]))


@pytest.mark.parametrize("lr", [0, -0.1, float("nan"), float("inf")])
def test_a_learning_rate_that_is_not_positive_is_refused(lr):
    with pytest.raises(OptimizerError, match="lr must be positive"):
        Adam([Tensor([1.0])], lr=lr)


@pytest.mark.parametrize(
    ("kind", "options", "name"),
    [
        (SGD, {"momentum": 1.0}, "momentum"),
        (SGD, {"weight_decay": -1}, "weight_decay"),
        (Adam, {"beta1": -0.1}, "beta1"),
        (Adam, {"beta2": 1.0}, "beta2"),
        (RMSProp, {"beta": 2}, "beta"),
    ],
)
def test_numbers_out_of_range_are_named(kind, options, name):
    with pytest.raises(OptimizerError, match=f"{name} must be in"):
        kind([Tensor([1.0])], **options)


def test_a_parameter_given_twice_moves_once():
    w = Tensor([1.0])
    (w * 2.0).sum().backward()
    SGD([w, w], lr=0.1).step()
    np.testing.assert_allclose(w.numpy(), [0.8])


def test_a_subclass_without_update_says_so():
    w = Tensor([1.0])
    w.sum().backward()
    with pytest.raises(NotImplementedError, match="update is missing"):
        Optimizer([w]).step()


@each_kind
def test_a_parameter_without_gradient_stays(kind):
    params = two_weights()
    before = params[1].numpy()
    (params[0] * 2.0).sum().backward()
    KINDS[kind](params).step()
    np.testing.assert_array_equal(params[1].numpy(), before)
    assert params[1].grad is None


@each_kind
def test_gradients_and_old_arrays_are_never_changed(kind):
    params = two_weights()
    optimizer = KINDS[kind](params)
    for _ in range(3):
        loss_of(params, np.ones((2, 4), "float32")).backward()
        arrays = [a for p in params for a in (p.cached_data, p.grad.cached_data)]
        copies = [a.copy() for a in arrays]
        optimizer.step()
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)


@each_kind
@pytest.mark.parametrize("number", [np.float64(0.01), np.array(0.01)[()]])
def test_a_float64_number_does_not_upcast(kind, number):
    params = two_weights("float32")
    optimizer = KINDS[kind](params)
    optimizer.lr = number
    train(optimizer, 2)
    assert all(p.dtype == "float32" for p in params)
    for name in optimizer.averages:
        assert all(a.dtype == "float32" for a in getattr(optimizer, name).values())


@pytest.mark.np
@each_kind
def test_a_float64_gradient_does_not_upcast(kind):
    params = two_weights("float32")
    loss_of(params, np.ones((2, 4))).backward()
    assert params[0].grad.dtype == "float64"
    KINDS[kind](params).step()
    assert params[0].dtype == "float32"


@each_kind
def test_blocks_change_nothing(kind, monkeypatch):
    whole = train(KINDS[kind](two_weights()), 5)
    monkeypatch.setattr("needlebook.optim.optimizer.BLOCK", 5)
    for one, other in zip(whole, train(KINDS[kind](two_weights()), 5), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.np
@each_kind
def test_arrays_that_are_views_are_stepped_like_others(kind):
    params, views = two_weights(), two_weights()
    views[0].cached_data = np.ascontiguousarray(views[0].numpy().T).T
    assert not views[0].cached_data.flags.c_contiguous
    for one, other in zip(
        train(KINDS[kind](params), 4), train(KINDS[kind](views), 4), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@each_kind
def test_a_graph_recorded_before_the_step_is_refused(kind):
    params = two_weights()
    loss = (params[0] * params[0]).sum()
    loss.backward()
    KINDS[kind](params).step()
    with pytest.raises(StaleValueError):
        loss.backward()


@each_kind
@pytest.mark.parametrize("keep_loss", [False, True])
def test_memory_is_flat_over_a_thousand_steps(kind, keep_loss):
    params, kept = two_weights(), None
    optimizer = KINDS[kind](params)
    x = np.ones((2, 4), "float32")
    gc.collect()
    gc.disable()
    try:
        counts = []
        for step in range(1002):
            loss = loss_of(params, x)
            loss.backward()
            optimizer.step()
            kept = loss if keep_loss else None
            del loss
            if step in (1, 1001):
                counts.append(autograd.TENSOR_COUNTER)
    finally:
        gc.enable()
    assert counts[0] == counts[1]
    assert (kept is not None) == keep_loss


@each_kind
def test_a_run_goes_on_bit_for_bit_from_its_state(kind):
    straight = train(KINDS[kind](two_weights()), 20)
    first = KINDS[kind](two_weights())
    rng = np.random.default_rng(1)
    state, arrays = None, None
    optimizer = first
    for step in range(20):
        x = rng.normal(size=(5, 4)).astype("float32")
        loss_of(optimizer.params, x).backward()
        optimizer.step()
        if step == 9:
            state = optimizer.state_dict()
            arrays = [p.numpy() for p in optimizer.params]
            optimizer = KINDS[kind]([Tensor(a) for a in arrays])
            optimizer.load_state_dict(state)
    for one, p in zip(straight, optimizer.params, strict=True):
        np.testing.assert_array_equal(one, p.numpy())


def test_the_state_is_a_copy():
    optimizer = KINDS["momentum"](two_weights())
    train(optimizer, 1)
    state = optimizer.state_dict()
    before = state["u.0"].copy()
    train(optimizer, 1)
    np.testing.assert_array_equal(state["u.0"], before)
    assert sorted(state) == ["lr", "t", "u.0", "u.1"]


def spoiled(**changes):
    optimizer = Adam(two_weights())
    train(optimizer, 1)
    state = optimizer.state_dict() | changes
    return {key: value for key, value in state.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"t": None}, "t is missing"),
        ({"m.0": np.zeros((2, 2))}, "m.0 has shape .* parameter 0"),
        ({"u.0": np.zeros((4, 3))}, "u.0 is unknown to Adam"),
        ({"m.7": np.zeros((4, 3))}, "m.7 is unknown to Adam with 2 parameters"),
    ],
)
def test_a_foreign_state_is_refused_and_changes_nothing(changes, message):
    optimizer = Adam(two_weights(seed=3))
    train(optimizer, 2)
    before = optimizer.state_dict()
    with pytest.raises(OptimizerError, match=message):
        optimizer.load_state_dict(spoiled(**changes))
    for key, value in optimizer.state_dict().items():
        np.testing.assert_array_equal(value, before[key])


def test_reset_grad_forgets_all_gradients():
    params = two_weights()
    loss_of(params, np.ones((2, 4), "float32")).backward()
    Adam(params).reset_grad()
    assert [p.grad for p in params] == [None, None]
