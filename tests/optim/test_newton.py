"""Newton's method, conjugate gradients and L-BFGS."""

from itertools import islice

import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.experiments.quadratics import rotated, spectrum
from needlebook.optim import hessian, lbfgs, newton, newton_cg
from needlebook.optim.newton import conjugate_gradient
from tests.closeness import close

pytestmark = pytest.mark.since("6")
H = rotated(spectrum(10_000, 5))


def bowl(x):
    return ((x @ Tensor(H, requires_grad=False)) * x).sum() / 2


def test_the_hessian_of_a_bowl_is_its_matrix():
    np.testing.assert_allclose(hessian(bowl, np.ones((1, 5))), H, atol=1e-12)


@pytest.mark.np
def test_one_full_step_solves_a_quadratic():
    *_, x = islice(newton(bowl, np.ones((1, 5))), 2)
    assert np.linalg.norm(x) < 1e-10


def test_a_half_step_halves_the_distance():
    *_, x = islice(newton(bowl, np.ones((1, 5)), alpha=0.5), 2)
    close(x, 0.5, rtol=1e-8)


def test_conjugate_gradients_solve_in_as_many_steps_as_there_are_numbers():
    b = np.arange(1.0, 6.0)
    well = rotated(spectrum(10, 5))
    d = conjugate_gradient(lambda v: well @ v, b, steps=5, tolerance=1e-12)
    np.testing.assert_allclose(well @ d, b, atol=1e-6)


def test_conjugate_gradients_stop_at_negative_curvature():
    b = np.array([1.0, 1.0])
    d = conjugate_gradient(lambda v: v * [-1.0, -2.0], b, steps=5)
    np.testing.assert_array_equal(d, b)


@pytest.mark.parametrize("method", [newton_cg, lbfgs])
def test_both_substitutes_go_down_and_arrive(method):
    well = rotated(spectrum(100, 5))

    def shifted(x):
        return (((x - 1.0) @ Tensor(well, requires_grad=False)) * (x - 1.0)).sum() / 2

    *_, x = islice(method(shifted, np.zeros((1, 5))), 40)
    np.testing.assert_allclose(x, 1, atol=1e-3)
