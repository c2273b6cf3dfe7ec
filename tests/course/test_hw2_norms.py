"""Homework 2 of the course: norms, dropout, the residual MLP, with pinned semantics."""

import numpy as np
import pytest

import needlebook as ndl
from needlebook import nn
from needlebook.models import MLPResNet, ResidualBlock

pytestmark = pytest.mark.since("9")


def given(*shape, seed=0):
    return np.random.RandomState(seed).randn(*shape).astype("float32") * 3 + 1


def test_layer_norm_divides_by_the_biased_deviation_of_a_row():
    x = given(5, 8)
    want = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    out = nn.LayerNorm1d(8)(ndl.Tensor(x))
    np.testing.assert_allclose(out.numpy(), want, rtol=1e-4, atol=1e-5)


def test_layer_norm_is_not_the_unbiased_one():
    x = given(5, 8)
    wrong = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, ddof=1, keepdims=True))
    assert not np.allclose(nn.LayerNorm1d(8)(ndl.Tensor(x)).numpy(), wrong, rtol=1e-2)


def test_norms_begin_with_ones_and_zeros_and_draw_nothing():
    np.random.seed(1)
    batch, layer = nn.BatchNorm1d(4), nn.LayerNorm1d(4)
    after = np.random.rand()
    np.random.seed(1)
    assert np.random.rand() == after
    for norm in (batch, layer):
        assert norm.weight.numpy().tolist() == [1.0] * 4
        assert norm.bias.numpy().tolist() == [0.0] * 4
    assert batch.running_mean.numpy().tolist() == [0.0] * 4
    assert batch.running_var.numpy().tolist() == [1.0] * 4


def test_batch_norm_in_training_divides_by_the_biased_deviation_of_a_column():
    x = given(6, 4)
    out = nn.BatchNorm1d(4)(ndl.Tensor(x)).numpy()
    want = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(out, want, rtol=1e-4, atol=1e-5)


def test_batch_norm_keeps_running_averages_of_biased_variance():
    norm, x = nn.BatchNorm1d(4, momentum=0.1), given(6, 4)
    norm(ndl.Tensor(x))
    np.testing.assert_allclose(norm.running_mean.numpy(), 0.1 * x.mean(0), rtol=1e-4)
    want = 0.9 + 0.1 * x.var(0)
    np.testing.assert_allclose(norm.running_var.numpy(), want, rtol=1e-4)
    unbiased = 0.9 + 0.1 * x.var(0, ddof=1)
    assert not np.allclose(norm.running_var.numpy(), unbiased, rtol=1e-3)


def test_batch_norm_in_evaluation_uses_the_running_averages():
    norm, x = nn.BatchNorm1d(4), given(6, 4)
    norm(ndl.Tensor(x))
    mean, var = norm.running_mean.numpy(), norm.running_var.numpy()
    other = given(3, 4, seed=1)
    out = norm.eval()(ndl.Tensor(other)).numpy()
    np.testing.assert_allclose(out, (other - mean) / np.sqrt(var + 1e-5), rtol=1e-4)
    assert np.array_equal(norm.running_mean.numpy(), mean)


def test_dropout_is_one_draw_scaled_by_the_probability_of_keeping():
    x = given(2, 3)
    np.random.seed(0)
    out = nn.Dropout(p=0.45)(ndl.Tensor(x)).numpy()
    np.random.seed(0)
    want = x * (np.random.rand(2, 3) <= 0.55) / 0.55
    np.testing.assert_allclose(out, want, rtol=1e-5)


def linear_draws(n, k):
    return np.random.rand(n, k), np.random.rand(k, 1)


def scaled(uniform, fan_in):
    return (2 * uniform - 1) * np.sqrt(6 / fan_in)


def test_a_block_draws_its_first_linear_layer_first():
    np.random.seed(1)
    fn = ResidualBlock(6, 4).modules[0].fn
    np.random.seed(1)
    weight, bias = linear_draws(6, 4)
    second, _ = linear_draws(4, 6)
    np.testing.assert_allclose(
        fn.modules[0].weight.numpy(), scaled(weight, 6), rtol=1e-5
    )
    got = fn.modules[0].bias.numpy()
    np.testing.assert_allclose(got, scaled(bias, 4).reshape(1, 4), rtol=1e-5)
    np.testing.assert_allclose(
        fn.modules[4].weight.numpy(), scaled(second, 4), rtol=1e-5
    )


def test_the_network_draws_in_the_order_of_execution():
    np.random.seed(1)
    model = MLPResNet(5, 8, num_blocks=2, num_classes=3)
    np.random.seed(1)
    sizes = [(5, 8), (8, 4), (4, 8), (8, 4), (4, 8), (8, 3)]
    want = [scaled(linear_draws(n, k)[0], n) for n, k in sizes]
    params = [p.numpy() for p in model.parameters()]
    got = [p for p in params if p.ndim == 2 and p.shape[0] > 1]
    for ours, theirs in zip(got, want, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_the_parts_of_the_network_in_their_order():
    kinds = [type(module).__name__ for module in MLPResNet(5, 8, 2, 3).modules]
    assert kinds == ["Flatten", "Linear", "ReLU", "Sequential", "Sequential", "Linear"]
    fn = ResidualBlock(6, 4, nn.LayerNorm1d).modules[0].fn
    inside = [type(module).__name__ for module in fn.modules]
    assert inside == [
        *("Linear", "LayerNorm1d", "ReLU", "Dropout", "Linear", "LayerNorm1d"),
    ]


def test_by_default_blocks_have_batch_norm_and_drop_a_tenth():
    fn = ResidualBlock(6, 4).modules[0].fn
    assert isinstance(fn.modules[1], nn.BatchNorm1d) and fn.modules[3].p == 0.1


def test_the_course_s_path_for_modules_has_norms_and_dropout():
    from needlebook.nn import nn_basic

    for name in ("BatchNorm1d", "LayerNorm1d", "Dropout"):
        assert getattr(nn_basic, name) is getattr(ndl.nn, name)
