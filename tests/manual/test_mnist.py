"""The reader of MNIST's files, on small files of that form."""

import gzip

import numpy as np
import pytest

from needlebook.manual.mnist import FILES, find_mnist, parse_mnist, read_idx

pytestmark = pytest.mark.since("3b")


def write_idx(path, array):
    sizes = np.array(array.shape, dtype=">u4").tobytes()
    content = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content))
    return path


@pytest.fixture
def folder(tmp_path):
    images, labels = FILES["train"]
    write_idx(tmp_path / images, np.arange(2 * 3 * 4).reshape(2, 3, 4) * 11)
    write_idx(tmp_path / labels, np.array([7, 3]))
    return tmp_path


def test_images_become_rows_between_zero_and_one(folder):
    X, y = parse_mnist(*(folder / name for name in FILES["train"]))
    assert X.shape == (2, 12) and X.dtype == np.float32
    assert y.tolist() == [7, 3] and y.dtype == np.uint8
    np.testing.assert_allclose(X.ravel(), np.arange(24) * 11 / 255, rtol=1e-6)


def test_folder_is_named_by_the_environment(folder, monkeypatch):
    monkeypatch.setenv("NEEDLEBOOK_DATA", str(folder))
    assert find_mnist("train")[0].shape == (2, 12)
    assert find_mnist("test") is None


def test_no_folder_means_no_data(monkeypatch):
    monkeypatch.delenv("NEEDLEBOOK_DATA", raising=False)
    assert find_mnist("train") is None


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.gz"
    path.write_bytes(gzip.compress(b"something else"))
    with pytest.raises(ValueError, match="not an IDX file"):
        read_idx(path)


def test_truncated_files_are_refused(tmp_path):
    path = write_idx(tmp_path / "cut.gz", np.zeros((2, 5)))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1]))
    with pytest.raises(ValueError, match="wants 10 bytes, found 9"):
        read_idx(path)


def test_images_and_labels_must_belong_together(tmp_path):
    images = write_idx(tmp_path / "images.gz", np.zeros((2, 3, 3)))
    labels = write_idx(tmp_path / "labels.gz", np.zeros(5))
    with pytest.raises(ValueError, match=r"images \(2, 3, 3\) and labels \(5,\)"):
        parse_mnist(images, labels)
