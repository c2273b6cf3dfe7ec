"""Limits of the float formats, and what the shift is worth where."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.experiments.precision import FORMATS, limits, walked
from needlebook.experiments.stability import (
    LOGSUMEXPS,
    LOSSES,
    logsumexp_errors,
    loss_errors,
)

pytestmark = pytest.mark.since("8")


@pytest.mark.parametrize("name", FORMATS)
def test_the_limits_found_by_trying_are_those_of_numpy(name):
    found, info = limits(name), np.finfo(name)
    assert found.gap == info.eps and found.whole == 2 ** (info.nmant + 1)
    assert found.exp_limit == pytest.approx(np.log(float(info.max)), rel=1e-3)


def test_exp_of_100_is_never_nan():
    values = {name: limits(name).exp_100 for name in FORMATS}
    assert values["float16"] == values["float32"] == np.inf
    assert values["float64"] == pytest.approx(2.6881171418e43)
    assert limits("float32").exp_limit == pytest.approx(88.7228, abs=1e-4)


def test_the_nan_comes_from_inf_by_inf_in_softmax():
    with np.errstate(all="ignore"):
        powers = ops.exp(Tensor(np.array([[100.0, 0.0]], dtype="float32")))
        shares = (powers / powers.sum(1).reshape((1, 1))).numpy()
    assert np.isinf(powers.numpy()[0, 0]) and np.isnan(shares[0, 0])


def test_small_steps_are_lost():
    assert walked("float16", 1e-4) == walked("float32", 1e-8) == 0
    assert walked("float64", 1e-8) == pytest.approx(1e-4)
    assert walked("float32", 1e-4) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("offset", [0, 1e2, 1e5, 1e10, -1e10])
def test_ours_has_the_error_of_its_format_everywhere(offset):
    assert max(logsumexp_errors("ours", offset)) < 1e-6
    assert max(loss_errors("one operation", offset)) < 1e-6
    assert max(loss_errors("logsoftmax", offset)) < 1e-6


def test_the_formula_as_it_stands_fails_from_100_on():
    assert max(logsumexp_errors("as it stands", 0)) < 1e-6
    assert not np.isfinite(logsumexp_errors("as it stands", 1e2)).any()
    assert not np.isfinite(loss_errors("log of softmax", 1e2)).any()


def test_the_late_shift_has_a_good_value_and_a_bad_gradient():
    assert logsumexp_errors("late shift", 1e10)[0] < 1e-6
    assert logsumexp_errors("late shift", 1e5)[1] > 1e-3
    assert logsumexp_errors("late shift", 1e10)[1] > 0.5


def test_the_difference_of_large_numbers_loses_the_loss():
    assert loss_errors("f(z) - z_y", 0)[0] < 1e-6
    assert loss_errors("f(z) - z_y", 1e10)[0] > 1


def test_pytorch_has_the_late_shift_in_its_gradient():
    torch = pytest.importorskip("torch")
    z = np.full((1, 2), 1e10, "float32")
    ours, theirs = Tensor(z), torch.tensor(z, requires_grad=True)
    ops.logsumexp(ours, 1).backward()
    torch.logsumexp(theirs, 1).sum().backward()
    assert ours.grad.numpy().tolist() == [[0.5, 0.5]]
    assert theirs.grad.numpy().tolist() == [[1, 1]]


@pytest.mark.np
@pytest.mark.parametrize("shift", ["max", "min", "mean", "median"])
def test_softmax_does_not_move_with_a_shift(shift):
    z = np.random.default_rng(0).normal(size=(4, 6)) * 10
    moved = z - getattr(np, shift)(z, axis=1, keepdims=True)
    one = np.exp(ops.logsoftmax(Tensor(z)).numpy())
    other = np.exp(moved) / np.exp(moved).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_every_way_is_raced():
    assert list(LOGSUMEXPS)[-1] == "ours" and list(LOSSES)[-1] == "one operation"
