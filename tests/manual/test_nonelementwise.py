import numpy as np
import pytest

from needlebook.manual.convolution import AsImage, Convolution, MaxPool
from needlebook.manual.nonelementwise import (
    GatedLinear,
    GroupSort,
    Maxout,
    RootMeanSquare,
    SoftmaxUnits,
)

pytestmark = pytest.mark.since("3a")

Z = np.array([[1.0, -2.0, 0.5, 3.0], [0.0, 0.0, -1.0, -4.0]])


def test_maxout_takes_the_largest_of_each_group():
    np.testing.assert_array_equal(Maxout().forward(Z), [[1.0, 3.0], [0.0, -1.0]])


def test_groupsort_sorts_within_groups_and_keeps_the_norm():
    out = GroupSort().forward(Z)
    np.testing.assert_array_equal(out, [[-2.0, 1.0, 0.5, 3.0], [0.0, 0.0, -4.0, -1.0]])
    np.testing.assert_allclose(np.linalg.norm(out), np.linalg.norm(Z))


def test_the_gate_closes_and_opens():
    gated = GatedLinear().forward(np.array([[7.0, 7.0, 50.0, -50.0]]))
    np.testing.assert_allclose(gated, [[7.0, 0.0]], atol=1e-12)


def test_softmax_units_have_mean_one():
    np.testing.assert_allclose(SoftmaxUnits().forward(Z).mean(axis=1), 1.0)


def test_rms_keeps_the_direction_only():
    layer = RootMeanSquare(epsilon=0.0)
    np.testing.assert_allclose(layer.forward(Z), layer.forward(10 * Z))


@pytest.mark.parametrize("layer", [Maxout(3), GroupSort(3)])
def test_groups_that_do_not_fit_are_refused(layer):
    with pytest.raises(ValueError, match="4 features do not split into 3s"):
        layer.forward(Z)


def test_an_odd_gate_is_refused():
    with pytest.raises(ValueError, match="even width, got 3"):
        GatedLinear().forward(Z[:, :3])


def test_convolution_is_the_sum_over_a_window():
    rng = np.random.default_rng(0)
    layer = Convolution(1, 1, rng)
    image = rng.normal(size=(1, 5, 6, 1))
    out = layer.forward(image)
    kernel = layer.parameters["W"].reshape(3, 3)
    padded = np.pad(image[0, :, :, 0], 1)
    for i in range(5):
        for j in range(6):
            expected = np.sum(padded[i : i + 3, j : j + 3] * kernel)
            assert out[0, i, j, 0] == pytest.approx(expected)


def test_convolution_moves_with_the_image():
    rng = np.random.default_rng(0)
    layer = Convolution(1, 3, rng)
    image = np.zeros((1, 8, 8, 1))
    image[0, 2:5, 2:5, 0] = rng.normal(size=(3, 3))
    moved = np.roll(image, (1, 2), axis=(1, 2))
    out = np.roll(layer.forward(image), (1, 2), axis=(1, 2))
    np.testing.assert_allclose(layer.forward(moved), out)


def test_pooling_takes_the_largest_of_each_square():
    image = AsImage(4, 4).forward(np.arange(16.0)[None])
    np.testing.assert_array_equal(
        MaxPool().forward(image)[0, :, :, 0], [[5, 7], [13, 15]]
    )


def test_pooling_wants_even_sizes():
    with pytest.raises(ValueError, match=r"even height and width, got \(1, 3, 4, 1\)"):
        MaxPool().forward(np.zeros((1, 3, 4, 1)))
