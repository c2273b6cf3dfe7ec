import numpy as np
import pytest

from needlebook.experiments.second_order import (
    hessian_cost,
    inverse_bias,
    newton_on_bowl,
    race,
    regression_error,
    where_they_end,
)

pytestmark = pytest.mark.since("6")


@pytest.mark.parametrize("alpha", [1.0, 0.5, 0.1])
@pytest.mark.np
def test_newton_converges_inside_the_derived_border_and_flies_outside(alpha):
    border = np.sqrt(2 / alpha - 1)
    assert newton_on_bowl(0.95 * border, alpha)[-1] < 0.01
    assert newton_on_bowl(1.05 * border, alpha)[-1] > 1e4


@pytest.mark.np
def test_a_full_step_on_the_bowl_cubes():
    np.testing.assert_allclose(newton_on_bowl(0.9, 1.0)[:3], [0.9, 0.9**3, 0.9**9])


def test_a_damped_step_is_slower_near_the_minimum():
    assert np.sum(newton_on_bowl(0.9, 1.0) > 1e-6) < 8
    assert np.sum(newton_on_bowl(0.9, 0.5) > 1e-6) > 15


def test_the_hessian_grows_with_the_square_and_a_product_does_not():
    small, large = hessian_cost(100), hessian_cost(400)
    assert large.hessian > 8 * 400**2
    assert large.product < 4 * small.product
    assert large.hessian / large.product > 2 * small.hessian / small.product


@pytest.mark.np
def test_products_and_pairs_need_fewer_runs_of_the_loss():
    runs = {name: race(name) for name in ("Newton", "Newton-CG", "L-BFGS")}
    assert all(steps is not None for steps, _ in runs.values())
    assert runs["Newton-CG"][1] < runs["Newton"][1] / 2
    assert runs["L-BFGS"][1] < runs["Newton"][1] / 2
    assert race("gradient descent") == (None, 400)


def test_newton_goes_to_the_saddle_and_the_others_do_not():
    assert where_they_end("Newton")[1] >= 5
    assert where_they_end("gradient descent")[1] == 0
    assert where_they_end("Newton, absolute eigenvalues") == (20, 0)


@pytest.mark.parametrize("batch", [30, 40, 80, 200])
def test_the_mean_inverse_is_too_large_by_the_known_factor(batch):
    assert inverse_bias(batch).mean() == pytest.approx(batch / (batch - 21), rel=0.04)


def test_a_newton_step_on_batches_is_noisier_than_a_gradient_step():
    seeds = range(6)
    full, damped, sgd = (
        np.mean([regression_error(kind, alpha, seed=s) for s in seeds])
        for kind, alpha in (("Newton", 1.0), ("Newton", 0.1), ("SGD", 0.1))
    )
    assert full > 10 * damped > 15 * sgd
