"""Layer norm and batch norm, forward and backward: fused, composed and PyTorch's."""

import numpy as np

from bench.harness import Race, case

SHAPE = (250, 100)


def arrays():
    rng = np.random.default_rng(0)
    return rng.normal(size=(2, *SHAPE)).astype("float32")


def ours(axis):
    """The fused norm, the composed one, the input and a step through either."""
    from needlebook import ops
    from needlebook.autograd import Tensor

    X, adjoint = arrays()
    x, out_grad = Tensor(X), Tensor(adjoint, requires_grad=False)
    w, b = (Tensor(f(SHAPE[1], dtype="float32")) for f in (np.ones, np.zeros))
    fused = ops.layer_norm if axis else ops.batch_norm

    def step(norm):
        norm().backward(out_grad)
        return x.grad.numpy()

    return (
        lambda: step(lambda: fused(x, w, b)),
        lambda: step(lambda: ops.standardize(x, axis)[0] * w + b),
    )


def against_composed(axis):
    fused, composed = ours(axis)

    def check():
        np.testing.assert_allclose(fused(), composed(), atol=1e-5)

    return Race(fused, composed, check, calls=20)


def against_torch(axis):
    import torch

    torch.set_num_threads(1)
    X, adjoint = (torch.tensor(array) for array in arrays())
    X.requires_grad_(True)
    kind = torch.nn.LayerNorm if axis else torch.nn.BatchNorm1d
    norm = kind(SHAPE[1])

    def theirs():
        X.grad = None
        norm(X).backward(adjoint)
        return X.grad.numpy()

    fused, _ = ours(axis)

    def check():
        np.testing.assert_allclose(fused(), theirs(), atol=1e-4)

    return Race(fused, theirs, check, calls=20)


@case("layer norm, fused, 250 x 100", goal=0.8, aim=0.6, against="composed")
def layer_norm_fused():
    return against_composed(1)


@case("batch norm, fused, 250 x 100", goal=0.8, aim=0.5, against="composed")
def batch_norm_fused():
    return against_composed(0)


@case("layer norm, 250 x 100", goal=3.0, aim=1.0, against="PyTorch")
def layer_norm():
    return against_torch(1)


@case("batch norm, 250 x 100", goal=1.5, aim=1.0, against="PyTorch")
def batch_norm():
    return against_torch(0)
