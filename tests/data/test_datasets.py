import gzip
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest

from needlebook.data import (
    CIFAR10Dataset,
    Corpus,
    Digits,
    MNISTDataset,
    RandomCrop,
    batchify,
    get_batch,
)
from needlebook.data.download import file_md5
from needlebook.data.sources import CIFAR10_FILE, MNIST_FILES
from needlebook.errors import DatasetError
from needlebook.manual.mnist import find_mnist

pytestmark = pytest.mark.since("7")


def write_idx(path, array):
    header = (
        b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    )
    path.write_bytes(gzip.compress(header + array.tobytes()))
    return path


@pytest.fixture
def files(tmp_path):
    pixels = np.random.default_rng(0).integers(256, size=(7, 28, 28)).astype("uint8")
    images = write_idx(tmp_path / "images.gz", pixels)
    return (
        images,
        write_idx(tmp_path / "labels.gz", np.arange(7, dtype="uint8")),
        pixels,
    )


def test_mnist_by_number_slice_and_array(files):
    images, labels, pixels = files
    data = MNISTDataset(images, labels)
    x, y = data[3]
    assert len(data) == 7 and x.shape == (28, 28, 1) and x.dtype == "float32" and y == 3
    np.testing.assert_array_equal(x[:, :, 0], pixels[3] / np.float32(255))
    assert data[2:5][0].shape == (3, 28, 28, 1)
    np.testing.assert_array_equal(data[np.array([6, 1])][1], [6, 1])


def test_transforms_see_one_image_at_a_time(files):
    data = MNISTDataset(*files[:2], transforms=[RandomCrop(2), RandomCrop(1)])
    np.random.seed(1)
    stacked = data[:3][0]
    np.random.seed(1)
    np.testing.assert_array_equal(stacked, [data[i][0] for i in range(3)])


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def damage_flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def damage_page(path):
    path.write_text("<html>404</html>")


def damage_short(path):
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(content[:-1]))


@pytest.mark.parametrize("damage", [damage_cut, damage_flip, damage_page, damage_short])
def test_a_damaged_file_is_named_with_where_to_get_it(files, damage):
    damage(files[0])
    with pytest.raises(
        DatasetError, match=r"^\S*images.gz: damaged.*expected.*https://"
    ):
        MNISTDataset(*files[:2])


def test_a_missing_file_is_named_with_where_to_get_it(files, monkeypatch):
    os.remove(files[1])
    with pytest.raises(DatasetError, match="labels.gz: no such file.*https://"):
        MNISTDataset(*files[:2])
    monkeypatch.setenv("NEEDLEBOOK_DATA", str(files[0].parent))
    with pytest.raises(DatasetError, match="train-images.*NEEDLEBOOK_DATA names"):
        MNISTDataset.find()


if find_mnist("test") is not None:

    def test_the_real_files_have_the_sums_that_are_listed_as_confirmed():
        for source in MNIST_FILES.values():
            if source.confirmed:
                path = os.path.join(os.environ["NEEDLEBOOK_DATA"], source.name)
                assert file_md5(path, source.unpacked) == source.md5
        data = MNISTDataset.find(train=False)
        assert data.images.shape == (10000, 28, 28, 1)


def test_digits_are_split_once_and_whole():
    train, test = Digits(), Digits(train=False)
    assert len(train) == 1500 and len(test) == 297
    assert train[0][0].shape == (8, 8, 1) and train.images.dtype == "float32"
    np.testing.assert_array_equal(train.images, Digits().images)


def write_cifar(folder):
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        data = rng.integers(256, size=(4, 3072)).astype("uint8")
        batch = {b"data": data, b"labels": [0, 1, 2, 9]}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))
    return data


def test_cifar_has_planes_first_and_values_up_to_one(tmp_path):
    data = write_cifar(tmp_path / "c")
    train, test = CIFAR10Dataset(tmp_path / "c"), CIFAR10Dataset(tmp_path / "c", False)
    assert train.X.shape == (20, 3, 32, 32) and test.y.tolist() == [0, 1, 2, 9]
    x, y = test[1]
    assert x.shape == (3, 32, 32) and y == 1 and test[:2][0].shape == (2, 3, 32, 32)
    np.testing.assert_allclose(x.ravel(), data[1] / 255, atol=1e-6)


def test_cifar_is_unpacked_whole_from_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NEEDLEBOOK_DATA", str(tmp_path))
    write_cifar(tmp_path / "cifar-10-batches-py")
    with tarfile.open(tmp_path / CIFAR10_FILE.name, "w:gz") as tar:
        tar.add(tmp_path / "cifar-10-batches-py", "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py").rename(tmp_path / "away")
    assert len(CIFAR10Dataset.find(train=False)) == 4


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Evil()),
        pickle.dumps({b"data": np.zeros((2, 3072))})[:-9],
        pickle.dumps({b"data": np.zeros((2, 9)), b"labels": [1, 2]}, protocol=2),
        b"",
    ],
)
def test_a_bad_pickle_runs_nothing_and_is_named(tmp_path, content):
    (tmp_path / "test_batch").write_bytes(content)
    with pytest.raises(DatasetError, match="test_batch: damaged.*cs.toronto.edu"):
        CIFAR10Dataset(tmp_path, train=False)


def test_the_corpus_numbers_words_and_ends_lines(tmp_path):
    (tmp_path / "train.txt").write_text("a b a\nc\n")
    (tmp_path / "test.txt").write_text("b d\n")
    corpus = Corpus(tmp_path)
    assert corpus.dictionary.idx2word == ["a", "b", "<eos>", "c", "d"]
    assert corpus.train == [0, 1, 0, 2, 3, 2] and corpus.test == [1, 4, 2]
    assert Corpus(tmp_path, max_lines=1).train == [0, 1, 0, 2]
    with pytest.raises(DatasetError, match="train.txt: no such file"):
        Corpus(tmp_path / "nowhere")


def test_columns_are_read_in_parallel_and_targets_are_the_next_words():
    batches = batchify(list(range(13)), 3, None, "float32")
    np.testing.assert_array_equal(batches.T, np.arange(12).reshape(3, 4))
    x, y = get_batch(batches, 0, 2)
    np.testing.assert_array_equal(x.numpy(), [[0, 4, 8], [1, 5, 9]])
    np.testing.assert_array_equal(y.numpy(), [1, 5, 9, 2, 6, 10])
    assert get_batch(batches, 2, 5)[0].shape == (1, 3)
