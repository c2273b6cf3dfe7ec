import numpy as np
import pytest

from needlebook.experiments.parity_learning import gradient_signal, parity_accuracy

pytestmark = pytest.mark.since("3a")


@pytest.mark.parametrize("n", [2, 6, 10])
def test_few_bits_are_learned(n):
    assert np.mean([parity_accuracy(n, seed) for seed in range(3)]) > 0.97


def test_sixteen_bits_are_still_above_guessing():
    assert 0.53 < np.mean([parity_accuracy(16, seed) for seed in range(3)]) < 0.85


@pytest.mark.parametrize("n", [20, 30])
def test_many_bits_are_not(n):
    assert abs(np.mean([parity_accuracy(n, seed) for seed in range(3)]) - 0.5) < 0.06


@pytest.mark.parametrize("n", [2, 5, 8, 11])
def test_the_mean_signal_is_the_size_of_the_gradient_over_two_to_the_n(n):
    for seed in range(3):
        mean, predicted, _ = gradient_signal(n, seed)
        assert mean == pytest.approx(predicted, rel=1e-10)


def test_the_signal_falls_exponentially():
    signals = [
        np.mean([gradient_signal(n, seed) for seed in range(5)], axis=0)
        for n in range(2, 14)
    ]
    mean = np.array(signals)[:, 0]
    halvings = np.polyfit(np.arange(2, 14), np.log2(mean), 1)[0]
    assert -1.0 < halvings < -0.6


@pytest.mark.parametrize("n", [3, 5, 7])
def test_an_odd_parity_gives_a_bias_free_first_layer_no_signal_at_all(n):
    assert gradient_signal(n, 0)[2] < 1e-30
