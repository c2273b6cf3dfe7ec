# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Transforms of one image x (height, width, channels); each returns a new array."""

import numpy as np

from .drawing import draws


class Transform:
    """A function of one image that may draw from `draws()`."""

    def __call__(self, x):
        raise NotImplementedError(f"{type(self).__name__}: __call__ is missing")

    def __repr__(self):
        given = ", ".join(f"{k}={v}" for k, v in vars(self).items())
        return f"{type(self).__name__}({given})"


class RandomFlipHorizontal(Transform):
    """Left becomes right with probability p. Course homework 2."""

    def __init__(self, p=0.5):
        self.p = p

    def __call__(self, x):
        return x[:, ::-1] if draws().rand() < self.p else x


class RandomCrop(Transform):
    """The image moved by up to `padding` pixels, zeros moving in. Course homework 2."""

    def __init__(self, padding=3):
        self.padding = padding

    def __call__(self, x):
        p = self.padding
        i, j = p + draws().randint(low=-p, high=p + 1, size=2)
        padded = np.zeros(
            (x.shape[0] + 2 * p, x.shape[1] + 2 * p, *x.shape[2:]), x.dtype
        )
        padded[p : p + x.shape[0], p : p + x.shape[1]] = x
        return padded[i : i + x.shape[0], j : j + x.shape[1]]


class Normalize(Transform):
    """(x - mean) / std, numbers or one per channel."""

    def __init__(self, mean, std):
        self.mean, self.std = mean, std

    def __call__(self, x):
        return ((x - self.mean) / self.std).astype(x.dtype)


class GaussianNoise(Transform):
    """x plus normal noise with standard deviation `std`."""

    def __init__(self, std=0.1):
        self.std = std

    def __call__(self, x):
        return (x + self.std * draws().standard_normal(x.shape)).astype(x.dtype)


class RandomErase(Transform):
    """A square of `size` pixels at a random place set to 0, whole inside the image."""

    def __init__(self, size=2):
        self.size = size

    def __call__(self, x):
        i, j = (draws().randint(side - self.size + 1) for side in x.shape[:2])
        x = x.copy()
        x[i : i + self.size, j : j + self.size] = 0
        return x


class Compose(Transform):
    """Several transforms as one."""

    def __init__(self, *transforms):
        self.transforms = transforms

    def __call__(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x


class RandomRotate(Transform):
    """The image turned around its middle by up to `degrees`, zeros moving in."""

    def __init__(self, degrees=10.0):
        self.degrees = degrees

    def __call__(self, x):
        return rotate(x, self.degrees * (2 * draws().rand() - 1))


def rotate(x, degrees):
    """Turn x (height, width, channels) counterclockwise, by bilinear interpolation."""
    height, width = x.shape[:2]
    angle = np.deg2rad(degrees)
    row, column = np.mgrid[:height, :width]
    row, column = row - (height - 1) / 2, column - (width - 1) / 2
    i = np.cos(angle) * row + np.sin(angle) * column + (height - 1) / 2
    j = np.cos(angle) * column - np.sin(angle) * row + (width - 1) / 2
    padded = np.pad(x, [(1, 1), (1, 1), (0, 0)])
    i, j = np.clip(i + 1, 0, height + 0.999), np.clip(j + 1, 0, width + 0.999)
    top, left = i.astype(int), j.astype(int)
    down, right = (i - top)[..., None], (j - left)[..., None]
    upper = (1 - right) * padded[top, left] + right * padded[top, left + 1]
    lower = (1 - right) * padded[top + 1, left] + right * padded[top + 1, left + 1]
    return ((1 - down) * upper + down * lower).astype(x.dtype)
