"""Expression swell."""

import pytest

from needlebook.experiments.swell import logistic_swell, product_costs

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize("n", [3, 5, 10, 20, 50])
def test_symbolic_gradient_of_a_product_takes_n_times_n_minus_2(n):
    symbolic, reverse = product_costs(n)
    assert symbolic == n * (n - 2)
    assert reverse == 3 * (n - 1)


def test_formula_of_the_logistic_map_doubles_and_the_program_does_not():
    counts = [logistic_swell(rounds) for rounds in range(1, 11)]
    for k, (program, formula, slope, reverse) in enumerate(counts, start=1):
        assert program == 3 * k
        assert formula == 3 * (2**k - 1)
        assert reverse == 9 * k
        assert k < 2 or slope > 2 * formula
    assert counts[-1][2] > 4 * counts[-2][2] / 2
