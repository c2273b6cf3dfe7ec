"""Optimizers, norms and the softmax loss in native code, against their Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import ops, optim
from needlebook.autograd import Tensor
from needlebook.fused import hosts, loops, norms, readable, steps

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


@pytest.fixture(autouse=True, scope="module")
def compiled():
    if loops() is None:
        pytest.skip("the native part _training was not compiled")


def drawn(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def trained(make, size, steps=4):
    """The weights after some steps with drawn gradients, and the averages."""
    p = Tensor(drawn(size))
    optimizer = make([p])
    for step in range(steps):
        p.grad = Tensor(drawn(size, step + 1), requires_grad=False)
        optimizer.step()
    kept = [getattr(optimizer, name)[p] for name in optimizer.averages]
    return [p.numpy(), *map(np.asarray, kept)]


OPTIMIZERS = {
    "adam": lambda ps: optim.Adam(ps, 0.01),
    "decay": lambda ps: optim.Adam(ps, 0.01, weight_decay=0.1),
    "adamw": lambda ps: optim.AdamW(ps, 0.01, weight_decay=0.1),
    "amsgrad": lambda ps: optim.Adam(ps, 0.01, amsgrad=True),
    "uncorrected": lambda ps: optim.Adam(ps, 0.01, bias_correction=False),
    "half corrected": lambda ps: optim.Adam(ps, 0.01, bias_correction=(True, False)),
    "sgd": lambda ps: optim.SGD(ps, 0.01),
    "sgd decay": lambda ps: optim.SGD(ps, 0.01, weight_decay=0.1),
    "momentum": lambda ps: optim.SGD(ps, 0.01, 0.9),
    "nesterov": lambda ps: optim.SGD(ps, 0.01, 0.9, nesterov=True),
    "unbiased": lambda ps: optim.SGD(ps, 0.01, 0.9, unbiased=True, weight_decay=0.1),
}


@pytest.mark.np
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("size", [(1,), (7, 5), (40_000,)])
def test_fused_steps_equal_the_python_ones_bit_for_bit(name, size):
    native = trained(OPTIMIZERS[name], size)
    with readable():
        slow = trained(OPTIMIZERS[name], size)
    for got, wanted in zip(native, slow, strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.np
def test_another_rate_is_caught():
    native = trained(OPTIMIZERS["adam"], (100,))
    with readable():
        slow = trained(lambda ps: optim.Adam(ps, 0.01 * (1 + 1e-5)), (100,))
    assert (native[0] != slow[0]).any()


@pytest.mark.parametrize("name", ["adam", "adamw", "momentum"])
def test_steps_agree_with_torch(name):
    torch = pytest.importorskip("torch")
    theirs = {
        "adam": lambda ps: torch.optim.Adam(ps, 0.01),
        "adamw": lambda ps: torch.optim.AdamW(ps, 0.01, weight_decay=0.1),
        "momentum": lambda ps: torch.optim.SGD(ps, 0.001, 0.9),
    }
    p = torch.tensor(drawn((50, 3)), requires_grad=True)
    other = theirs[name]([p])
    for step in range(4):
        p.grad = torch.tensor(drawn((50, 3), step + 1))
        other.step()
    got = trained(OPTIMIZERS[name], (50, 3))[0]
    np.testing.assert_allclose(got, p.detach().numpy(), rtol=1e-5, atol=1e-5)


@pytest.mark.np
def test_averages_that_may_not_be_written_are_not():
    p = Tensor(drawn((8,)))
    adam = optim.Adam([p])
    p.grad = Tensor(drawn((8,), 1), requires_grad=False)
    adam.average("m", p).flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        adam.step()


@pytest.mark.parametrize(
    "make, step", [(optim.Adam, steps.adam), (optim.SGD, steps.momentum)]
)
def test_a_gradient_of_another_shape_never_reaches_a_loop(make, step):
    p = Tensor(drawn((1000,)))
    optimizer = make([p])
    optimizer.t = 1
    p.grad = Tensor(np.ones((1,), "float32"), requires_grad=False)
    assert step(optimizer, p) is None
    p.grad = Tensor(np.ones((1000,), "float32"), requires_grad=False)
    assert step(optimizer, p) is not None


def test_an_average_of_another_shape_never_reaches_a_loop():
    p = Tensor(drawn((1000,)))
    p.grad = Tensor(drawn((1000,), 1), requires_grad=False)
    adam = optim.Adam([p])
    adam.t, adam.m[p] = 1, np.zeros(10, "float32")
    assert steps.adam(adam, p) is None


@pytest.mark.parametrize("make", [ops.BatchNorm, ops.LayerNorm])
def test_an_adjoint_of_another_shape_never_reaches_a_norm(make):
    op, x, one = make(), drawn((8, 3)), np.ones(3, "float32")
    back = {ops.BatchNorm: norms.batch_norm_vjp, ops.LayerNorm: norms.layer_norm_vjp}
    out = op.compute(x, one, one)
    assert back[make](op, drawn((7, 3)), out, x, one, one) is None
    assert back[make](op, drawn((8, 3)), out, x, one, one) is not None
    assert back[make](make(), drawn((8, 3)), out, x, one, one) is None


def test_addresses_are_those_that_numpy_gives():
    array = drawn((4, 5))
    frozen = array.copy()
    frozen.flags.writeable = False
    for each in (array, frozen, array[1:], array[2]):
        wanted = each.__array_interface__["data"][0]
        assert hosts.address(each) == wanted == loops().address(each)
    with pytest.raises(ValueError, match="contiguous"):
        loops().address(array[:, 1])


def test_a_batch_norm_and_its_adjoint_ask_for_as_many_addresses_as_the_page_says(
    monkeypatch,
):
    from needlebook.fused import products

    asked = []
    monkeypatch.setattr(products, "address", lambda a: asked.append(1) or address(a))
    address, op, x, one = hosts.address, ops.BatchNorm(), drawn((8, 3)), drawn((3,))
    out = op.compute(x, one, one)
    op.vjp(x, out, x, one, one)[0]()
    assert len(asked) == 21


def test_a_formula_of_ones_own_is_used():
    class Still(optim.Adam):
        def update(self, out, w, g, *averages):
            out[:] = w

    before, after = drawn((6,)), trained(Still, (6,))[0]
    np.testing.assert_array_equal(before, after)


def normed(x, weight, bias, axis, eps=1e-5):
    """The definition, in float64."""
    x = x.astype("float64")
    mean, variance = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    return (x - mean) / np.sqrt(variance + eps) * weight + bias


FORWARD = {0: (ops.BatchNorm, norms.batch_norm), 1: (ops.LayerNorm, norms.layer_norm)}


@given(st.integers(1, 300), st.integers(1, 40), st.sampled_from([0, 1]))
def test_norms_are_what_they_say(m, n, axis):
    make, native = FORWARD[axis]
    x, weight, bias = drawn((m, n)) + 3, drawn((n,), 1), drawn((n,), 2)
    op = make()
    got = native(op, x, weight, bias)
    np.testing.assert_allclose(got, normed(x, weight, bias, axis), rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(op.mean, x.mean(axis=axis, keepdims=True), rtol=1e-4)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_large_mean_does_not_drown_the_variance(axis):
    make, native = FORWARD[axis]
    x, one = drawn((500, 200)) + 1000, np.ones(200, "float32")
    op = make()
    native(op, x, one, 0 * one)
    wanted = x.astype("float64").var(axis=axis, keepdims=True)
    np.testing.assert_allclose(op.variance, wanted, rtol=1e-3)
    along = {"axis": axis, "keepdims": True}
    naive = (x * x).mean(**along) - x.mean(**along) ** 2
    assert abs(naive / wanted - 1).max() > 1e-3


@given(st.integers(2, 300), st.integers(2, 40), st.sampled_from(["batch", "layer"]))
def test_gradients_of_norms_equal_those_of_torch(m, n, kind):
    torch = pytest.importorskip("torch")
    x, weight, bias = drawn((m, n)), drawn((n,), 1), drawn((n,), 2)
    a = drawn((m, n), 3)
    axis = 0 if kind == "batch" else 1
    make, forward = FORWARD[axis]
    op = make()
    out = forward(op, x, weight, bias)
    back = {"batch": norms.batch_norm_vjp, "layer": norms.layer_norm_vjp}[kind]
    found = back(op, a, out, x, weight, bias)
    found = [part() if callable(part) else part for part in found]
    wide = [v.astype("float64") for v in (x, weight, bias)]
    leaves = [torch.tensor(v, requires_grad=True) for v in wide]
    if kind == "batch":
        y = torch.nn.functional.batch_norm(leaves[0], None, None, *leaves[1:], True)
    else:
        y = torch.nn.functional.layer_norm(leaves[0], (n,), *leaves[1:])
    y.backward(torch.tensor(a.astype("float64")))
    for got, leaf in zip(found, leaves, strict=True):
        np.testing.assert_allclose(got, leaf.grad.numpy(), rtol=5e-3, atol=5e-3)


@given(st.integers(1, 50), st.integers(1, 20))
def test_the_softmax_loss_and_its_gradient(m, k):
    z, y = 5 * drawn((m, k)), np.random.default_rng(1).integers(k, size=m)
    op = ops.SoftmaxCrossEntropy(y)
    loss = norms.softmax_loss(op, z)
    dz = norms.softmax_loss_vjp(op, np.float32(2.0), loss, z)
    wide = z.astype("float64")
    exps = np.exp(wide - wide.max(axis=1, keepdims=True))
    shares = exps / exps.sum(axis=1, keepdims=True)
    wanted = -np.log(shares[np.arange(m), y]).mean()
    np.testing.assert_allclose(np.asarray(loss).item(), wanted, rtol=1e-5, atol=1e-6)
    slope = 2 * (shares - np.eye(k)[y]) / m
    np.testing.assert_allclose(dz, slope, rtol=1e-4, atol=1e-6)


def test_logits_far_apart_do_not_overflow():
    op = ops.SoftmaxCrossEntropy(np.array([1]))
    z = np.array([[1000.0, -1000.0]], "float32")
    assert np.asarray(norms.softmax_loss(op, z)).item() == 2000.0


@pytest.mark.np
@pytest.mark.parametrize("make", [ops.BatchNorm, ops.LayerNorm])
def test_second_derivatives_of_fused_norms_equal_the_readable_ones(make):
    def second():
        x, weight, bias = (Tensor(drawn(s, i)) for i, s in enumerate([(6, 4), 4, 4]))
        (make()(x, weight, bias) ** 3).sum().backward()
        (x.grad**2).sum().backward()
        return weight.grad.numpy()

    native = second()
    with readable():
        slow = second()
    np.testing.assert_allclose(native, slow, rtol=1e-3, atol=1e-3)


def test_the_switch_between_forward_and_backward_does_no_harm():
    op, x, one = ops.BatchNorm(), drawn((8, 3)), np.ones(3, "float32")
    out = op.compute(x, one, one)
    with readable():
        parts = op.vjp(drawn((8, 3), 1), out, x, one, one)
    assert np.isfinite(parts[0]()).all()


@pytest.mark.parametrize("make", [ops.BatchNorm, ops.LayerNorm])
def test_a_gradient_that_reads_what_was_not_kept_gets_it_again(make):
    op, x, one = make(), drawn((8, 3)), np.ones(3, "float32")
    op.compute(x, one, one)
    normal, scale = op.standardized(x)
    np.testing.assert_allclose(normal, normed(x, one, 0 * one, op.axis), atol=1e-5)
    np.testing.assert_allclose(scale, (op.variance + op.eps) ** -0.5, rtol=1e-6)
