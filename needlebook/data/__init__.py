# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Data sets, loaders and transforms."""

from .data_basic import DataLoader, Dataset, LoaderError
from .data_transforms import (
    Compose,
    GaussianNoise,
    Normalize,
    RandomCrop,
    RandomErase,
    RandomFlipHorizontal,
    RandomRotate,
    Transform,
)
from .datasets import (
    CIFAR10Dataset,
    Corpus,
    Dictionary,
    Digits,
    FashionMNIST,
    ImageDataset,
    MNISTDataset,
    NDArrayDataset,
    batchify,
    get_batch,
)
