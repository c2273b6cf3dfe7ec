# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Images with labels as a data set."""

import numpy as np

from ...errors import DatasetError
from ..data_basic import Dataset


class ImageDataset(Dataset):
    """images (m, height, width, channels), float32 in [0, 1], and labels (m,).

    Example i is (image, label); a slice or an array of indices gives stacks of both.
    Transforms see one image at a time.
    """

    def __init__(self, images, labels, transforms=None):
        super().__init__(transforms)
        if len(images) != len(labels):
            raise DatasetError(
                f"{len(images)} images and {len(labels)} labels do not fit"
            )
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        images = self.images[index]
        if self.transforms and images.ndim == 4:
            images = np.stack([self.apply_transforms(x) for x in images])
        elif self.transforms:
            images = self.apply_transforms(images)
        return images, self.labels[index]
