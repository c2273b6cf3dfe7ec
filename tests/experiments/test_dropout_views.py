import numpy as np
import pytest

from needlebook.experiments.dropout_views import (
    by_noise,
    change_of_function,
    mask_estimates,
    mask_variance,
    monte_carlo,
    subset_estimates,
    subset_variance,
    terms_of_a_sum,
    two_noises,
)

pytestmark = pytest.mark.since("9")


def test_masks_change_the_function_massively_and_less_its_class_after_training():
    plain, trained = (
        np.mean([change_of_function(drop, (0.5,), s) for s in range(2)], axis=0)[0]
        for drop in (0.0, 0.5)
    )
    assert plain[0] > 0.7 and trained[0] > 0.4
    assert plain[1] > 0.3 and trained[1] < 0.6 * plain[1]


def test_the_spread_over_masks_is_larger_where_the_network_is_wrong():
    for seed in range(3):
        right, wrong = monte_carlo(seed=seed)["spread"]
        assert wrong > 1.1 * right


def test_the_mean_over_masks_predicts_no_better_here():
    for seed in range(3):
        found = monte_carlo(seed=seed)
        assert found["loss"][1] > found["loss"][0]
        assert abs(found["error"][1] - found["error"][0]) < 0.02


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_units_and_examples_obey_one_formula(share):
    for terms in terms_of_a_sum():
        k = int(share * len(terms))
        drawn = subset_estimates(terms, k)
        assert drawn.var() == pytest.approx(subset_variance(terms, k), rel=0.1)
        error = np.sqrt(subset_variance(terms, k) / len(drawn))
        assert abs(drawn.mean() - terms.sum()) < 4 * error


def test_masks_have_the_variance_of_independent_terms():
    for terms in terms_of_a_sum():
        drawn = mask_estimates(terms, 0.5)
        assert drawn.var() == pytest.approx(mask_variance(terms, 0.5), rel=0.1)


def test_the_formula_with_replacement_is_refuted():
    units, _ = terms_of_a_sum()
    n, k = len(units), len(units) // 2
    with_replacement = n**2 / k * units.var()
    assert subset_estimates(units, k).var() < 0.7 * with_replacement


def test_minibatches_end_at_the_smallest_solution_and_dropout_at_ridge():
    by_batch, by_mask, smallest, ridge = two_noises()
    size = np.linalg.norm(smallest)
    assert np.linalg.norm(by_batch - smallest) < 1e-8 * size
    assert np.linalg.norm(by_mask - ridge) < 0.1 * size
    assert np.linalg.norm(by_mask - smallest) > 0.2 * size


def test_dropout_helps_where_small_batches_do_not():
    tests = {
        kind: np.mean([by_noise(kind, seed)[1] for seed in range(4)])
        for kind in ("none", "batch", "dropout")
    }
    assert tests["dropout"] < tests["none"] - 0.03
    assert tests["batch"] > tests["none"] - 0.03
