"""Matrix products in float32: the last rung against OpenBLAS (NumPy) and MKL (PyTorch).

Unset OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE, else NumPy runs with a foreign kernel.
Both sides write into an array that is there.
"""

import os

import numpy as np

from bench.harness import Race, case

SQUARES = (64, 128, 256, 512, 1024, 2048)
ODD = ((1000, 777, 333), (100, 784, 100), (100, 100, 10), (17, 33, 65), (1, 784, 100))
TRANSPOSED = ((784, 100, 100), (512, 512, 512))


def race(m, n, p, against, transposed=False):
    from needlebook.manual.native import require

    rng = np.random.default_rng(0)
    A = rng.normal(size=(n, m) if transposed else (m, n)).astype("float32")
    A = A.T if transposed else A
    B = rng.normal(size=(n, p)).astype("float32")
    C, D = np.empty((2, m, p), np.float32)
    product = require("_matmul_ladder").product
    if against == "NumPy":

        def theirs():
            np.matmul(A, B, out=D)
    else:
        import torch

        torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
        a, b, d = map(torch.from_numpy, (A, B, D))

        def theirs():
            torch.matmul(a, b, out=d)

    def ours():
        product(A, B, C)

    def check():
        ours()
        theirs()
        bound = 2e-7 * n * (np.abs(A) @ np.abs(B))
        assert np.all(np.abs(C - D) <= bound)

    return Race(ours, theirs, check, calls=max(1, int(2e7 / (m * n * p))))


def register(sizes, against, goal, aim, transposed=False):
    name = "A transposed, " if transposed else ""
    name += " x ".join(map(str, sizes))
    case(name, goal=goal, aim=aim, against=against)(
        lambda: race(*sizes, against, transposed)
    )


for _n in SQUARES:
    register((_n,) * 3, "NumPy", 1 / 0.8 if _n >= 256 else 1 / 0.7, 1.0)
    register((_n,) * 3, "PyTorch", 1 / 0.7, 1 / 0.9)
for _sizes in ODD:
    register(_sizes, "NumPy", 1 / 0.7, 1.0)
for _sizes in TRANSPOSED:
    register(_sizes, "NumPy", 1 / 0.7, 1.0, transposed=True)
