"""The backward methods of chapter 3a against the oracle."""

import inspect

import numpy as np
import pytest

from needlebook.experiments.promised_gradients import all_errors, cases, layer_errors
from needlebook.manual import convolution, layers, learned, nonelementwise

pytestmark = pytest.mark.since("3b")
NAMES = list(cases(np.random.default_rng(0)))


@pytest.mark.parametrize("name", NAMES)
def test_layer_keeps_its_promise(name):
    rng = np.random.default_rng(NAMES.index(name))
    layer, shape = cases(rng)[name]
    errors = layer_errors(layer, 1.5 * rng.normal(size=shape), rng)
    assert set(errors) == {"Z", *layer.parameters}
    assert max(errors.values()) < 1e-6


def test_no_layer_of_chapter_3a_is_left_out():
    modules = (layers, learned, nonelementwise, convolution)
    found = {
        name
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, layers.Layer)
    }
    assert found - {"Layer"} == set(NAMES) == set(all_errors())


def test_planted_faults_are_noticed():
    rng = np.random.default_rng(0)

    class ForgetsTheMean(nonelementwise.SoftmaxUnits):
        def backward(self, G):
            return self.out * G

    class ForgetsTheSum(layers.Linear):
        def backward(self, G):
            back = super().backward(G)
            self.gradients["b"] = G.mean(axis=0)
            return back

    Z = rng.normal(size=(5, 6))
    assert layer_errors(ForgetsTheMean(), Z, rng)["Z"] > 1e-2
    errors = layer_errors(ForgetsTheSum(6, 4, rng), Z, rng)
    assert errors["b"] > 0.5 and errors["W"] < 1e-7


def test_sum_of_outputs_would_pass_a_softmax_that_returns_nothing():
    rng = np.random.default_rng(0)
    layer = nonelementwise.SoftmaxUnits()
    layer.forward(rng.normal(size=(5, 6)))
    np.testing.assert_allclose(layer.backward(np.ones((5, 6))), 0, atol=1e-15)
