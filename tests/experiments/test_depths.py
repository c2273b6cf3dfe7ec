"""The general formula at every depth, with and without biases."""

import pytest

from needlebook.experiments.depths import formula_errors

pytestmark = pytest.mark.since("3b")


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("depth", range(1, 7))
def test_formula_agrees_with_the_oracle(depth, bias):
    by_W, by_b, by_X = formula_errors(depth, bias)
    assert max(by_W, by_b, by_X) < 1e-7
    assert (by_b > 0) == bias


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(1, 21))
def test_formula_agrees_with_the_oracle_for_other_networks(seed):
    for depth in range(1, 7):
        assert max(formula_errors(depth, seed=seed)) < 1e-6


def test_planted_fault_in_the_formula_is_noticed(monkeypatch):
    from needlebook.manual import backprop

    right = backprop.backward

    def without_first_bias(*arguments):
        found = right(*arguments)
        return found._replace(biases=[0 * found.biases[0], *found.biases[1:]])

    monkeypatch.setattr(backprop, "backward", without_first_bias)
    by_W, by_b, by_X = formula_errors(3)
    assert by_b == 1 and max(by_W, by_X) < 1e-7
