"""One loop, three hypothesis classes."""

import pytest

from needlebook.experiments.hypotheses import (
    SHAPES,
    linear,
    residual_shared,
    train,
    two_layer,
)

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize("hypothesis", SHAPES, ids=lambda h: h.__name__)
def test_one_loop_trains_every_hypothesis(hypothesis):
    before, after, _ = train(hypothesis)
    assert after < before / 4


@pytest.mark.parametrize("hypothesis", SHAPES, ids=lambda h: h.__name__)
def test_gradients_of_every_hypothesis_pass_the_check(hypothesis):
    assert train(hypothesis, steps=0)[2] < 1e-7


def test_the_richer_classes_fit_better():
    left = {h: train(h)[1] for h in (linear, two_layer, residual_shared)}
    assert left[two_layer] < left[linear] / 2
    assert left[residual_shared] < left[linear] / 2
