# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Choose L, S and V for a product by a model, and by the clock where a GPU is."""

from math import ceil

from ..errors import BackendError
from .occupancy import occupancy


def ceiling(tall, wide, lanes=128, words=32):
    """Return the part of peak that shared memory allows to threads of tall x wide sums.

    `words` of shared memory per clock feed `lanes` with one product each per clock.
    """
    return min(1.0, tall * wide / (tall + wide) * words / lanes)


WAIT = 500  # clocks until an element from global memory is there, about


def clocks(rung, row, architecture, m, n, k):
    """Return the clocks that the model expects for a product (m, k) by (k, n).

    `rung` has tiles in shared memory; `row` holds its threads, registers and shared
    bytes. Infinite where not one block fits. Projected, not measured.
    """
    card = architecture
    fits = occupancy(card, row["threads"], row["registers"], row["shared"]).blocks
    blocks = ceil(m / rung.rows) * ceil(n / rung.columns)
    if fits == 0:
        return float("inf")
    together = min(fits, ceil(blocks / card.multiprocessors))
    tile = rung.rows * rung.columns
    tall, wide = rung.thread_rows, rung.thread_columns
    reads = (tall + wide) / (rung.width * tall * wide)  # instructions per product
    slower = max(1 / ceiling(tall, wide, card.lanes), 1 + reads)
    products = rung.depth * tile / card.lanes * slower
    of_one = card.bandwidth / card.clock / card.multiprocessors
    fetched = 4 * rung.depth * (rung.rows + rung.columns) / of_one
    busy = max(products, fetched)
    waiting = 0 if rung.kernel in ("double_buffered", "warp_tile") else WAIT
    step = max(together * busy, busy + waiting)
    rounds = ceil(blocks / (together * card.multiprocessors))
    return rounds * ceil(k / rung.depth) * step


def projected(rung, row, architecture, m, n, k):
    """Return the part of the card's peak that the model expects. Projected."""
    seconds = clocks(rung, row, architecture, m, n, k) / (architecture.clock * 1e9)
    return 2 * m * n * k / seconds / architecture.peak


def rank(candidates, rows, architecture, m, n, k):
    """Return the candidates with shared tiles and a row, the most promising first.

    Raises BackendError where there are none.
    """
    known = [
        rung for rung in candidates if rung.shared and (rung.kernel, rung.tile) in rows
    ]
    if not known:
        raise BackendError(
            f"rank: none of {len(candidates)} rungs has shared tiles and a row of "
            "resources; needlebook.gpu.resources writes the rows"
        )

    def cost(rung):
        return clocks(rung, rows[rung.kernel, rung.tile], architecture, m, n, k)

    return sorted(known, key=cost)


def tune(candidates, rows, architecture, m, n, k, time=None, tries=4):
    """Return the rung to use: the model's first, or the quickest of its first `tries`.

    `time(rung)` returns seconds; give it where a GPU is.
    """
    ranked = rank(candidates, rows, architecture, m, n, k)
    return min(ranked[:tries], key=time) if time else ranked[0]
