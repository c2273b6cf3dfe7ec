"""The exercises of chapter 10."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.convolution import ways
from needlebook.convolution.counts import conv_parameters
from needlebook.solutions import ch10

pytestmark = pytest.mark.since("10")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_10_1_the_padding_keeps_the_size():
    x = Tensor(draws(1, 9, 9, 1))
    for k, d in [(1, 1), (3, 1), (5, 2), (2, 2), (4, 2)]:
        p = ch10.same_padding(k, d)
        assert ops.conv(x, Tensor(draws(k, k, 1, 1)), 1, p, d).shape == x.shape
    with pytest.raises(ValueError, match="kernel 2"):
        ch10.same_padding(2)


def test_10_2_tiles_share_memory():
    A = draws(6, 8)
    tiles = ch10.tile(A, 2)
    assert tiles.shape == (3, 4, 2, 2) and np.shares_memory(tiles, A)
    np.testing.assert_array_equal(tiles[1, 2], A[2:4, 4:6])


def test_10_3_products_unless_there_is_one_output_channel():
    assert ch10.cheaper_view(16, 16) == "products"
    assert ch10.cheaper_view(1, 1) == "pairs"


def test_10_4_separable_weights():
    assert ch10.separable_weights(3, 512, 512) == 266_752
    assert conv_parameters(3, 512, 512) > 8 * ch10.separable_weights(3, 512, 512)


@pytest.mark.np
@pytest.mark.parametrize("stride, padding, dilation", [(1, 0, 1), (2, 1, 1), (3, 4, 2)])
def test_10_5_transposes(stride, padding, dilation):
    assert ch10.gap_of_adjoints(stride, padding, dilation) < 1e-10


@pytest.mark.np
def test_10_5_catches_a_forgotten_flip(monkeypatch):
    monkeypatch.setattr("needlebook.ops.ops_conv.flip", lambda a, axes: a)
    assert ch10.gap_of_adjoints(1, 1) > 1e-3


def test_10_6_what_matters_grows_more_slowly():
    sizes = [ch10.effective_field(depth) for depth in (4, 16)]
    assert [field for field, _ in sizes] == [9, 33]
    assert sizes[1][1] < 2.5 * sizes[0][1]


def test_10_7_the_filter_is_recovered():
    x, w = draws(9, 9), draws(3, 3, seed=1)
    z = ways.shifted_products(x[None, :, :, None], w[:, :, None, None])[0, :, :, 0]
    np.testing.assert_allclose(ch10.recover_filter(x, z, 3), w)


def test_10_8_no_pixel_sees_itself_or_what_follows():
    x, w = Tensor(draws(1, 5, 5, 1)), Tensor(draws(3, 3, 1, 1, seed=1))
    adjoint = np.zeros((1, 5, 5, 1))
    adjoint[0, 2, 2, 0] = 1
    ch10.masked_conv(x, w).backward(Tensor(adjoint))
    seen = x.grad.numpy().ravel() != 0
    assert not seen[12:].any() and seen[:12].sum() == 4


def test_10_9_four_multiplications():
    x, w = draws(4), draws(3, seed=1)
    np.testing.assert_allclose(ch10.winograd_row(x, w), np.correlate(x, w, "valid"))
