# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The compiled rungs on NumPy arrays, with their shapes checked."""

from typing import NamedTuple

import numpy as np

from ..errors import OperandError, ShapeError
from ..manual.native import require

LAST = "matmul"
PLAIN = ("three_loops", "row_by_row", "ikj")
TILED = ("register_tiles", "cache_tiles", "packed_tiles")
TRANSPOSED = ("row_by_row", "cache_tiles")  # these read B transposed
TILES = ((1, 1), (2, 2), (4, 4), (4, 8), (8, 8), (12, 16))
RUNGS = {  # name -> rung, v1, v2, from the first to the last
    "three loops": ("three_loops", 1, 1),
    "row by row": ("row_by_row", 1, 1),
    "ikj": ("ikj", 1, 1),
    "cache 1 x 1": ("cache_tiles", 1, 1),
    "registers 4 x 4": ("register_tiles", 4, 4),
    "cache and registers 4 x 4": ("cache_tiles", 4, 4),
    "registers 12 x 16": ("register_tiles", 12, 16),
    "packed 12 x 16": ("packed_tiles", 12, 16),
    "last rung": (LAST, 14, 32),
}


class Loads(NamedTuple):
    """How many numbers a rung read: through the operands, and from its own copies."""

    slow: int
    fast: int


def checked(A, B, name):
    """Return A (m, n) and B (n, p) as float32 arrays, or raise a named error."""
    A, B = np.asarray(A), np.asarray(B)
    for operand, X in (("A", A), ("B", B)):
        if X.dtype != np.float32:
            raise OperandError(
                f"{name}: {operand} is {X.dtype}; wanted is float32: "
                f'{operand}.astype("float32")'
            )
        if X.ndim != 2:
            raise ShapeError(f"{name}: {operand} has {X.ndim} axes; wanted are 2")
    if A.shape[1] != B.shape[0]:
        raise ShapeError(
            f"{name}: cannot multiply {A.shape} by {B.shape}: inner sizes "
            f"{A.shape[1]} and {B.shape[0]} differ"
        )
    return A, B


def matmul(A, B):
    """Return A (m, n) B (n, p), float32, by the last rung.

    Any strides go without a copy, unless a number does not start at a multiple of its
    size. Raises OperandError for another dtype, ShapeError for shapes that do not fit.
    """
    A, B = (X if X.flags.aligned else X.copy() for X in checked(A, B, LAST))
    C = np.empty((A.shape[0], B.shape[1]), np.float32)
    require("_matmul_ladder").product(A, B, C)
    return C


def isa():
    """Return the name of the instruction set that all native parts use."""
    return require("_matmul_ladder").isa()


def use_isa(name):
    """Change it, between computations; return False where the processor lacks it."""
    return require("_matmul_ladder").use_isa(name)


def run(rung, A, B, v1=4, v2=8, b1=16, b2=16):
    """Return A (m, n) B (n, p) by a rung, with tiles of v1 x v2, copies of b1, b2 rows.

    Operands are made compact first, and B transposed for the rungs that want it so. The
    rung "matmul" is the last one, and has tiles of its own. Raises OperandError for a
    rung, a tile or a dtype that there is not, ShapeError for shapes that do not fit.
    """
    if rung == LAST:
        return matmul(A, B)
    return climb("run", rung, A, B, v1, v2, b1, b2)[0]


def count(rung, A, B, v1=4, v2=8, b1=16, b2=16):
    """Return the Loads of a rung, counted while it computes; errors as in run.

    Those of "matmul" are counted with its widest tile, 14 x 32, whatever set is in use.
    """
    if rung != LAST:
        return Loads(*climb("count", rung, A, B, v1, v2, b1, b2)[1])
    A, B = map(np.ascontiguousarray, checked(A, B, rung))
    C = np.empty((A.shape[0], B.shape[1]), np.float32)
    return Loads(*require("_matmul_ladder").count_product(A, B, C))


def climb(what, rung, A, B, v1, v2, b1, b2):
    """Check, prepare and call: the product and what the module returned."""
    A, B = checked(A, B, rung)
    if rung not in PLAIN + TILED:
        names = ", ".join((*PLAIN, *TILED, LAST))
        raise OperandError(f"no rung {rung!r}; they are {names}")
    if rung in TILED and (v1, v2) not in TILES:
        raise OperandError(f"{rung}: no tile of {v1} x {v2}; there are {TILES}")
    if b1 < 1 or b2 < 1:
        raise OperandError(f"{rung}: b1 = {b1} and b2 = {b2}; both must be 1 or more")
    native = require("_matmul_ladder")
    right = np.ascontiguousarray(B.T if rung in TRANSPOSED else B)
    C = np.empty((A.shape[0], B.shape[1]), np.float32)
    choice = native.Choice(rung, v1, v2, b1, b2)
    return C, getattr(native, what)(choice, np.ascontiguousarray(A), right, C)
