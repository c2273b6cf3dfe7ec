import numpy as np
import pytest

from needlebook.experiments.decay import with_decay
from needlebook.experiments.scale_invariance import (
    decay_before_norm,
    loss_and_gradient,
    same_function,
    turning,
    twins,
)

pytestmark = pytest.mark.since("9")


def test_one_function_has_many_norms():
    forms = same_function()
    norm, missed, outputs = forms["as trained"]
    for name in ("rescaled", "balanced"):
        np.testing.assert_allclose(forms[name][2], outputs, atol=1e-4)
        assert forms[name][1] == missed
    assert forms["rescaled"][0] > 1.2 * norm > 1.2 * forms["balanced"][0]


@pytest.mark.np
def test_the_gradient_is_inversely_proportional_to_the_weights():
    sizes = {c: np.linalg.norm(loss_and_gradient(c)[1]) for c in (0.1, 1.0, 10.0)}
    assert sizes[0.1] / sizes[1.0] == pytest.approx(10, rel=1e-6)
    assert sizes[1.0] / sizes[10.0] == pytest.approx(10, rel=1e-6)
    losses = [loss_and_gradient(c)[0] for c in (0.1, 10.0)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-8)


@pytest.mark.np
def test_the_gradient_is_orthogonal_to_the_weights_and_a_planted_one_is_not():
    _, gradient, W = loss_and_gradient(1.0)
    size = np.linalg.norm(gradient) * np.linalg.norm(W)
    assert abs(np.sum(gradient * W)) < 1e-8 * size
    assert abs(np.sum((gradient + 0.01 * W) * W)) > 1e-3 * size


@pytest.mark.np
def test_decay_is_a_rate_that_grows_exponentially():
    decaying, growing = twins(lam=0.05)
    np.testing.assert_allclose(decaying[:, 0], growing[:, 0], atol=1e-7)
    assert decaying[-1, 1] < decaying[0, 1] / 2 and growing[-1, 1] > growing[0, 1]


@pytest.mark.parametrize("lr, lam", [(0.1, 0.16), (0.4, 0.04), (0.4, 0.16)])
def test_the_angle_of_a_step_settles_at_the_root_of_twice_rate_times_lambda(lr, lam):
    _, angle = np.sqrt(np.mean(turning(lr, lam)[-150:] ** 2, axis=0))
    assert angle == pytest.approx(np.sqrt(2 * lr * lam), rel=0.05)


def test_without_decay_the_weights_before_a_norm_only_grow():
    norms = turning(0.1, 0.0, steps=200)[:, 0]
    assert np.all(np.diff(norms) > -1e-4) and norms[-1] > norms[0]


def test_what_halves_the_error_without_a_norm_does_nothing_before_one():
    plain = [
        np.mean([with_decay(lam, s)["test"] for s in range(2)]) for lam in (0.0, 0.01)
    ]
    normed = [
        np.mean([decay_before_norm(lam, s) for s in range(2)]) for lam in (0.0, 0.01)
    ]
    assert plain[1] < plain[0] - 0.04
    assert abs(normed[1] - normed[0]) < 0.02
