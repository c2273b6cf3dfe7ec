# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 12."""

from collections import Counter

import numpy as np


def conflicts_of_column(width):
    """Return the bank conflicts of 32 lanes that read floats 0, width, 2 width, ..."""
    banks = Counter(lane * width % 32 for lane in range(32))
    return max(banks.values()) - 1


def lost_share(report):
    """Return the share of global stores that stand in a race with another write."""
    racing = sum(
        finding.times
        for finding in report.findings
        if finding.kind == "race" and finding.doing == "writes it"
    )
    stores = report.counts.global_stores
    return racing / stores if stores else 0.0


def places(gid, shape, strides, offset):
    """Return the place in the buffer of each element number in `gid`."""
    found = np.full(np.shape(gid), offset)
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        gid, along = np.divmod(gid, size)
        found += along * stride
    return found


def size_class(count):
    """Return `count` bytes rounded up as the allocator of the backend does."""
    step = 512
    while step * 16 < count:
        step *= 2
    return max(-(-count // step) * step, 512)


def held(trace):
    """Return (bytes lent, bytes held from the device), each at its largest."""
    waiting, lent, asked, peak = {}, 0, 0, 0
    for what, count in trace:
        kind = size_class(count)
        if what == "give":
            waiting[kind] = waiting.get(kind, 0) + 1
            lent -= kind
            continue
        if waiting.get(kind):
            waiting[kind] -= 1
        else:
            asked += kind
        lent += kind
        peak = max(peak, lent)
    return peak, asked


def smallest_block(radius, share):
    """Return the smallest block whose halo is at most `share` of its loads."""
    for block in range(32, 1025, 32):
        if 2 * radius <= share * (block + 2 * radius):
            return block
    raise ValueError(
        f"smallest_block: no block of up to 1024 threads keeps a halo of {2 * radius} "
        f"below {share:.0%} of its loads"
    )


def sectors(stride, words=1):
    """Return the 32-byte sectors that a warp's access with a stride touches."""
    touched = set()
    for lane in range(32):
        for word in range(words):
            touched.add(4 * (lane * stride + word) // 32)
    return len(touched)


def fetch_plan(rows, columns, threads):
    """Return the elements (y, x) that each thread of a block fetches."""
    return [
        [divmod(at, columns) for at in range(thread, rows * columns, threads)]
        for thread in range(threads)
    ]


def best_part(warps):
    """Return the part (tall, wide) with the fewest shared reads per product."""
    each = min(65536 // (32 * warps) // 8 * 8, 248) - 24
    parts = [
        (tall, wide)
        for wide in range(1, 16)
        for tall in range(wide, 121)
        if tall * wide + tall + wide <= each
    ]
    if not parts:
        raise ValueError(f"best_part: {warps} warps leave no register for a sum")
    return min(parts, key=lambda part: (1 / part[0] + 1 / part[1], part))


def swizzle(y, x):
    """Return a place in 32 x 32 words where rows and columns meet 32 banks."""
    return 32 * y + (x ^ y)
