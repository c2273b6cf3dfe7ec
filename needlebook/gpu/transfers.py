# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Bytes between the memories of host and device, and what they cost by data sheet."""

PCIE = {"PCIe 3.0 x16": 15.8e9, "PCIe 4.0 x16": 31.5e9, "PCIe 5.0 x16": 63.0e9}


def chain_bytes(n, steps, stay):
    """Return (to device, to host) of `steps` additions of vectors of n float32.

    `stay`: the sum stays on the device between the steps.
    """
    if stay:
        return 8 * n, 4 * n
    return 8 * n * steps, 4 * n * steps


def projected_seconds(n, steps, stay, link, memory):
    """Return (seconds of copies, seconds of kernels) at two bandwidths in bytes/s.

    Not a measurement: data sheets, no overheads. A step reads two vectors, writes one.
    """
    return sum(chain_bytes(n, steps, stay)) / link, 12 * n * steps / memory
