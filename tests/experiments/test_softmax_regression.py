"""Softmax regression on the digits: the gradient, and NumPy against C++."""

import pytest

from needlebook.experiments.softmax_regression import (
    logit_gradient_error,
    numpy_and_cpp,
    train,
)

pytestmark = pytest.mark.since("3b")


@pytest.mark.parametrize("scale", [1.0, 3.0, 10.0])
def test_gradient_of_the_softmax_loss_is_softmax_minus_one_hot(scale):
    assert logit_gradient_error(scale=scale) < 1e-7


def test_softmax_regression_reads_the_digits():
    _, loss, err = train(epochs=50)
    assert err < 0.06 and loss < 0.25


@pytest.mark.native
def test_numpy_and_cpp_agree_after_six_hundred_steps():
    size, difference = numpy_and_cpp(epochs=50)
    assert size > 1 and difference < 1e-3 * size
