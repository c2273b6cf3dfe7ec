# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The largest and the mean of windows of images (n, h, w, c)."""

from ..autograd import Tensor, TensorOp, array_api
from ..errors import ShapeError
from .ops_pixels import dilate, pad_pixels
from .windows import out_size


class Pool(TensorOp):
    """Windows of size x size pixels, `stride` apart (`size` if None)."""

    def __init__(self, size, stride=None):
        self.size, self.stride = size, stride or size

    def views(self, a):
        """Yield (i, j, view) with pixel (i, j) of every window."""
        if min(a.shape[1:3]) < self.size:
            raise ShapeError(f"{self.name}: {a.shape} has no window of {self.size}")
        s = self.stride
        height, width = (out_size(n, self.size, s) for n in a.shape[1:3])
        for i in range(self.size):
            for j in range(self.size):
                rows = slice(i, i + (height - 1) * s + 1, s)
                yield i, j, a[:, rows, slice(j, j + (width - 1) * s + 1, s), :]

    def put_back(self, part, i, j, shape):
        """Return `part` where view (i, j) of images of `shape` was: its adjoint."""
        spread = dilate(part, (1, 2), self.stride - 1)
        behind = [
            n - m - place
            for n, m, place in zip(shape[1:3], spread.shape[1:3], (i, j), strict=True)
        ]
        return pad_pixels(spread, (i, j), behind)


class AvgPool(Pool):
    """The mean of each window."""

    name = "avg_pool"
    reads = ()

    def compute(self, a):
        return sum(view for _, _, view in self.views(a)) / self.size**2

    def vjp(self, adjoint, out, a):
        part = adjoint / self.size**2
        places = [(i, j) for i in range(self.size) for j in range(self.size)]
        parts = [self.put_back(part, i, j, a.shape) for i, j in places]
        return sum(parts[1:], start=parts[0])


class MaxPool(Pool):
    """The largest of each window; of equals the first gets the adjoint."""

    name = "max_pool"
    reads = ((0, -1),)

    def compute(self, a):
        found = None
        for _, _, view in self.views(a):
            found = view * 1 if found is None else array_api.maximum(found, view)
        return found

    def vjp(self, adjoint, out, a):
        parts = []
        for i, j, won in self.winners(a, out):
            if isinstance(adjoint, Tensor):
                won = Tensor(won, requires_grad=False)
            parts.append(self.put_back(adjoint * won, i, j, a.shape))
        return sum(parts[1:], start=parts[0])

    def winners(self, a, out):
        """Yield (i, j, 1 where pixel (i, j) is the first largest of its window)."""
        if isinstance(a, Tensor):
            a, out = a.realize_cached_data(), out.realize_cached_data()
        free = out * 0 + 1
        for i, j, view in self.views(a):
            won = (view == out) * free
            free = free - won
            yield i, j, won


def max_pool(a, size, stride=None):
    """Return the largest of each window of images (n, h, w, c)."""
    return MaxPool(size, stride)(a)


def avg_pool(a, size, stride=None):
    """Return the mean of each window of images (n, h, w, c)."""
    return AvgPool(size, stride)(a)
