"""Difference quotients: their order, their best step, and checks built on them."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import (
    best_eps,
    central,
    directional_check,
    numerical_jacobian,
    one_sided,
)

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize(("method", "order"), [(one_sided, 1), (central, 2)])
def test_truncation_error_falls_with_the_order_of_the_method(method, order):
    errors = [abs(method(np.exp, 1.0, eps) - np.e) for eps in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(10**order, rel=0.02)


def test_best_eps_is_a_root_of_the_unit_roundoff():
    assert best_eps(np.float64, 1) == pytest.approx(2**-26.5)
    assert best_eps(np.float64, 2) == pytest.approx(2 ** (-53 / 3))
    assert best_eps(np.float32, 2) == pytest.approx(2**-8)


def test_quotients_keep_the_precision_of_their_argument():
    x = np.linspace(0, 1, 5, dtype=np.float32)
    assert central(np.sin, x, np.float32(1e-2)).dtype == np.float32


def test_numerical_jacobian_of_a_product_is_the_transposed_matrix():
    rng = np.random.default_rng(0)
    x, W = rng.standard_normal(3), rng.standard_normal((3, 4))
    J = numerical_jacobian(lambda x: x @ W, x)
    assert J.shape == (4, 3)
    assert J.shape != x.shape
    np.testing.assert_allclose(J, W.T, atol=1e-8)
    f_bar = rng.standard_normal(4)
    assert (f_bar @ J).shape == x.shape


def cubes(a, b):
    return (a**3).sum() + (a[0] * b).sum()


def cube_gradients(a, b):
    first = 3 * a**2
    first[0] += b.sum()
    return [first, np.full(b.shape, a[0])]


def test_directional_check_accepts_right_gradients():
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal(4), rng.standard_normal((2, 3))
    claimed, measured, error = directional_check(cubes, cube_gradients(a, b), [a, b])
    assert claimed == pytest.approx(measured, rel=1e-6)
    assert error < 1e-6


@pytest.mark.parametrize("entry", range(4))
@pytest.mark.parametrize("seed", range(3))
def test_directional_check_catches_one_wrong_entry(entry, seed):
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal(4), rng.standard_normal((2, 3))
    gradients = cube_gradients(a, b)
    gradients[0][entry] *= 1.05
    assert directional_check(cubes, gradients, [a, b], seed=seed)[2] > 1e-5


def test_directional_check_takes_two_evaluations():
    calls = []

    def f(x):
        calls.append(1)
        return (x * x).sum()

    x = np.arange(1000.0)
    directional_check(f, [2 * x], [x])
    assert len(calls) == 2


def test_directional_check_refuses_a_gradient_of_another_shape():
    x = np.ones(3)
    with pytest.raises(ValueError, match=r"gradient 0 has shape \(3, 1\).*\(3,\)"):
        directional_check(lambda x: x.sum(), [np.ones((3, 1))], [x])
