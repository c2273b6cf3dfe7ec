import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.experiments.momentum import moves
from needlebook.experiments.quadratics import descend, rotated, spectrum
from needlebook.experiments.reparametrised import adam_moves
from needlebook.optim import Adam
from needlebook.solutions import ch06

pytestmark = pytest.mark.since("6")
RNG = np.random.default_rng(0)


def test_6_1_half_of_the_weight():
    assert 0.9 ** ch06.half_life(0.9) == pytest.approx(0.5)


def test_6_2_a_folded_bias_is_the_bias():
    X, W, b = RNG.normal(size=(4, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=2)
    X1, W1 = ch06.fold_bias(X, W, b)
    np.testing.assert_allclose(X1 @ W1, X @ W + b)


def test_6_3_the_largest_step_of_a_bowl():
    H = Tensor(3 * rotated(spectrum(10, 6)), requires_grad=False)
    found = ch06.largest_stable_step(lambda x: ((x @ H) * x).sum() / 2, np.ones((1, 6)))
    assert found == pytest.approx(2 / 3, rel=1e-3)


@pytest.mark.np
def test_6_4_the_other_form_gives_the_same_path():
    lr, eps = ch06.adam_without_factors(Adam([Tensor([0.0])], 0.1, eps=1e-3))
    gradients = RNG.normal(size=40)
    ours = moves(lambda p: Adam(p, 0.1, eps=1e-3), gradients)
    np.testing.assert_allclose(
        ours, adam_moves(gradients, lr, 0.9, 0.999, eps), atol=1e-12
    )


@pytest.mark.np
def test_6_5_every_step_is_a_sign():
    found = moves(lambda p: ch06.sign_descent(p, 0.5), [3.0, -0.1, 0.0, 40.0])
    np.testing.assert_allclose(found, [0.5, -0.5, 0.0, 0.5], atol=1e-6)


def test_6_6_at_the_noise_scale_variance_and_gradient_balance():
    gradients = np.array([[1.0, 0.0], [1.0, 2.0], [1.0, -2.0]])
    assert ch06.noise_scale(gradients) == pytest.approx(4.0)


def test_6_7_in_the_right_units_a_bowl_takes_one_step():
    values = np.array([1.0, 100.0])
    f = ch06.in_other_units(
        lambda w: (w * w * Tensor(values, requires_grad=False)).sum() / 2,
        1 / np.sqrt(values),
    )
    z = Tensor([3.0, 4.0])
    f(z).backward()
    np.testing.assert_allclose(z.grad.numpy(), z.numpy())


@pytest.mark.np
def test_6_8_in_the_eigenbasis_the_advantage_is_back():
    H = rotated(spectrum(10_000, 10))
    Q, start = np.linalg.eigh(H)[1], np.random.default_rng(0).normal(size=10)
    left = []
    for make in (
        lambda p: Adam(p, 0.1, 0.9, 0.99),
        lambda p: ch06.TurnedAdam(p, Q, 0.1, beta1=0.9, beta2=0.99),
    ):
        w = descend(make, H, start, 200)[-1]
        left.append(w @ H @ w)
    assert left[1] < left[0] / 1000
