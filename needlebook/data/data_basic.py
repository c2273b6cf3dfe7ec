# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Data sets, and batches of them."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..autograd import Tensor
from ..errors import NeedlebookError
from .drawing import drawing_from


class Dataset:
    """Examples by index, each sent through `transforms`. Course homework 2."""

    def __init__(self, transforms=None):
        self.transforms = transforms

    def __getitem__(self, index):
        raise NotImplementedError(f"{type(self).__name__}: __getitem__ is missing")

    def __len__(self):
        raise NotImplementedError(f"{type(self).__name__}: __len__ is missing")

    def apply_transforms(self, x):
        """Return x, after each transform in turn."""
        for transform in self.transforms or ():
            x = transform(x)
        return x


class LoaderError(NeedlebookError, ValueError):
    """A number that a loader cannot work with."""


class DataLoader:
    """Batches of a data set as tuples of Tensors that want no gradient.

    `shuffle`: draw a new order at every iter, from np.random, or from `seed` if given.
    `prefetch`: number of batches that `workers` threads prepare ahead; each batch then
    draws from a generator of its own, so results do not depend on their number.
    """

    def __init__(
        self, dataset, batch_size=1, shuffle=False, *, seed=None, prefetch=0, workers=1
    ):
        for name, value, least in [
            ("batch_size", batch_size, 1),
            ("prefetch", prefetch, 0),
            ("workers", workers, 1),
        ]:
            if value < least:
                raise LoaderError(
                    f"DataLoader: {name} is {value}, wants {least} or more"
                )
        self.dataset, self.batch_size, self.shuffle = dataset, batch_size, shuffle
        self.seed, self.prefetch, self.workers = seed, prefetch, workers
        self.epoch = 0

    def __len__(self):
        return -(-len(self.dataset) // self.batch_size)

    def state_dict(self):
        """Return the number of epochs begun; the next order depends on it."""
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        """Continue where the loader was that gave `state`."""
        self.epoch = state["epoch"]

    def __iter__(self):
        n = len(self.dataset)
        seed, self.epoch = self.seed, self.epoch + 1
        source = np.random if seed is None else generator(ORDER, seed, self.epoch)
        order = source.permutation(n) if self.shuffle else np.arange(n)
        cuts = range(self.batch_size, n, self.batch_size)
        self.ordering = np.array_split(order, cuts)
        if self.prefetch:
            key = np.random.randint(2**31) if seed is None else seed
            return self._ahead(self._jobs(self.ordering, key, self.epoch))
        jobs = self._jobs(self.ordering, seed, self.epoch)
        self.current = (self._batch(*job) for job in jobs)
        return self.current

    def __next__(self):
        return next(self.current)

    def _jobs(self, ordering, seed, epoch):
        for i, rows in enumerate(ordering):
            yield rows, None if seed is None else generator(BATCH, seed, epoch, i)

    def _batch(self, rows, source):
        with drawing_from(source):
            examples = self.dataset[rows]
        return tuple(Tensor(part, requires_grad=False) for part in examples)

    def _ahead(self, jobs):
        """Yield batches that threads prepare; when it ends or is dropped, they end."""
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="needlebook-loader")
        waiting = deque()
        try:
            for job in jobs:
                waiting.append(pool.submit(self._batch, *job))
                if len(waiting) > self.prefetch:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


ORDER, BATCH = 1, 2


def generator(*key):
    """A source of draws that depends on the numbers of `key` and nothing else."""
    return np.random.RandomState(np.random.PCG64(key))
