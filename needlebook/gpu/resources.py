# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Registers and shared memory of the kernels, as nvcc reports them; no GPU needed.

python -m needlebook.gpu.resources book/measurements/<date>-gpu-resources.csv
"""

import csv
import datetime
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ..errors import BackendError
from . import ladder

SOURCES = Path(__file__).resolve().parents[1] / "native" / "cuda"
FIELDS = "date nvcc arch kernel tile threads registers shared spilled".split()
REPORT = re.compile(
    r"Compiling entry function '(\w+)'.*?(\d+) bytes spill stores.*?"
    r"Used (\d+) registers(?:[^\n]*?(\d+) bytes smem)?",
    re.DOTALL,
)


def compiler():
    """Return the path of nvcc; raise BackendError where there is none."""
    tool = shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
    if tool is None:
        raise BackendError("resources: nvcc is not installed; read the stored table")
    return tool


def nvcc(source, arch):
    """Compile CUDA text for an architecture; return what the assembler reports."""
    tool = compiler()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernels.cu"
        file.write_text(source)
        command = [tool, "-std=c++17", f"-arch={arch}", "-Xptxas=-v", f"-I{SOURCES}"]
        command += ["-cubin", "-o", f"{file}.cubin", str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BackendError(f"resources: nvcc refused the kernels\n{done.stderr}")
    return done.stderr


def instance(rung):
    """Return the name and the template's numbers of a rung in the .cuh files."""
    rows, columns, _, tall, wide = rung.tile
    numbers = {
        "shared_tile": (rows,),
        "transposed_registers": (tall,),
        "transposed_shared": (rows, rung.depth, tall),
        "double_buffered": (*rung.tile, columns // wide),
        "warp_tile": (*rung.tile, 8),
    }.get(rung.kernel, rung.tile if rung.rows > 1 else ())
    return rung.kernel.replace("warp_tile", "double_buffered"), numbers


def sweep():
    """Return the rungs of the lecture's form for many L, S and V, compiled or not."""
    return [
        ladder.Rung("transposed_shared", L, L, S, V, V, True)
        for L in (32, 64, 128)
        for S in (4, 8, 16, 32, 64)
        for V in (1, 2, 4, 8)
        if 32 <= (L // V) ** 2 <= 1024 and 8 * L * S <= 49152
    ]


def source(rungs):
    """Return CUDA text that asks the compiler for each kernel once."""
    rows = [f'#include "{file.name}"' for file in sorted(SOURCES.glob("ladder_*.cuh"))]
    rows.append('#include "tensor_cores.cuh"')
    arguments = "const float*, const float*, float*, int, int, int"
    for name, numbers in sorted(set(map(instance, rungs))):
        if numbers:
            listed = ", ".join(map(str, numbers))
            rows.append(f"template __global__ void {name}<{listed}>({arguments});")
    return "\n".join(rows) + "\n"


def parse(report):
    """Return {(kernel, numbers): (registers, shared bytes, spilled bytes)}."""
    found = {}
    for mangled, spilled, registers, shared in REPORT.findall(report):
        length, rest = re.match(r"_Z(\d+)(\w+)", mangled).groups()
        name, rest = rest[: int(length)], rest[int(length) :]
        numbers = re.match(r"I((?:Li\d+E)+)E", rest)
        listed = re.findall(r"Li(\d+)E", numbers[1]) if numbers else []
        key = name, tuple(map(int, listed))
        found[key] = int(registers), int(shared or 0), int(spilled)
    return found


def measure(arch="sm_90"):
    """Return rows (FIELDS) for all rungs, the sweep and the tensor core product."""
    rungs = list(dict.fromkeys([*ladder.rungs(), *sweep()]))
    found = parse(nvcc(source(rungs), arch))
    asked = [compiler(), "--version"]
    version = subprocess.run(asked, capture_output=True, text=True).stdout
    start = [
        datetime.date.today().isoformat(),
        re.search(r"V([\d.]+)", version)[1],
        arch,
    ]
    rows = []
    for rung in rungs:
        tile = "x".join(map(str, rung.tile))
        rows.append([*start, rung.kernel, tile, rung.threads, *found[instance(rung)]])
    rows.append([*start, "tensor_core_product", "16x16x8x0x0", 32])
    rows[-1] += found["tensor_core_product", ()]
    return rows


def stored(folder="measurements"):
    """Return {(kernel, tile): row of the newest stored table}, numbers as int.

    Raises BackendError where no table is stored.
    """
    kept = max(Path(folder).glob("*-gpu-resources.csv"), default=None)
    if kept is None:
        raise BackendError(
            f"resources: no *-gpu-resources.csv in {folder}; write one with "
            "python -m needlebook.gpu.resources FILE where nvcc is"
        )
    rows = {}
    for row in csv.DictReader(kept.open()):
        for name in FIELDS[5:]:
            row[name] = int(row[name])
        tile = tuple(map(int, row["tile"].split("x")))
        rows[row["kernel"], tile] = row | {"file": kept.name}
    return rows


if __name__ == "__main__":
    found = measure()
    with Path(sys.argv[1]).open("w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([FIELDS, *found])
