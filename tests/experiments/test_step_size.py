"""The V of a difference quotient's error."""

import numpy as np
import pytest

from needlebook.differentiation.numerical import best_eps
from needlebook.experiments.step_size import best_steps, quotient_errors

pytestmark = pytest.mark.since("4")

STEPS = np.logspace(-15, 0, 61)


@pytest.mark.parametrize(("method", "sided"), [("one-sided", 1), ("central", 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_error_is_a_v_with_its_valley_at_the_rule_of_thumb(method, sided, dtype):
    rule = best_eps(dtype, sided)
    far_left, valley, right = quotient_errors(
        method, dtype, [rule / 100, rule, rule * 100]
    )
    assert valley < far_left / 10
    assert valley < right / 10
    step, error = best_steps(STEPS)[method, dtype.__name__]
    assert rule / 10 < step < rule * 10
    assert valley < 10 * error


def test_central_differences_reach_more_digits_than_one_sided():
    found = best_steps(STEPS)
    for dtype in ("float32", "float64"):
        assert found["central", dtype][1] < found["one-sided", dtype][1] / 10
    assert found["central", "float64"][1] < 1e-10
    assert found["central", "float32"][1] > 1e-7


def test_the_slopes_of_the_v():
    left = quotient_errors("central", np.float64, [1e-11, 1e-9])
    right = quotient_errors("central", np.float64, [1e-3, 1e-1])
    assert np.log10(left[0] / left[1]) / 2 == pytest.approx(1.0, abs=0.3)
    assert np.log10(right[1] / right[0]) / 2 == pytest.approx(2.0, abs=0.1)
