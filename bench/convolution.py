"""Convolution and both adjoints beside NumPy's im2col and PyTorch, NCHW."""

import numpy as np

from bench.harness import Race, case


def drawn(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


def problem(n, size, c, o, groups):
    """Images, filters and an adjoint of a 3 x 3 convolution that keeps the size."""
    images, filters = drawn(n, size, size, c), drawn(3, 3, c // groups, o)
    return images, filters, drawn(n, size, size, o)


def ours(x, w, a, back, groups):
    from needlebook import ops
    from needlebook.fused import products

    op = ops.Conv(1, 1, groups=groups)

    def run():
        out = products.conv(op, x, w)
        if not back:
            return (out,)
        return out, *(part() for part in products.conv_vjp(op, a, out, x, w))

    return run


def numpys(x, w, a, back, _):
    """im2col as NumPy does it: windows copied, one product; its adjoints."""
    from needlebook.ops.windows import windows

    c, o = w.shape[2:]

    def columns(images):
        padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return windows(padded, (3, 3)).reshape(-1, 9 * images.shape[3])

    def run():
        patches = columns(x)
        out = (patches @ w.reshape(9 * c, o)).reshape(a.shape)
        if not back:
            return (out,)
        flipped = w[::-1, ::-1].transpose(0, 1, 3, 2).reshape(9 * o, c)
        dw = (patches.T @ a.reshape(-1, o)).reshape(w.shape)
        return out, (columns(a) @ flipped).reshape(x.shape), dw

    return run


def torchs(x, w, a, back, groups):
    import torch

    torch.set_num_threads(1)
    images = torch.tensor(x.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    filters = torch.tensor(w.transpose(3, 2, 0, 1).copy(), requires_grad=True)
    adjoint = torch.tensor(a.transpose(0, 3, 1, 2).copy())
    conv = torch.nn.functional.conv2d

    def run():
        if not back:
            with torch.no_grad():
                return (conv(images, filters, None, 1, 1, groups=groups),)
        images.grad = filters.grad = None
        out = conv(images, filters, None, 1, 1, groups=groups)
        out.backward(adjoint)
        return out.detach(), images.grad, filters.grad

    return run


def race(n, size, c, o, back, theirs, groups=1):
    arrays = problem(n, size, c, o, groups)
    one, other = ours(*arrays, back, groups), theirs(*arrays, back, groups)

    def last(array):
        array = np.asarray(array)
        return array.transpose(0, 2, 3, 1) if theirs is torchs else array

    def check():
        want = [last(array) for array in other()[: 1 + back]]
        for got, wanted in zip(one()[: 1 + back], want, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=2e-3)

    return Race(one, other, check)


@case("conv 64 to 64, 32 x 32, forward", goal=0.67, against="NumPy, im2col")
def forward_numpy():
    return race(32, 32, 64, 64, False, numpys)


@case("conv 64 to 64, 32 x 32, both ways", goal=0.67, against="NumPy, im2col")
def both_numpy():
    return race(32, 32, 64, 64, True, numpys)


@case("conv 64 to 64, 32 x 32, forward", goal=1.25, aim=0.83, against="PyTorch, NCHW")
def forward_torch():
    return race(32, 32, 64, 64, False, torchs)


@case("conv 64 to 64, 32 x 32, both ways", goal=1.25, aim=0.83, against="PyTorch, NCHW")
def both_torch():
    return race(32, 32, 64, 64, True, torchs)


@case("conv 16 to 32, 16 x 16, both ways", goal=1.25, aim=0.83, against="PyTorch, NCHW")
def small_torch():
    return race(32, 16, 16, 32, True, torchs)


@case("depthwise, 64, 32 x 32, both ways", goal=1.25, aim=0.83, against="PyTorch, NCHW")
def depthwise_torch():
    return race(32, 32, 64, 64, True, torchs, groups=64)
