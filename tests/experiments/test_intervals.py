import numpy as np
import pytest

from needlebook.experiments.intervals import mean_interval, percent

pytestmark = pytest.mark.since("3a")


def test_the_interval_of_known_values():
    mean, low, high = mean_interval([1.0, 2.0, 3.0])
    assert mean == pytest.approx(2.0)
    assert high - mean == pytest.approx(4.303 / np.sqrt(3))
    assert mean - low == pytest.approx(high - mean)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    draws = (mean_interval(rng.normal(size=5)) for _ in range(2000))
    covered = np.mean([low <= 0.0 <= high for _, low, high in draws])
    assert 0.93 < covered < 0.97


@pytest.mark.parametrize("values", [[1.0], list(range(13))])
def test_a_number_of_values_outside_the_table_is_refused(values):
    with pytest.raises(ValueError, match="wants 2 to 12 values"):
        mean_interval(values)


def test_the_text_form():
    assert percent([0.5, 0.5]) == "50.0 [50.0, 50.0]"
