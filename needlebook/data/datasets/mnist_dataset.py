# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""MNIST, and Fashion-MNIST, which has its form."""

import zlib
from contextlib import contextmanager

from ...errors import DatasetError
from ...manual.mnist import parse_mnist, read_idx
from ..download import locate
from ..sources import FASHION_FILES, MNIST_FILES
from .image_dataset import ImageDataset


@contextmanager
def reading(what, where, *paths):
    """Turn everything that a bad file can raise into a DatasetError that names it."""
    try:
        yield
    except DatasetError:
        raise
    except FileNotFoundError as error:
        raise DatasetError(
            f"{error.filename}: no such file; expected {what}, from {where}"
        ) from error
    except (OSError, EOFError, ValueError, zlib.error) as error:
        names = ", ".join(map(str, paths))
        raise DatasetError(
            f"{names}: damaged ({error}); expected {what}; remove it and get it again "
            f"from {where}"
        ) from error


class MNISTDataset(ImageDataset):
    """Images (28, 28, 1), float32 in [0, 1], from two IDX files. Course homework 2."""

    where = MNIST_FILES[True, "images"].url

    def __init__(self, image_filename, label_filename, transforms=None):
        files = image_filename, label_filename
        what = "an IDX file of images or labels, gzipped"
        with reading(what, self.where, *files):
            try:
                X, y = parse_mnist(*files)
            except (OSError, EOFError, ValueError, zlib.error):
                for name in files:
                    with reading(what, self.where, name):
                        read_idx(name)
                raise
        super().__init__(X.reshape(-1, 28, 28, 1), y, transforms)

    @classmethod
    def find(cls, train=True, transforms=None, files=MNIST_FILES):
        """The set from the data folder; downloaded first if it may be and must be."""
        paths = [locate(files[train, kind]) for kind in ("images", "labels")]
        return cls(*paths, transforms)


class FashionMNIST(MNISTDataset):
    """Ten kinds of clothes in MNIST's form (Xiao and others, 2017)."""

    where = FASHION_FILES[True, "images"].url

    @classmethod
    def find(cls, train=True, transforms=None, files=FASHION_FILES):
        """As MNISTDataset.find."""
        return super().find(train, transforms, files)
