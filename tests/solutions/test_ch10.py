"""The exercises of chapter 10."""

import numpy as np
import pytest

from needlebook import Tensor, ops
from needlebook.convolution import matrices
from needlebook.solutions import ch10

pytestmark = pytest.mark.since("10")


@pytest.mark.parametrize("kernel, dilation, padding", [(1, 1, 0), (3, 1, 1), (3, 2, 2)])
def test_10_same_padding_keeps_the_size(kernel, dilation, padding):
    assert ch10.same_padding(kernel, dilation) == padding
    x, w = np.ones((1, 9, 9, 1)), np.ones((kernel, kernel, 1, 1))
    assert ops.conv(x, w, 1, padding, dilation).shape == x.shape


def test_10_an_even_kernel_cannot_share_its_zeros():
    with pytest.raises(ValueError, match="two sides cannot share"):
        ch10.same_padding(4)


def test_10_tiles_are_a_view():
    A = np.arange(24.0).reshape(4, 6)
    tiles = ch10.tile(A, 2)
    assert (tiles[1, 2] == A[2:4, 4:6]).all() and np.shares_memory(tiles, A)


@pytest.mark.parametrize("stride, padding, dilation", [(1, 0, 1), (2, 1, 1), (3, 2, 2)])
def test_10_the_transposed_convolution_is_the_adjoint(stride, padding, dilation):
    assert ch10.gap_of_adjoints(stride, padding, dilation) < 1e-12


def test_10_most_of_the_gradient_lies_in_the_middle_of_the_field():
    field, side = ch10.effective_field(8)
    assert field == 17 and 0 < side < field


def test_10_a_filter_is_found_again_from_what_it_did():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(8, 8)), rng.normal(size=(3, 3))
    z = (matrices.by_filter(x, 3) @ w.ravel()).reshape(6, 6)
    assert ch10.recover_filter(x, z, 3) == pytest.approx(w)
    assert ch10.recover_filter(x, z + 1, 3) != pytest.approx(w)


def test_10_a_masked_convolution_sees_nothing_that_comes_later():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 6, 6, 1)), Tensor(rng.normal(size=(3, 3, 1, 1)))
    changed = x.copy()
    changed[0, 3, 3:] += 1.0
    changed[0, 4:] += 1.0
    one, other = (ch10.masked_conv(Tensor(a), w).numpy() for a in (x, changed))
    assert (one[0, :3] == other[0, :3]).all() and (
        one[0, 3, :4] == other[0, 3, :4]
    ).all()
    assert (one[0, 4] != other[0, 4]).any()


def test_10_four_multiplications_make_two_outputs():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=4), rng.normal(size=3)
    assert ch10.winograd_row(x, w) == pytest.approx(np.correlate(x, w))


def test_10_a_separable_convolution_has_fewer_weights():
    assert ch10.separable_weights(3, 64, 64) == 3 * 3 * 64 + 64 * 64
