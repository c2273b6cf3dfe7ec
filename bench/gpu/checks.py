"""Every kernel against NumPy, awkward sizes first. Each check raises AssertionError."""

import itertools

import numpy as np

from needlebook.array import NDArray, backend_numpy, cpu_numpy, indexing
from needlebook.errors import DeviceMemoryError

from . import suite

SIZES = [0, 1, 2, 3, 4, 5, 31, 32, 33, 1023, 1025, 4097]
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5, 3.0e38], "float32")
SHAPES = [
    *((1, 1), (3, 5), (7, 33), (33, 7), (257, 3), (2, 4097), (300, 40), (5, 5, 5)),
    *((2, 3, 40, 50), (4, 1, 9), (1, 70_001)),
]
AWKWARD = [(1, 1, 1), (5, 7, 3), (33, 65, 17), (130, 70, 31), (3, 260, 8), (64, 64, 4)]


class NotHere(Exception):
    """Why a check cannot be made on this device; it has not failed."""


class Checks:
    """The checks of one device. `small`: sizes for a simulator, and fewer of them."""

    def __init__(self, device, small=False, seed=0):
        self.device, self.small = device, small
        self.rng = np.random.default_rng(seed)

    def array(self, *shape):
        return self.rng.normal(size=shape).astype("float32")

    def on_both(self, *arrays):
        return [
            [NDArray(a, device=device) for a in arrays]
            for device in (self.device, cpu_numpy())
        ]

    def equal(self, work, *arrays, rtol=1e-5, atol=1e-6):
        """Demand that `work` gives the same on this device and on NumPy."""
        ours, theirs = (work(*given) for given in self.on_both(*arrays))
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(
                ours.numpy(), theirs.numpy(), rtol=rtol, atol=atol
            )

    def elementwise(self):
        for size in SIZES:
            a, b = self.array(size), self.array(size)
            self.every_function(a, b, np.abs(a) + 0.1)
        self.every_function(
            np.repeat(SPECIAL, SPECIAL.size), np.tile(SPECIAL, SPECIAL.size), SPECIAL
        )

    def every_function(self, a, b, positive):
        with np.errstate(all="ignore"):
            for name in backend_numpy.BINARY:
                method = special_name(name)
                self.equal(lambda x, y, m=method: getattr(x, m)(y), a, b)
                self.equal(lambda x, m=method: getattr(x, m)(2.5), a)
            for name in backend_numpy.UNARY:
                method = special_name(name)
                self.equal(lambda x, m=method: getattr(x, m)(), positive)

    def views(self):
        for shape in SHAPES:
            a = self.array(*shape)
            self.equal(lambda x: x.T.compact(), a)
            self.equal(
                lambda x: x[tuple(slice(None, None, 2) for _ in x.shape)] + x.sum(),
                a,
                rtol=1e-4,
            )
            self.equal(
                lambda x: x.T + x.sum(axis=0, keepdims=True).T, a, rtol=1e-4, atol=1e-4
            )
            self.equal(
                lambda x: x[tuple(slice(None, None, -1) for _ in x.shape)].compact(), a
            )
        self.equal(
            lambda x: x.permute((0, 2, 3, 1)).compact(), self.array(3, 40, 50, 9)
        )
        self.equal(lambda x: x.permute((2, 0, 1)).compact(), self.array(40, 33, 34))

    def assignment(self):
        def assign(x, y):
            x[1:7:2, :, ::3] = y
            x[0] = 2.5
            x[2:4, 1:3] = y[0:1, 0:1, 0:1]
            return x

        self.equal(assign, self.array(8, 5, 9), self.array(3, 5, 3))

    def reductions(self):
        for shape in SHAPES:
            a = self.array(*shape)
            for axis in [None, *range(len(shape)), (0, len(shape) - 1)]:
                for name in ("sum", "max"):
                    self.equal(
                        lambda x, n=name, k=axis: getattr(x, n)(axis=k),
                        a,
                        rtol=1e-4,
                        atol=1e-3,
                    )
        a = self.array(40, 70)
        a[3, 5] = np.nan
        for axis in (None, 0, 1):
            self.equal(lambda x, k=axis: x.max(axis=k), a)
            self.equal(lambda x, k=axis: x.sum(axis=k), a, rtol=1e-4, atol=1e-4)

    def product(self, m, n, p):
        """One product, its operands transposed or not by chance."""
        a, b = self.array(m, n), self.array(n, p)
        flip_a, flip_b = self.rng.integers(2, size=2)
        one = NDArray(a.T if flip_a else a, device=self.device)
        other = NDArray(b.T if flip_b else b, device=self.device)
        found = (one.T if flip_a else one) @ (other.T if flip_b else other)
        error = np.abs(found.numpy() - a @ b).max(initial=0.0)
        assert error <= bound(n), f"{(m, n, p)}: error {error}, allowed {bound(n)}"

    def small_products(self):
        sizes = (1, 2, 3, 5, 8, 16, 17) if self.small else range(1, 18)
        for m in sizes:
            for n in sizes:
                for p in sizes:
                    self.product(m, n, p)

    def products_up_to_130(self):
        for place in range(3):
            for size in range(1, 131, 16 if self.small else 1):
                self.product(*self.drawn(place, size))

    def ladder(self):
        """Every kernel of the chapter's ladder, and every one that only moves data."""
        from needlebook.gpu import ladder, timed

        self.build = "gpu" if self.device.name == "cuda" else "sim"
        sizes = range(1, 131, 43 if self.small else 1)
        shapes = AWKWARD + [self.drawn(place, k) for place in range(3) for k in sizes]
        for rung in ladder.rungs(self.build):
            for m, n, k in shapes:
                self.rung(rung, m, n, k)
        for kernel in timed.KERNELS:
            for shape in ((1, 1), (7, 5), (33, 65), (130, 31), (40, 300)):
                x = self.array(*shape)
                found = ladder.move(kernel, x, self.build)
                np.testing.assert_allclose(found, timed.moved(kernel, x), atol=1e-4)

    def small_products_of_rungs(self):
        """The eight rungs of the chapter on every triple of sizes up to 17."""
        from needlebook.gpu import ladder

        self.build = "gpu" if self.device.name == "cuda" else "sim"
        sizes = (1, 4, 17) if self.small else range(1, 18)
        for rung in ladder.ladder(self.build):
            for m, n, k in itertools.product(sizes, repeat=3):
                self.rung(rung, m, n, k)

    def rung(self, rung, m, n, k):
        """Demand of a rung the product of random matrices (m, k) and (k, n)."""
        from needlebook.gpu import ladder

        a, b = self.array(m, k), self.array(k, n)
        left = np.ascontiguousarray(a.T) if rung.transposed else a
        error = np.abs(ladder.product(rung, left, b, self.build) - a @ b).max()
        assert error <= bound(k), f"{rung}, {(m, n, k)}: error {error}"

    def drawn(self, place, size):
        """Return three sizes up to 130, the one at `place` given."""
        shape = [int(k) for k in self.rng.integers(1, 131, size=3)]
        shape[place] = size
        return tuple(shape)

    def batches(self):
        self.equal(
            lambda a, b: a @ b, self.array(3, 9, 20), self.array(3, 20, 7), atol=1e-4
        )
        self.equal(
            lambda a, b: a @ b, self.array(2, 3, 9, 20), self.array(20, 7), atol=1e-4
        )
        self.equal(
            lambda a, b: a[:, 1:8:2, ::3] @ b[::-1].broadcast_to((3, 7, 5)),
            *(self.array(3, 9, 20), self.array(7, 5)),
            atol=1e-4,
        )
        self.equal(
            lambda a, b: a @ b,
            self.array(5, 3001),
            self.array(3001, 6),
            rtol=1e-3,
            atol=1e-3,
        )
        self.equal(lambda a, b: a @ b, self.array(3, 0), self.array(0, 4))

    def windows(self):
        """Convolution as this library does it: windows as a view, then a product."""

        def convolved(x, w):
            n, h, v, c = x.shape
            image, row, column, channel = x.strides
            shape = (n, h - 2, v - 2, 3, 3, c)
            strides = (image, row, column, row, column, channel)
            columns = x.as_strided(shape, strides).reshape(
                (n * (h - 2) * (v - 2), 9 * c)
            )
            return columns @ w

        self.equal(convolved, self.array(2, 9, 8, 3), self.array(27, 5), atol=1e-4)

    def indexing(self):
        """Places that are named often, masks, and a choice, as NumPy has them."""
        a = self.array(70, 33)
        rows = self.rng.integers(0, 70, size=400)
        self.equal(lambda x: indexing.get_item(x, rows), a)
        self.equal(lambda x: indexing.get_item(x, (slice(None), a[0] > 0)), a)
        self.equal(
            lambda x: indexing.put_item(x, rows, (70, 33)),
            self.array(400, 33),
            atol=1e-4,
        )
        self.equal(lambda x: indexing.where(x > 0.5, x, 2.5), a)

    def out_of_memory(self):
        kept = NDArray(np.arange(1000), device=self.device)
        with_too_much = 2**45
        try:
            self.device.empty((with_too_much,))
        except DeviceMemoryError as error:
            assert "out of memory" in str(error), error
        else:
            raise AssertionError(f"{with_too_much} elements were allocated")
        np.testing.assert_array_equal((kept + 1).numpy(), np.arange(1, 1001))

    def training(self):
        from needlebook.experiments.on_devices import IMAGES, losses

        for options in ({},) if self.small else ({}, IMAGES):
            ours, theirs = (losses(d, **options) for d in (self.device, cpu_numpy()))
            np.testing.assert_allclose(ours, theirs, rtol=2e-3)

    def beyond_32_bits(self):
        """More elements than 32 bits count, where there is memory for them."""
        if self.small:
            raise NotHere("only at full size")
        try:
            big = self.device.full((2, 2**31 + 3), 1.0)
            big[:, -3:] = 2.0
            turned = big[:, ::-1].compact()
        except DeviceMemoryError as error:
            raise NotHere("not enough memory") from error
        np.testing.assert_array_equal(turned[:, :4].numpy(), [[2, 2, 2, 1]] * 2)

    def all(self):
        """Yield (name, function), cheap and awkward ones first."""
        for name in (
            *("elementwise", "views", "assignment", "reductions", "small_products"),
            *("products_up_to_130", "ladder", "small_products_of_rungs"),
            *("batches", "windows", "out_of_memory", "training"),
            "beyond_32_bits",
        ):
            yield name, getattr(self, name)
        yield "indexing", self.indexing
        yield "tests on this device", lambda: suite.run(self.device, self.small)


def bound(depth):
    """Return the error that float32 sums of `depth` products may have."""
    return 1e-6 * (depth + 8) * np.sqrt(max(depth, 1))


def special_name(name):
    """Return the method of NDArray that calls the kernel `name`."""
    names = {"div": "truediv", "power": "pow"}
    plain = ("maximum", "log", "exp", "tanh", "sqrt")
    return name if name in plain else f"__{names.get(name, name)}__"
