# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""CIFAR-10 from its pickled batches."""

import io
import pickle
import tarfile
from pathlib import Path

import numpy as np

from ...errors import DatasetError
from ..download import data_folder, locate
from ..sources import CIFAR10_FILE
from .image_dataset import ImageDataset
from .mnist_dataset import reading

HARMLESS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}


class ArraysOnly(pickle.Unpickler):
    """Reads arrays, numbers, text, lists and dictionaries, and nothing that runs."""

    def find_class(self, module, name):
        if (module, name) not in HARMLESS:
            raise ValueError(f"the pickle asks for {module}.{name}")
        return super().find_class(module, name)


def read_batch(path):
    """X (m, 32, 32, 3) uint8 and y (m,) of one batch file."""
    with reading("a batch of CIFAR-10", CIFAR10_FILE.url, path):
        content = Path(path).read_bytes()
        try:
            batch = ArraysOnly(io.BytesIO(content), encoding="bytes").load()
            X, y = np.asarray(batch[b"data"]), np.asarray(batch[b"labels"])
        except (pickle.UnpicklingError, KeyError, TypeError, IndexError) as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        if X.ndim != 2 or X.shape != (len(y), 3072):
            raise ValueError(f"data {X.shape} and labels {y.shape}")
    return X.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), y


class CIFAR10Dataset(ImageDataset):
    """`X` float32 in [0, 1], `y`: classes; example i is (image (3, 32, 32), class).

    `base_folder` holds data_batch_1 to 5 and test_batch. Transforms see an image as
    (32, 32, 3). `p`: there for the course's sake. Course homework 4.
    """

    def __init__(self, base_folder, train=True, p=0.5, transforms=None):
        names = [f"data_batch_{i}" for i in range(1, 6)] if train else ["test_batch"]
        parts = [read_batch(Path(base_folder) / name) for name in names]
        X, y = (np.concatenate(column) for column in zip(*parts))
        super().__init__(X / np.float32(255), y, transforms)

    @property
    def X(self):
        return np.moveaxis(self.images, -1, 1)

    @property
    def y(self):
        return self.labels

    def __getitem__(self, index):
        images, labels = super().__getitem__(index)
        return np.moveaxis(images, -1, -3), labels

    @classmethod
    def find(cls, train=True, transforms=None):
        """The set from the data folder; downloaded and unpacked first if need be."""
        folder = data_folder()[0] / "cifar-10-batches-py"
        if not folder.exists():
            unpack(locate(CIFAR10_FILE), folder)
        return cls(folder, train, transforms=transforms)


def unpack(archive, folder):
    """Unpack the folder of a tar archive beside it, under another name until whole."""
    waiting = Path(archive).parent / "unpacking"
    with reading("a gzipped tar archive", CIFAR10_FILE.url, archive):
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(waiting, filter="data")
        except tarfile.TarError as error:
            raise DatasetError(f"{archive}: damaged ({error})") from error
        (waiting / folder.name).replace(folder)
