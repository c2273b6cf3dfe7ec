import numpy as np
import pytest

from needlebook.data import (
    Compose,
    Digits,
    GaussianNoise,
    Normalize,
    RandomCrop,
    RandomErase,
    RandomFlipHorizontal,
    RandomRotate,
)
from needlebook.data.data_transforms import rotate
from needlebook.data.drawing import drawing_from

pytestmark = pytest.mark.since("7")
IMAGE = np.random.default_rng(0).random((6, 5, 2)).astype("float32")


def test_the_flip_draws_once_even_when_it_never_flips():
    np.random.seed(0)
    np.testing.assert_array_equal(RandomFlipHorizontal(0.0)(IMAGE), IMAGE)
    after = np.random.rand()
    np.random.seed(0)
    np.random.rand()
    assert np.random.rand() == after
    np.testing.assert_array_equal(RandomFlipHorizontal(1.0)(IMAGE), IMAGE[:, ::-1])


@pytest.mark.parametrize("seed", range(6))
def test_the_crop_is_the_window_that_the_course_pins(seed):
    np.random.seed(seed)
    found = RandomCrop(2)(IMAGE)
    np.random.seed(seed)
    i, j = np.random.randint(low=-2, high=3, size=2)
    padded = np.pad(IMAGE, [(2, 2), (2, 2), (0, 0)])
    np.testing.assert_array_equal(found, padded[2 + i : 8 + i, 2 + j : 7 + j])


def test_quarter_turns_are_numpys():
    square = IMAGE[:5]
    for quarters in range(4):
        np.testing.assert_allclose(
            rotate(square, 90.0 * quarters), np.rot90(square, quarters), atol=1e-6
        )


def test_a_small_turn_keeps_size_type_and_sum():
    image = Digits()[3][0]
    turned = rotate(image, 10.0)
    assert turned.shape == image.shape and turned.dtype == image.dtype
    assert abs(turned.sum() / image.sum() - 1) < 0.1
    np.testing.assert_allclose(rotate(image, 0.0), image, atol=1e-6)


def test_normalize_noise_and_erase():
    normal = Normalize(IMAGE.mean((0, 1)), IMAGE.std((0, 1)))(IMAGE)
    np.testing.assert_allclose(normal.mean((0, 1)), 0, atol=1e-6)
    np.testing.assert_allclose(normal.std((0, 1)), 1, atol=1e-6)
    assert 0.05 < (GaussianNoise(0.1)(IMAGE) - IMAGE).std() < 0.2
    before = IMAGE.copy()
    assert (RandomErase(2)(IMAGE) == 0).all(axis=2).sum() == 4
    np.testing.assert_array_equal(IMAGE, before)


def test_a_pipeline_is_its_parts_in_order_and_draws_from_its_source():
    parts = [RandomCrop(1), RandomRotate(20), GaussianNoise(0.1)]
    with drawing_from(np.random.RandomState(1)):
        together = Compose(*parts)(IMAGE)
    with drawing_from(np.random.RandomState(1)):
        apart = IMAGE
        for part in parts:
            apart = part(apart)
    np.testing.assert_array_equal(together, apart)
    assert repr(RandomCrop(1)) == "RandomCrop(padding=1)"
