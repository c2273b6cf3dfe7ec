import pytest

from needlebook.experiments.resnet_training import on_digits, on_mnist
from needlebook.manual.mnist import find_mnist

pytestmark = pytest.mark.since("9")


def test_the_residual_network_learns_the_digits():
    errors = on_digits()
    assert errors[-1, 1] < 0.06 and errors[-1, 0] < 0.08


if find_mnist("test") is not None:

    @pytest.mark.deep
    def test_on_mnist_it_reaches_94_per_cent_of_a_held_out_tenth():
        assert on_mnist(0)[-1, 1] <= 0.06
