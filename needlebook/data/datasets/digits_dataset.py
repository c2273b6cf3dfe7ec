# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The 8 x 8 digits that come with scikit-learn (extra ``data``)."""

import numpy as np

from ...manual import toy
from .image_dataset import ImageDataset


class Digits(ImageDataset):
    """1,797 images (8, 8, 1), split by `seed`: `size` to train on, the rest to test.

    Source: UCI, Optical Recognition of Handwritten Digits, as scikit-learn has it.
    """

    def __init__(self, train=True, transforms=None, size=1500, seed=0):
        X, y = toy.digits()
        X = X.astype("float32").reshape(-1, 8, 8, 1)
        X, y, X_test, y_test = toy.split(X, y, np.random.default_rng(seed), size)
        images, labels = (X, y) if train else (X_test, y_test)
        super().__init__(images, labels, transforms)
