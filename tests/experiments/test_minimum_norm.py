import numpy as np
import pytest

from needlebook.experiments.loss_plane import direction_only, one_example, path
from needlebook.experiments.minimum_norm import (
    descend,
    distance_travelled,
    inside_rows,
    nearest_solution,
    underdetermined,
)

pytestmark = pytest.mark.since("9")


def test_from_zero_descent_finds_the_solution_of_smallest_norm():
    X, y = underdetermined()
    w = descend(X, y, np.zeros(60))
    np.testing.assert_allclose(w, np.linalg.pinv(X) @ y, atol=1e-12)
    assert inside_rows(X, w) == pytest.approx(1)


def test_from_elsewhere_it_finds_the_nearest_solution_and_not_the_smallest():
    X, y = underdetermined()
    start = np.random.default_rng(1).normal(size=60)
    w = descend(X, y, start)
    np.testing.assert_allclose(w, nearest_solution(X, y, start), atol=1e-12)
    assert np.linalg.norm(w) > 2 * np.linalg.norm(np.linalg.pinv(X) @ y)
    assert inside_rows(X, w) < 0.5


def test_a_step_out_of_the_span_of_the_rows_is_seen():
    X, y = underdetermined()
    outside = np.linalg.svd(X)[2][-1]
    wrong = descend(X, y, np.zeros(60)) + outside
    assert np.allclose(X @ wrong, y)
    assert inside_rows(X, wrong) < 0.9


def test_the_wider_the_network_the_less_far_it_goes():
    went = [
        np.mean([distance_travelled(w, s)[0] for s in range(3)]) for w in (16, 64, 256)
    ]
    assert went[0] > 1.5 * went[1] > 1.5 * 1.5 * went[2]
    assert distance_travelled(256, 0)[1] < 0.02


def test_in_the_plane_every_path_ends_at_the_nearest_point_of_the_valley():
    X, y = np.array([[1.0, 2.0]]), np.array([2.0])
    for start in ((0.0, 0.0), (-1.5, 1.0)):
        end = path(one_example, start, 0.1, 60)[-1]
        np.testing.assert_allclose(
            end, nearest_solution(X, y, np.array(start)), atol=1e-6
        )


def test_where_only_the_direction_counts_paths_lead_outward_and_decay_inward():
    free = np.linalg.norm(path(direction_only, (-1.5, 1.0), 0.5, 40), axis=1)
    held = np.linalg.norm(path(direction_only, (-1.5, 1.0), 0.5, 40, 0.15), axis=1)
    assert np.all(np.diff(free) >= 0) and held[-1] < held[0]
