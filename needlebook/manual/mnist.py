# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""MNIST from its own files, where the reader has them (never downloaded here)."""

import gzip
import os
from pathlib import Path

import numpy as np

FILES = {
    "train": ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    "test": ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
}


def read_idx(filename):
    """Array of unsigned bytes in an IDX file, packed with gzip; ValueError if not one.

    The format: two zero bytes, type 8, the number of axes, then each length in four
    bytes, then the data, row after row.
    """
    with gzip.open(filename, "rb") as file:
        content = file.read()
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise ValueError(f"{filename}: not an IDX file of unsigned bytes")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], dtype=">u4").astype(int)
    if len(content) - start != np.prod(shape):
        raise ValueError(
            f"{filename}: shape {tuple(shape)} wants {np.prod(shape)} bytes, "
            f"found {len(content) - start}"
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def parse_mnist(image_filename, label_filename):
    """X (m, 784) float32 in [0, 1] and y (m,) uint8. Course homework 0."""
    images, labels = read_idx(image_filename), read_idx(label_filename)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise ValueError(
            f"parse_mnist: images {images.shape} and labels {labels.shape} do not fit"
        )
    return images.reshape(len(images), -1) / np.float32(255), labels.copy()


def find_mnist(part):
    """parse_mnist of part "train" or "test" in the folder NEEDLEBOOK_DATA, or None."""
    folder = os.environ.get("NEEDLEBOOK_DATA")
    paths = [Path(folder or "") / name for name in FILES[part]]
    return parse_mnist(*paths) if folder and all(p.exists() for p in paths) else None
