import numpy as np
import pytest

from needlebook.experiments.bias import three_networks

pytestmark = pytest.mark.since("3a")


def averages(name, seeds=range(2)):
    return np.mean([three_networks(name, seed) for seed in seeds], axis=0)


def test_without_a_bias_no_relu_network_separates_the_rings():
    biased, bare, constant = averages("rings")
    assert bare < 0.6
    assert biased > 0.98
    assert constant > 0.98


def test_the_spirals_and_the_checkerboard_lose_too():
    for name in ("spirals", "checkerboard"):
        biased, bare, constant = averages(name)
        assert bare < min(biased, constant) - 0.03


def test_the_digits_do_not_need_it():
    biased, bare, constant = averages("digits")
    assert abs(biased - bare) < 0.02
    assert abs(biased - constant) < 0.02
