"""Native optimizers and norms beside PyTorch and the readable ones."""

import numpy as np

from bench.harness import Race, case
from bench.optim import LARGE, SHAPES, adam


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def slowly(run):
    """The same with the readable operations."""
    from needlebook.fused import readable

    def inside():
        with readable():
            return run()

    return inside


@case("Adam, MLP-ResNet", goal=1.0, aim=0.5, against="PyTorch, its default")
def adam_default():
    return adam(False, SHAPES, 20)


@case("Adam, MLP-ResNet", goal=2.0, aim=1.0, against="PyTorch, fused=True")
def adam_fused():
    return adam(True, SHAPES, 20)


@case("Adam, 2 million weights", goal=1.25, aim=1.0, against="PyTorch, fused=True")
def adam_large():
    return adam(True, LARGE, 1)


def norm(make, m, n):
    """Race the forward and backward pass of a norm with the readable one."""
    from needlebook.autograd import Tensor

    x, weight, bias = Tensor(drawn(m, n)), Tensor(drawn(n)), Tensor(drawn(n))
    adjoint = Tensor(drawn(m, n, seed=1), requires_grad=False)

    def run():
        make()(x, weight, bias).backward(adjoint)
        return x.grad, weight.grad, bias.grad

    def check():
        for got, wanted in zip(run(), slowly(run)(), strict=True):
            wanted = wanted.numpy()
            atol = 1e-4 * abs(wanted).max()
            np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-3, atol=atol)

    return Race(run, slowly(run), check, calls=5)


@case("batch norm, both ways, 8192 x 32", goal=0.5, against="readable")
def batch_norm():
    from needlebook import ops

    return norm(ops.BatchNorm, 8192, 32)


@case("layer norm, both ways, 1000 x 256", goal=0.5, against="readable")
def layer_norm():
    from needlebook import ops

    return norm(ops.LayerNorm, 1000, 256)
