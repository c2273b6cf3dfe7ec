"""The solutions to the exercises of chapter 8."""

import numpy as np
import pytest

from needlebook import nn, ops
from needlebook.autograd import Tensor
from needlebook.derivatives import reverse_over_reverse
from needlebook.experiments.detached_updates import Updates
from needlebook.gradcheck import gradcheck
from needlebook.solutions import ch08

pytestmark = pytest.mark.since("8")


@pytest.mark.parametrize("way", ["nothing_detached", "gradient_detached"])
def test_8_1_a_leak_is_found(way):
    assert ch08.leaks(getattr(Updates(), way))


@pytest.mark.parametrize("way", ["both_detached", "set_attached", "set_detached"])
def test_8_1_circles_and_updates_in_place_are_no_leak(way):
    assert not ch08.leaks(getattr(Updates(), way))


@pytest.mark.np
def test_8_2_softplus_at_all_sizes():
    a = Tensor(np.array([-1e5, -40, 0, 40, 1e5]))
    out = ch08.softplus(a)
    out.backward()
    wanted = [0, np.exp(-40.0), np.log(2), 40, 1e5]
    np.testing.assert_allclose(out.numpy(), wanted, rtol=1e-12)
    np.testing.assert_allclose(a.grad.numpy(), [0, np.exp(-40.0), 0.5, 1, 1], 1e-12)
    gradcheck(ch08.softplus, Tensor(np.array([-1.0, 0.3])), verbose=False)


@pytest.mark.np
def test_8_3_binary_loss_is_that_of_the_sigmoid():
    z, y = np.array([[0.3], [-2.0], [1.0]]), np.array([[1.0], [0.0], [0.0]])
    p = 1 / (1 + np.exp(-z))
    wanted = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    found = ch08.BinaryLoss()(Tensor(z), Tensor(y, requires_grad=False))
    assert found.numpy() == pytest.approx(wanted)
    far = ch08.BinaryLoss()(Tensor(z * 1e5), Tensor(y, requires_grad=False))
    assert np.isfinite(far.numpy())


def test_8_4_infinite_entries():
    inf = np.inf
    a = np.array([[-inf, -inf], [inf, 0], [-inf, 2.0], [1e5, 1e5]])
    with np.errstate(invalid="ignore"):
        found = ch08.logsumexp_of_any(a)
    np.testing.assert_allclose(found, [-inf, inf, 2, 1e5 + np.log(2)])


@pytest.mark.np
def test_8_5_in_one_pass():
    a = np.random.default_rng(0).normal(size=1000) * 100 + 1e4
    wanted = float(ops.logsumexp(Tensor(a)).numpy())
    for pieces in (1, 7, 1000):
        assert ch08.streaming_logsumexp(np.array_split(a, pieces)) == pytest.approx(
            wanted, rel=1e-13
        )


def test_8_6_batches_of_different_size():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(10, 4)).astype("float32"), rng.integers(3, size=10)
    model, loss = nn.Linear(4, 3), nn.SoftmaxLoss()
    found = ch08.accumulate(model, loss, [(X[:7], y[:7]), (X[7:], y[7:])])
    loss(model(Tensor(X)), y).backward()
    for gradient, p in zip(found, model.parameters(), strict=True):
        np.testing.assert_allclose(gradient, p.grad.numpy(), rtol=1e-4, atol=1e-6)


def test_8_7_rounding_at_random_keeps_the_mean():
    rng, x = np.random.default_rng(0), np.full(20_000, 1 + 1e-4)
    found = ch08.round_stochastically(x, rng)
    assert found.dtype == np.float16 and len(set(found.tolist())) == 2
    assert found.astype(float).mean() == pytest.approx(1 + 1e-4, abs=2e-5)
    assert (ch08.round_stochastically(np.ones(9), rng) == 1).all()


def test_8_8_an_average_and_a_refusal():
    one, other = ({"w": np.full(2, value)} for value in (1.0, 3.0))
    assert ch08.average([one, other])["w"].tolist() == [2, 2]
    with pytest.raises(ValueError, match="names or shapes"):
        ch08.average([one, {"w": np.ones(3)}])


@pytest.mark.np
def test_8_9_the_two_largest_and_their_gradient():
    a = np.random.default_rng(0).normal(size=(3, 5))
    first, second = ch08.top_two(Tensor(a))
    np.testing.assert_array_equal(first.numpy(), np.sort(a)[:, -1])
    np.testing.assert_array_equal(second.numpy(), np.sort(a)[:, -2])

    def total(a):
        first, second = ch08.top_two(a)
        return (first * second**2).sum()

    gradcheck(total, Tensor(a), verbose=False)
    assert np.isfinite(reverse_over_reverse(total, Tensor(a), Tensor(a)).numpy()).all()
