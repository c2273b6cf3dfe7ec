import pickle

import numpy as np
import pytest

from needlebook.convolution import ways
from needlebook.errors import DatasetError
from needlebook.experiments import (
    cifar_training,
    conv_graphs,
    conv_ways,
    small_networks,
)

pytestmark = pytest.mark.since("10")


@pytest.mark.np
def test_the_composed_graph_keeps_many_times_the_bytes():
    nodes, held = conv_graphs.kept(conv_graphs.composed)
    one, held_by_one = conv_graphs.kept(conv_graphs.atomic)
    assert one == 1 and nodes > 40
    assert held_by_one == 8 * 4 * 16 * 16 * 16
    assert held > 15 * held_by_one


@pytest.mark.np
def test_im2col_in_the_graph_keeps_the_columns():
    _, held = conv_graphs.kept(lambda x, w: conv_graphs.composed(x, w, columns=True))
    _, held_by_one = conv_graphs.kept(conv_graphs.atomic)
    assert held >= held_by_one + 8 * 9 * 4 * 16 * 16 * 8


@pytest.mark.np
def test_the_composed_graph_computes_the_same():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 6, 6, 3)), rng.normal(size=(3, 3, 3, 4))
    for columns in (False, True):
        found, grads = [], []
        for function in (
            conv_graphs.atomic,
            lambda x, w, columns=columns: conv_graphs.composed(x, w, columns),
        ):
            a, b = conv_graphs.Tensor(x), conv_graphs.Tensor(w)
            out = function(a, b)
            (out**2).sum().backward()
            found.append(out.numpy())
            grads.append((a.grad.numpy(), b.grad.numpy()))
        np.testing.assert_allclose(*found)
        for one, other in zip(*grads, strict=True):
            np.testing.assert_allclose(one, other)


def test_one_product_takes_memory_with_the_square_of_the_kernel():
    peaks = []
    for kernel in (3, 11):
        x, W = conv_ways.layer(2, 34, 16, 16, kernel)
        peaks.append(conv_ways.peak_bytes(ways.one_product, x, W))
        columns = 4 * 2 * (35 - kernel) ** 2 * kernel**2 * 16
        assert columns <= peaks[-1] < 1.5 * columns
        assert conv_ways.peak_bytes(ways.shifted_products, x, W) < columns
    assert peaks[1] > 5 * peaks[0]


def test_pairs_of_channels_read_the_image_more_often():
    pairs = conv_ways.passes(ways.channel_pairs, 16, 16, 3)
    products = conv_ways.passes(ways.shifted_products, 16, 16, 3)
    assert pairs == 16 * products
    one = conv_ways.passes(ways.channel_pairs, 1, 1, 3)
    assert one == conv_ways.passes(ways.shifted_products, 1, 1, 3)


def test_the_networks_have_about_as_many_parameters():
    sizes = []
    for make in (small_networks.mlp, small_networks.pooled, small_networks.strided):
        sizes.append(sum(p.numpy().size for p in make().parameters()))
    assert max(sizes) < 1.02 * min(sizes)


@pytest.fixture(scope="module")
def after():
    """Accuracy, accuracy when moved, and change of hidden values: five seeds each."""
    makes = (small_networks.mlp, small_networks.pooled, small_networks.strided)
    return {
        make.__name__: np.array(
            [small_networks.after_a_shift(make, s) for s in range(5)]
        )
        for make in makes
    }


def test_a_shift_changes_the_values_of_a_linear_layer_only(after):
    assert after["mlp"][:, 2].min() > 0.3
    assert after["pooled"][:, 2].max() < 1e-6
    assert after["strided"][:, 2].min() > 0.3


def test_a_shift_costs_the_pooled_network_less_and_still_much(after):
    lost = {name: (a[:, 0] - a[:, 1]).mean() for name, a in after.items()}
    assert lost["pooled"] < lost["mlp"] - 0.05
    assert lost["pooled"] > 0.15


def test_a_strided_network_stands_a_shift_no_better_than_an_mlp(after):
    assert after["strided"][:, 1].mean() < after["mlp"][:, 1].mean() + 0.03


def test_pooling_and_strides_are_alike_in_place(after):
    assert abs(after["pooled"][:, 0].mean() - after["strided"][:, 0].mean()) < 0.03


def test_the_residual_network_learns_the_digits():
    found = []
    for seed in range(3):
        network, X, y = small_networks.trained(small_networks.residual, seed)
        found.append(small_networks.accuracy(network, X, y))
    assert np.mean(found) > 0.95


def cifar_folder(folder, count=20):
    """Batches in the format of CIFAR-10: two classes, dark and bright images."""
    rng = np.random.default_rng(0)
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        labels = np.arange(count) % 2
        pixels = rng.integers(0, 100, (count, 3072)) + 150 * labels[:, None]
        batch = {b"data": pixels.astype("uint8"), b"labels": labels.tolist()}
        (folder / name).write_bytes(pickle.dumps(batch))
    return folder


def test_one_command_trains_on_cifar_and_goes_on_from_its_checkpoint(tmp_path):
    folder, checkpoint = cifar_folder(tmp_path), tmp_path / "checkpoint.npz"
    options = [
        "--folder",
        str(folder),
        "--batch",
        "20",
        "--checkpoint",
        str(checkpoint),
    ]
    first = cifar_training.main([*options, "--epochs", "1"])
    longer = cifar_training.main([*options, "--epochs", "8"])
    assert longer[:1] == first
    assert [record["epoch"] for record in longer] == list(range(1, 9))
    assert longer[-1]["validation error"] < 0.1
    (folder / "test_batch").unlink()
    with pytest.raises(DatasetError, match="test_batch"):
        cifar_training.main(options)
