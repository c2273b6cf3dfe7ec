"""What the kernels reach: bandwidth beside a copy, products beside the vendor's."""

import statistics
import time

import numpy as np

from needlebook.array import NDArray

from . import vendor

GOALS = {"product": 0.55, "stream": 0.9, "transpose": 0.8}


class Timings:
    """Times on one device. `small`: sizes at which a simulator answers."""

    def __init__(self, device, small=False):
        self.device, self.small, self.mod = device, small, device.mod
        self.rng = np.random.default_rng(0)
        self.repeats, self.turn = (3, 0.0) if small else (20, 0.01)
        self.elements = 2**12 if small else 2**27
        self.copy = None

    def array(self, *shape):
        return NDArray(self.rng.random(shape, dtype="float32"), device=self.device)

    def seconds(self, *works):
        """Return the median seconds of each of `works`, in alternated turns."""
        calls = []
        for work in works:
            work()
            self.mod.synchronize()
            calls.append(max(1, int(self.turn / max(self.once(work, 1), 1e-9))))
        turns = [
            [self.once(*pair) for pair in zip(works, calls, strict=True)]
            for _ in range(self.repeats)
        ]
        return [statistics.median(times) for times in zip(*turns, strict=True)]

    def once(self, work, calls):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        self.mod.synchronize()
        return (time.perf_counter() - start) / calls

    def all(self):
        """Yield dictionaries: case, value, unit, share, of, goal."""
        yield from self.streams()
        yield from self.products()
        yield from self.bus()
        yield from self.overheads()

    def streams(self):
        n = self.elements
        side = int(n**0.5)
        a, b, out = self.array(n), self.array(n), self.device.empty((n,))
        (seconds,) = self.seconds(
            lambda: self.mod.compact(a._handle, out._handle, (n,), (1,), 0)
        )
        self.copy = 8 * n / seconds
        yield row("device copy", self.copy / 1e9, "GB/s")
        square, wide = a[: side * side].reshape((side, side)), a.reshape((n // 64, 64))
        column = self.array(n // 64, 1)
        cases = [
            ("elementwise add", 12 * n, lambda: a + b),
            ("elementwise exp", 8 * n, lambda: a.exp()),
            ("add a broadcast column", 8 * n, lambda: wide + column),
            ("sum of everything", 4 * n, lambda: a.sum()),
            ("max of everything", 4 * n, lambda: a.max()),
            ("sum of rows", 4 * side * side, lambda: square.sum(axis=1)),
            ("sum of columns", 4 * side * side, lambda: square.sum(axis=0)),
            ("sum of rows of 64", 4 * n, lambda: wide.sum(axis=1)),
            ("transpose", 8 * side * side, lambda: square.T.compact()),
            ("every other column", 8 * n // 2, lambda: wide[:, ::2].compact()),
        ]
        for name, moved, work in cases:
            (seconds,) = self.seconds(work)
            goal = GOALS["transpose" if name == "transpose" else "stream"]
            if name in ("every other column", "add a broadcast column"):
                goal = None
            rate = moved / seconds
            yield row(name, rate / 1e9, "GB/s", rate / self.copy, "device copy", goal)

    def products(self):
        name, theirs = vendor.product() if not self.small else (None, None)
        sizes = [(32,) * 3] if self.small else [(k,) * 3 for k in (512, 1024, 2048)]
        if not self.small:
            sizes += [(4096,) * 3, (8192,) * 3, (1000, 777, 333), (100_000, 288, 32)]
        for m, n, p in sizes:
            yield from self.product(m, n, p, name, theirs)

    def product(self, m, n, p, name, theirs):
        """Time one product, the same with a transposed left side, and the vendor's."""
        a, b, out = self.array(m, n), self.array(n, p), self.device.empty((m, p))
        turned = self.array(n, m).T
        handles = a._handle, b._handle, out._handle
        self.mod.matmul(*handles, m, n, p)
        self.demand_rows(a, b, out)
        self.demand_rows(turned, b, turned @ b)
        works = [lambda: self.mod.matmul(*handles, m, n, p), lambda: turned @ b]
        if theirs:
            works.append(lambda: theirs(*handles, m, n, p))
        ours, transposed, *vendors = self.seconds(*works)
        square = m == n == p
        case = f"matrix product {m}" if square else f"matrix product {m} {n} {p}"
        flops = 2 * m * n * p / 1e12
        share = vendors[0] / ours if vendors else None
        goal = GOALS["product"] if square and m >= 4096 else None
        of = "the vendor's float32" if vendors else ""
        yield row(case, flops / ours, "TFLOP/s", share, of, goal)
        yield row(f"{case}, left transposed", flops / transposed, "TFLOP/s")
        if vendors:
            yield row(f"{case}, {name}", flops / vendors[0], "TFLOP/s")

    def demand_rows(self, a, b, product):
        """Demand that some rows of a product are those of NumPy."""
        some = [0, a.shape[0] // 2, a.shape[0] - 1]
        right = a.numpy()[some].astype("float64") @ b.numpy()
        np.testing.assert_allclose(product.numpy()[some], right, rtol=1e-4)

    def bus(self):
        n = min(self.elements, 2**26)
        target = self.device.empty((n,))._handle
        pageable, pinned = self.rng.random(n, dtype="float32"), self.mod.pinned(n)
        pinned[:] = pageable
        for kind, host in (("pageable", pageable), ("pinned", pinned)):
            (seconds,) = self.seconds(lambda h=host: self.mod.from_numpy(h, target))
            yield row(f"to the device, {kind}", 4 * n / seconds / 1e9, "GB/s")
        (seconds,) = self.seconds(lambda: self.mod.to_numpy(target, (n,), (1,), 0))
        yield row("to the host, pageable", 4 * n / seconds / 1e9, "GB/s")

    def overheads(self):
        tiny = self.device.empty((1,))._handle
        (seconds,) = self.seconds(lambda: self.mod.fill(tiny, 1.0))
        yield row("launch, not waited for", seconds * 1e6, "µs")

        def waited():
            self.mod.fill(tiny, 1.0)
            self.mod.synchronize()

        (seconds,) = self.seconds(waited)
        yield row("launch, waited for", seconds * 1e6, "µs")
        x = self.array(min(self.elements, 2**22))

        def chain(home):
            y = x
            for _ in range(10):
                y = y * 0.5 + 1
                y = NDArray(y.numpy(), device=self.device) if home else y

        stays, travels = self.seconds(lambda: chain(False), lambda: chain(True))
        yield row("ten steps, kept on the device", stays * 1e3, "ms")
        yield row("ten steps, brought home", travels * 1e3, "ms")


def row(case, value, unit, share=None, of="", goal=None):
    return {
        "case": case,
        "value": value,
        "unit": unit,
        "share": share,
        "of": of,
        "goal": goal,
    }
