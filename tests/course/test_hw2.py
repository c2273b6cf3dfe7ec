"""Homework 2 of the course as its students meet it: names, draws, pinned formulas."""

import numpy as np
import pytest

import needlebook as ndl
import needlebook.nn.nn_basic as nn_basic
from needlebook import nn
from needlebook.experiments.library_training import epoch
from tests.closeness import close

pytestmark = pytest.mark.since("8")


def test_names_at_the_top_level_and_under_the_paths_of_the_course():
    for name in ("LogSoftmax", "LogSumExp", "MakeTensorTuple", "TupleGetItem"):
        assert hasattr(ndl, name) and hasattr(ndl.ops, name)
    for name in ("logsoftmax", "logsumexp", "make_tuple", "fused_add_scalars"):
        assert callable(getattr(ndl, name))
    assert ndl.ops.ops_logarithmic.LogSumExp is ndl.LogSumExp
    assert ndl.ops.ops_mathematic.MatMul is ndl.MatMul
    assert all(hasattr(ndl, name) for name in ("nn", "optim", "data", "init"))
    names = "Identity Linear Flatten ReLU Sequential Residual SoftmaxLoss Parameter"
    for name in names.split():
        assert getattr(nn_basic, name) is getattr(nn, name)


def test_linear_draws_its_weight_first_and_then_its_bias():
    np.random.seed(3)
    layer = nn.Linear(4, 3)
    np.random.seed(3)
    weight = (np.random.rand(4, 3) * 2 - 1) * np.sqrt(6 / 4)
    bias = (np.random.rand(3, 1) * 2 - 1).reshape(1, 3) * np.sqrt(6 / 3)
    np.testing.assert_allclose(layer.weight.numpy(), weight, rtol=1e-5)
    np.testing.assert_allclose(layer.bias.numpy(), bias, rtol=1e-5)
    assert layer.weight.dtype == "float32" and layer.bias.shape == (1, 3)
    assert nn.Linear(4, 3, bias=False).bias is None


@pytest.mark.parametrize("draw", ["xavier", "kaiming"])
def test_initializers_take_fans_and_draw_in_order(draw):
    bound = {"xavier": 1.5 * np.sqrt(6 / 8), "kaiming": np.sqrt(6 / 3)}[draw]
    std = {"xavier": 0.3 * np.sqrt(2 / 8), "kaiming": np.sqrt(2 / 3)}[draw]
    gains = [{"gain": 1.5}, {"gain": 0.3}] if draw == "xavier" else [{}, {}]
    np.random.seed(1)
    uniform = getattr(ndl.init, f"{draw}_uniform")(3, 5, **gains[0]).numpy()
    normal = getattr(ndl.init, f"{draw}_normal")(3, 5, **gains[1]).numpy()
    np.random.seed(1)
    np.testing.assert_allclose(uniform, (2 * np.random.rand(3, 5) - 1) * bound, 1e-5)
    np.testing.assert_allclose(normal, np.random.randn(3, 5) * std, 1e-5)


def test_flatten_residual_sequential_and_identity():
    x = ndl.Tensor(np.arange(12.0).reshape(2, 3, 2))
    assert nn.Flatten()(x).shape == (2, 6)
    assert nn.Residual(nn.ReLU())(nn.Identity()(x)).numpy()[1, 2, 1] == 22
    both = nn.Sequential(nn.Flatten(), nn.Linear(6, 2))
    assert len(both.modules) == 2 and both(x).shape == (2, 2)


@pytest.mark.parametrize("axes", [None, 0, (0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("scale", [1, 1e5, 1e10])
def test_logsumexp_over_axes_at_large_scales(axes, scale):
    z = np.random.default_rng(0).normal(size=(3, 3, 3)) * scale
    largest = z.max(axis=axes, keepdims=True)
    wanted = np.log(np.exp(z - largest).sum(axis=axes, keepdims=True)) + largest
    out = ndl.logsumexp(ndl.Tensor(z), axes=axes)
    close(out.numpy(), np.squeeze(wanted, axis=axes), rtol=1e-12)


def test_softmax_loss_takes_class_indices_and_averages():
    z, y = np.random.default_rng(0).normal(size=(2, 4, 3))[0], np.array([0, 2, 1, 1])
    shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    wanted = -np.log(shares[range(4), y]).mean()
    loss = nn.SoftmaxLoss()(ndl.Tensor(z), ndl.Tensor(y))
    assert loss.numpy() == pytest.approx(wanted)


def trained(optimizer, gradients):
    p = nn.Parameter(np.array([1.0, -2.0]))
    update = optimizer([p])
    for g in gradients:
        p.grad = ndl.Tensor(np.array(g))
        update.step()
    update.reset_grad()
    assert p.grad is None
    return p.numpy()


GRADIENTS = [[0.5, 1.0], [-1.0, 0.25], [0.1, 0.2]]


def test_sgd_averages_without_correction_and_decays_through_the_gradient():
    p, u = np.array([1.0, -2.0]), 0
    for g in GRADIENTS:
        u = 0.9 * u + 0.1 * (np.array(g) + 0.01 * p)
        p = p - 0.1 * u
    found = trained(
        lambda ps: ndl.optim.SGD(ps, lr=0.1, momentum=0.9, weight_decay=0.01), GRADIENTS
    )
    close(found, p, rtol=1e-12)


def test_adam_corrects_both_averages_and_adds_eps_outside_the_root():
    p, m, v = np.array([1.0, -2.0]), 0, 0
    for t, g in enumerate(GRADIENTS, start=1):
        g = np.array(g) + 0.01 * p
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        p = p - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-3)
    found = trained(
        lambda ps: ndl.optim.Adam(ps, lr=0.1, eps=1e-3, weight_decay=0.01), GRADIENTS
    )
    close(found, p, rtol=1e-10)


def test_a_parameter_without_a_gradient_stays():
    p, q = nn.Parameter(np.ones(1)), nn.Parameter(np.ones(1))
    p.grad = ndl.Tensor(np.ones(1))
    ndl.optim.Adam([p, q]).step()
    assert q.numpy() == 1 and p.numpy() < 1


def test_loader_cuts_in_order_and_shuffles_anew_each_time():
    X, y = np.arange(10.0).reshape(10, 1), np.arange(10)
    loader = ndl.data.DataLoader(ndl.data.NDArrayDataset(X, y), 4)
    assert [b.shape for b, _ in loader] == [(4, 1), (4, 1), (2, 1)]
    shuffled = ndl.data.DataLoader(ndl.data.NDArrayDataset(X, y), 4, shuffle=True)
    np.random.seed(2)
    orders = [np.concatenate([b.numpy()[:, 0] for b, _ in shuffled]) for _ in range(2)]
    np.random.seed(2)
    for order in orders:
        np.testing.assert_array_equal(order, np.random.permutation(10))


def test_a_whole_run_as_a_student_writes_it():
    np.random.seed(4)
    X = np.random.randn(60, 8).astype("float32")
    y = (X[:, 0] > 0).astype("uint8")
    loader = ndl.data.DataLoader(ndl.data.NDArrayDataset(X, y), 20, shuffle=True)
    model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
    opt = ndl.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-4)
    first = epoch(loader, model, opt)
    for _ in range(20):
        last = epoch(loader, model, opt)
    assert last[0] <= 0.1 < first[0] and last[1] < first[1]
    assert epoch(loader, model)[0] <= 0.1
