# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The kernels of the chapter on NumPy arrays: on a GPU, simulated, or checked."""

from dataclasses import astuple, dataclass

from .. import simt
from ..errors import BackendError


@dataclass(frozen=True)
class Rung:
    """A kernel of the ladder with its tile of C (rows, columns), depth and thread part.

    `transposed`: it computes A^T B for A (k, m), as the lecture does.
    """

    kernel: str
    rows: int
    columns: int
    depth: int
    thread_rows: int
    thread_columns: int
    transposed: bool

    @property
    def tile(self):
        return astuple(self)[1:6]

    @property
    def threads(self):
        """Threads of a block."""
        if not self.shared:
            return 64 if self.transposed else 256
        return self.rows * self.columns // (self.thread_rows * self.thread_columns)

    @property
    def shared(self):
        """Whether blocks keep tiles in shared memory."""
        return self.kernel not in ("uncoalesced", "coalesced", "transposed_registers")

    @property
    def width(self):
        """Elements that one access to shared memory moves."""
        return 4 if self.kernel in ("vectorized", "double_buffered", "warp_tile") else 1

    def __str__(self):
        rows, columns, depth, tall, wide = self.tile
        return f"{self.kernel} {rows}x{columns}x{depth}, {tall}x{wide}"


KERNELS = "_gpu_ladder"


def module(build="sim"):
    """Return the kernels as built for "gpu", "sim" or "check"; else BackendError."""
    return simt.module(KERNELS, build)


def rungs(build="sim"):
    """Return all rungs that were compiled, in the order of the text."""
    return [Rung(*row) for row in module(build).rungs()]


def find(kernel, tile=None, build="sim"):
    """Return the first rung of a kernel, or that with `tile`; else BackendError."""
    for rung in rungs(build):
        if rung.kernel == kernel and tile in (None, rung.tile):
            return rung
    known = ", ".join(str(rung) for rung in rungs(build) if rung.kernel == kernel)
    raise BackendError(
        f"find: no {kernel} with the tile {tile}; there are {known or 'none of it'}"
    )


def product(rung, a, b, build="sim", repeats=0):
    """Return A B (m, n) of float32 matrices (m, k) and (k, n); the inputs are copied.

    A transposed rung takes A as (k, m). With repeats > 0, return the pair of the
    product and the seconds per launch. Raises ValueError where shapes do not fit or
    are empty, BackendError where the rung was not compiled.
    """
    place = rungs(build).index(find(rung.kernel, rung.tile, build))
    result, seconds = module(build).product(place, a, b, repeats)
    return (result, seconds) if repeats else result


def move(kernel, x, build="sim"):
    """Return what a kernel that moves data makes of a float32 matrix (rows, columns).

    That is (rows, columns) for relu and softmax, (columns, rows) for a transpose and
    (rows,) for a sum. Raises ValueError for an unknown kernel or what is no matrix.
    """
    return module(build).move(kernel, x)[0]


def ladder(build="sim"):
    """Return the eight rungs of the text, each in the size meant for a GPU."""
    tall, square = (64, 64, 8, 8, 1), (128, 128, 8, 8, 8)
    return [
        find("uncoalesced", build=build),
        find("coalesced", build=build),
        find("shared_tile", (32, 32, 32, 1, 1), build),
        find("register_tile", tall, build),
        find("register_tile", square, build),
        find("vectorized", square, build),
        find("double_buffered", square, build),
        find("warp_tile", square, build),
    ]
