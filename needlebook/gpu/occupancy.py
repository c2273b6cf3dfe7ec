# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""How many blocks fit on a streaming multiprocessor, and what stops the next one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """Limits of one multiprocessor, and what the card of `name` has of them.

    `shared` counts KiB, `clock` GHz, `bandwidth` GB/s of the card's memory.
    """

    name: str
    capability: str
    multiprocessors: int
    lanes: int
    clock: float
    bandwidth: float
    threads: int
    blocks: int
    shared: int
    registers: int = 65536

    @property
    def peak(self):
        """Float32 operations per second, two for a fused multiply and add."""
        return 2 * self.multiprocessors * self.lanes * self.clock * 1e9


A100 = Architecture("A100", "8.0", 108, 64, 1.41, 1555, 2048, 32, 164)
RTX4090 = Architecture("RTX 4090", "8.9", 128, 128, 2.52, 1008, 1536, 24, 100)
H100 = Architecture("H100 SXM", "9.0", 132, 128, 1.98, 3350, 2048, 32, 228)


@dataclass(frozen=True)
class Occupancy:
    """Blocks per multiprocessor, their part of its threads, and the scarce resource."""

    blocks: int
    part: float
    limit: str


def occupancy(architecture, threads, registers, shared):
    """Return the Occupancy of blocks of `threads`, each thread with `registers`.

    `shared` is in bytes per block. Registers are given out to warps, 256 at a time, in
    four files; shared memory in units of 128 bytes, 1 KiB per block for the system. No
    block fits with more than 1024 threads, 255 registers, or the memory of one block.
    Raises ValueError for no threads or no registers. Source: the programming guide's
    table of limits per compute capability.
    """
    if threads < 1 or registers < 1:
        raise ValueError(
            f"occupancy: {threads} threads of {registers} registers; both begin at 1"
        )
    warps = -(-threads // 32)
    of_warp = -(-registers * 32 // 256) * 256
    by_registers = architecture.registers // 4 // of_warp * 4 // warps
    of_block = -(-(shared + 1024) // 128) * 128
    fits = {
        "threads": architecture.threads // (32 * warps),
        "registers": by_registers,
        "shared memory": architecture.shared * 1024 // of_block,
        "blocks": architecture.blocks,
    }
    most = (architecture.shared - 1) * 1024
    if shared > most or registers > 255 or threads > 1024:
        fits = {"one block": 0}
    limit = min(fits, key=fits.get)
    part = fits[limit] * 32 * warps / architecture.threads
    return Occupancy(fits[limit], part, limit)
