"""Convolution as the chapter tells it: five ways, two matrices, borders, fields."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.convolution import counts, matrices, padding, receptive, ways
from needlebook.convolution.groups import block_diagonal
from needlebook.gradcheck import gradcheck
from tests.closeness import close

pytestmark = pytest.mark.since("10")


def draws(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("way", ways.WAYS)
@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_every_way_computes_what_the_loops_say(way, k):
    x, W = draws(2, 7, 6, 3), draws(k, k, 3, 4, seed=1)
    np.testing.assert_allclose(way(x, W), ways.seven_loops(x, W), atol=1e-12)


def test_a_way_that_flips_is_another_function():
    x, W = draws(1, 5, 5, 1), draws(3, 3, 1, 1, seed=1)
    flipped = ways.shifted_products(x, W[::-1, ::-1])
    assert abs(flipped - ways.seven_loops(x, W)).max() > 0.1


def test_it_is_the_correlation_of_signal_processing():
    signal, taps = draws(9), draws(3, seed=2)
    filters = np.stack([0 * taps, taps, 0 * taps])[:, :, None, None]
    image = np.tile(signal[None, None, :, None], (1, 3, 1, 1))
    ours = ways.shifted_products(image, filters)[0, 0, :, 0]
    np.testing.assert_allclose(ours, np.correlate(signal, taps, "valid"))
    np.testing.assert_allclose(ours, np.convolve(signal, taps[::-1], "valid"))
    assert abs(ours - np.convolve(signal, taps, "valid")).max() > 0.1


def test_the_counts_of_the_text():
    assert counts.linear_parameters((256, 256, 3), 1000) == 196_608_000
    assert counts.conv_parameters(3, 3, 64) == 1728
    assert counts.conv_parameters(3, 2048, 2048) > 37_000_000
    assert counts.conv_parameters(3, 64, 64, groups=64) == 9 * 64


def test_both_matrices_give_the_convolution():
    x, W = draws(8, 8), draws(3, 3, seed=1)
    expected = ways.seven_loops(x[None, :, :, None], W[:, :, None, None]).ravel()
    np.testing.assert_allclose(matrices.banded(W, 8) @ x.ravel(), expected)
    np.testing.assert_allclose(matrices.by_filter(x, 3) @ W.ravel(), expected)


def test_the_transpose_convolves_with_the_flipped_filter():
    W, v = draws(3, 3), draws(6, 6, seed=1)
    padded = np.pad(v, 2)[None, :, :, None]
    transposed = matrices.banded(W, 8).T @ v.ravel()
    flipped = ways.shifted_products(padded, W[::-1, ::-1, None, None])
    np.testing.assert_allclose(flipped.ravel(), transposed)
    forgotten = ways.shifted_products(padded, W[:, :, None, None])
    assert abs(forgotten.ravel() - transposed).max() > 0.1


def test_adjoints_are_products_with_the_transposed_matrices():
    image, W, v = draws(8, 8), draws(3, 3, seed=1), draws(6, 6, seed=2)
    x, w = Tensor(image[None, :, :, None]), Tensor(W[:, :, None, None])
    ops.conv(x, w, padding=0).backward(Tensor(v[None, :, :, None]))
    by_image = matrices.banded(W, 8).T @ v.ravel()
    by_taps = matrices.by_filter(image, 3).T @ v.ravel()
    close(x.grad.numpy().ravel(), by_image)
    close(w.grad.numpy().ravel(), by_taps)


@pytest.mark.parametrize("size", [8, 16, 32])
def test_the_banded_matrix_is_nearly_empty_and_im2col_is_full(size):
    taps = np.arange(1.0, 10.0).reshape(3, 3)
    assert matrices.density(matrices.banded(taps, size)) == 9 / size**2
    assert matrices.density(matrices.by_filter(draws(size, size), 3)) == 1


@pytest.mark.parametrize("groups", [1, 2, 4, 8])
def test_groups_are_block_diagonal_filters(groups):
    x, W = Tensor(draws(2, 6, 6, 8)), draws(3, 3, 8 // groups, 16, seed=1)
    grouped = ops.conv(x, Tensor(W), groups=groups).numpy()
    full = ops.conv(x, Tensor(block_diagonal(W, groups))).numpy()
    close(grouped, full, atol=1e-12)


def test_an_output_of_a_depthwise_layer_sees_one_channel():
    x, W = Tensor(draws(1, 5, 5, 4)), Tensor(draws(3, 3, 1, 4, seed=1))
    ops.conv(x, W, groups=4).backward(Tensor(np.eye(4)[2] * np.ones((1, 5, 5, 4))))
    touched = x.grad.numpy().any(axis=(0, 1, 2))
    np.testing.assert_array_equal(touched, [False, False, True, False])


@pytest.mark.parametrize("mode, theirs", list(padding.MODES.items()))
def test_padding_is_that_of_numpy_and_has_a_gradient(mode, theirs):
    x = draws(2, 5, 6, 2)
    widths = ((0, 0), (2, 2), (2, 2), (0, 0))
    found = padding.pad_image(Tensor(x), 2, mode).numpy()
    close(found, np.pad(x, widths, mode=theirs), atol=1e-12)
    gradcheck(lambda x: padding.pad_image(x, 2, mode), Tensor(x), verbose=False)


def test_only_odd_kernels_keep_the_size():
    image = Tensor(draws(1, 8, 8, 1))
    for k in range(1, 7):
        sizes = {
            ops.conv(image, Tensor(draws(k, k, 1, 1)), padding=p).shape[1]
            for p in range(k)
        }
        assert (8 in sizes) == (k % 2 == 1)


@pytest.mark.parametrize(
    "layers, field, pixels",
    [
        ([(3, 1, 1)] * 3, 7, 49),
        ([(3, 2, 1), (3, 1, 1), (3, 1, 1)], 11, 121),
        ([(3, 1, 1), (3, 1, 2), (3, 1, 4)], 15, 225),
        ([(3, 1, 2)] * 3, 13, 49),
        ([(4, 4, 1), (3, 1, 1)], 12, 144),
    ],
)
def test_the_receptive_field_by_formula_and_by_gradient(layers, field, pixels):
    assert receptive.by_formula(layers) == field
    assert receptive.by_gradient(layers) == (field, pixels)


def test_a_patch_embedding_is_a_strided_convolution():
    images, W = draws(2, 8, 8, 3), draws(4, 4, 3, 10, seed=1)
    strided = ops.conv(images, W, stride=4, padding=0)
    patches = images.reshape(2, 2, 4, 2, 4, 3).swapaxes(2, 3).reshape(2, 2, 2, 48)
    np.testing.assert_allclose(patches @ W.reshape(48, 10), strided)
