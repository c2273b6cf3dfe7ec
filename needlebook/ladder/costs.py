# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What the lecture's formulas predict, for A (m, n) times B (n, p)."""

from math import inf

from ..errors import OperandError


def vanilla(m, n, p):
    """Loads of three loops: two for each product."""
    return 2 * m * n * p


def register_tiling(m, n, p, v1, v2):
    """Loads with v1 x v2 tiles in registers; v3 has cancelled."""
    return m * n * p / v2 + m * n * p / v1


def registers(v1, v2, v3=1):
    """Registers that hold a block of A, of B and of C."""
    return v1 * v3 + v2 * v3 + v1 * v2


def cache_tiling(m, n, p, b1):
    """Loads from memory where b1 rows of A, and all of B in turn, lie in the cache."""
    return m * n + m * n * p / b1


def combined(m, n, p, v1, v2, b1):
    """Loads from memory and from the cache, to be weighted with their costs."""
    return cache_tiling(m, n, p, b1), register_tiling(m, n, p, v1, v2)


def fits(n, b1, b2, cache_bytes):
    """Whether b1 rows of A and b2 of B transposed, n float32 each, fit a cache."""
    return 4 * (b1 + b2) * n <= cache_bytes


def best_tile(budget):
    """Return the (v1, v2) of fewest loads with at most `budget` registers, v3 = 1.

    Raises OperandError for fewer than 3 registers, where no tile fits.
    """
    if budget < 3:
        raise OperandError(f"best_tile: {budget} registers hold no tile; 3 or more do")
    tiles = [(v1, v2) for v1 in range(1, budget) for v2 in range(v1, budget)]
    fitting = [tile for tile in tiles if registers(*tile) <= budget]
    return min(fitting, key=lambda tile: (1 / tile[0] + 1 / tile[1], tile))


def best_vector_tile(budget, width, busy=0.75):
    """Return rows and columns of the best tile of `budget` registers of `width` floats.

    A step loads v2 / width vectors of B, kept, and v1 numbers of A, one at a time in
    one register, for v1 v2 / width multiply-adds. At most `busy` load instructions
    may go with a multiply-add; of what is left the fewest floats loaded decide. Raises
    OperandError where nothing is left.
    """
    best, least = None, inf
    for vectors in range(1, budget):
        for rows in range(1, budget):
            held = rows * vectors + vectors + 1
            instructions = 1 / vectors + 1 / rows
            floats = 1 / rows + 1 / (vectors * width)
            if held <= budget and instructions <= busy and floats < least:
                best, least = (rows, vectors * width), floats
    if best is None:
        raise OperandError(
            f"best_vector_tile: no tile of {budget} registers keeps to {busy} loads a "
            "multiply-add; allow more of either"
        )
    return best


def predicted(rung, m, n, p, v1=1, v2=1, b1=16):
    """Return the loads of a rung, (through the operands, from its copies).

    Tiles of v1 x v2 and blocks of b1 rows must divide the sizes; "matmul", the last
    rung, has more than 64 rows and columns and at most 1024 columns. Raises
    OperandError for a rung that there is not.
    """
    formulas = {
        "three_loops": (vanilla(m, n, p), 0),
        "row_by_row": (vanilla(m, n, p), 0),
        "ikj": (m * n * p + m * n, 0),
        "register_tiles": (register_tiling(m, n, p, v1, v2), 0),
        "cache_tiles": combined(m, n, p, v1, v2, b1),
        "packed_tiles": (n * p + m * n * p / v2, m * n * p / v1),
        "matmul": (m * n + n * p, register_tiling(m, n, p, v1, v2)),
    }
    if rung not in formulas:
        raise OperandError(f"no rung {rung!r}; they are {', '.join(formulas)}")
    return formulas[rung]
