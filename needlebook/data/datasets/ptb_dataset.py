# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Text as a row of word numbers, and batches of it. Course homework 4."""

from pathlib import Path

import numpy as np

from ...autograd import Tensor
from ..sources import PTB_FILES
from .mnist_dataset import reading


class Dictionary:
    """Words by number and numbers by word, in order of first appearance."""

    def __init__(self):
        self.word2idx, self.idx2word = {}, []

    def add_word(self, word):
        """Return the number of `word`, a new one if it is new."""
        if word not in self.word2idx:
            self.word2idx[word] = len(self.idx2word)
            self.idx2word.append(word)
        return self.word2idx[word]

    def __len__(self):
        return len(self.idx2word)


class Corpus:
    """`train` and `test`: word numbers of train.txt and test.txt in `base_dir`.

    Each line ends with the word <eos>; `max_lines` of each file are read, or all.
    """

    def __init__(self, base_dir, max_lines=None):
        self.dictionary = Dictionary()
        self.train = self.tokenize(Path(base_dir) / "train.txt", max_lines)
        self.test = self.tokenize(Path(base_dir) / "test.txt", max_lines)

    def tokenize(self, path, max_lines=None):
        """Return the numbers of the words of a file as a list."""
        with reading("a text file", PTB_FILES["train"].url, path):
            lines = Path(path).read_text(encoding="utf-8").splitlines()[:max_lines]
        words = (word for line in lines for word in [*line.split(), "<eos>"])
        return [self.dictionary.add_word(word) for word in words]


def batchify(data, batch_size, device=None, dtype="float32"):
    """`data` as columns, array (len(data) // batch_size, batch_size); the rest goes."""
    rows = len(data) // batch_size
    return np.array(data[: rows * batch_size], dtype).reshape(batch_size, rows).T


def get_batch(batches, i, bptt, device=None, dtype=None):
    """Words i to i + bptt of each column, (bptt, batch_size), and the words after them.

    The targets are one row, (bptt * batch_size,). At the end there may be fewer rows.
    """
    rows = min(bptt, len(batches) - 1 - i)
    here, after = batches[i : i + rows], batches[i + 1 : i + 1 + rows].reshape(-1)
    options = {"device": device, "dtype": dtype, "requires_grad": False}
    return Tensor(here, **options), Tensor(after, **options)
