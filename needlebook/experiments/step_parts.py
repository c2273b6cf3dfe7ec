# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The parts of a training step, readable and native (chapter 11)."""

import json
import os
import subprocess
import sys
import time

import numpy as np


def parts():
    """Return {name: function} of what a step calls, on float32 arrays of NumPy."""
    from needlebook import ops, optim
    from needlebook.autograd import Tensor

    def drawn(*shape):
        return np.random.default_rng(0).normal(size=shape).astype("float32")

    x, w, a = drawn(32, 16, 16, 32), drawn(3, 3, 32, 32), drawn(32, 16, 16, 32)
    rows, back, scale = x.reshape(-1, 32), a.reshape(-1, 32), drawn(32)
    images, W, b = drawn(32, 2048), drawn(2048, 10), drawn(1, 10)
    conv, norm, p = ops.Conv(1, 1), ops.BatchNorm(), Tensor(drawn(300_000))
    p.grad, adam = Tensor(drawn(300_000)), optim.Adam([p])

    def batch_norm_and_back():
        out = norm.compute(rows, scale, scale)
        return norm.vjp(back, out, rows, scale, scale)[0]()

    return {
        "convolution": lambda: conv.compute(x, w),
        "to the image": lambda: conv.vjp(a, a, x, w)[0](),
        "to the filter": lambda: conv.vjp(a, a, x, w)[1](),
        "batch norm, both ways": batch_norm_and_back,
        "linear": lambda: ops.Affine().compute(images, W, b),
        "Adam, 300,000 weights": adam.step,
    }


def milliseconds(function, repeats=7):
    """Return the median time of a call, after one to warm up."""
    function()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - started))
    return float(np.median(times))


def measured():
    """Return {part: (readable ms, native ms)}, measured in a child in NumPy mode."""
    settings = {"NEEDLEBOOK_BACKEND": "np", "NEEDLEBOOK_FUSED": "1"}
    settings |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "needlebook.experiments.step_parts"]
    found = subprocess.run(
        command, env=os.environ | settings, check=True, capture_output=True, text=True
    )
    return json.loads(found.stdout)


def main():
    """Print the times of this process as JSON."""
    from needlebook.fused import readable

    rows = {}
    for name, function in parts().items():
        with readable():
            slow = milliseconds(function)
        rows[name] = slow, milliseconds(function)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
