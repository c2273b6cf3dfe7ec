"""The same programs in PyTorch: equal values and equal gradients."""

import numpy as np
import pytest

from needlebook import ops
from needlebook.autograd import Tensor
from needlebook.derivatives import hvp
from tests.closeness import close

pytestmark = pytest.mark.since("5")
torch = pytest.importorskip("torch")


def draws(*shapes):
    rng = np.random.default_rng(7)
    return [rng.uniform(0.5, 2.0, size=shape) for shape in shapes]


class Ours:
    """Names under which both libraries do the same."""

    log, exp, relu = ops.log, ops.exp, ops.relu

    @staticmethod
    def total(a, axes):
        return a.sum(axes)


class Theirs:
    log, exp, relu = torch.log, torch.exp, torch.relu

    @staticmethod
    def total(a, axes):
        return a.sum() if axes is None else a.sum(axes)


PROGRAMS = {
    "broadcasts": (lambda L, a, b: (a * b + a / b - b) ** 2, [(3, 1, 4), (2, 1)]),
    "powers": (lambda L, a, b: a**b * L.log(a), [(3, 4), (4,)]),
    "stacks": (lambda L, a, b: a @ b, [(5, 1, 2, 3), (4, 3, 2)]),
    "sums": (
        lambda L, a, b: L.total(a * b, (0, 2)) / L.total(b, None),
        [(2, 3, 4)] * 2,
    ),
    "shapes": (
        lambda L, a, b: a.reshape((4, 6)) @ b.reshape((6, 2)),
        [(2, 12), (3, 4)],
    ),
    "network": (lambda L, a, b: L.exp(-L.relu(a @ b - 2.5)), [(6, 3), (3, 4)]),
    "shared": (lambda L, a, b: (a + b) * (a + b) / (a * a + L.exp(b)), [(3,), (3,)]),
}


F64 = pytest.param("float64", 1e-12, marks=pytest.mark.np)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype, tolerance", [F64, ("float32", 3e-5)])
def test_values_and_gradients_agree(name, dtype, tolerance):
    program, shapes = PROGRAMS[name]
    data = [array.astype(dtype) for array in draws(*shapes)]
    ours = [Tensor(array) for array in data]
    theirs = [torch.tensor(array, requires_grad=True) for array in data]
    one, other = program(Ours, *ours), program(Theirs, *theirs)
    close(one.numpy(), other.detach().numpy(), rtol=tolerance)
    g = np.random.default_rng(8).normal(size=one.shape).astype(dtype)
    one.backward(Tensor(g))
    other.backward(torch.tensor(g))
    for x, y in zip(ours, theirs, strict=True):
        assert x.grad.dtype == dtype
        scale = abs(y.grad.numpy()).max()
        close(x.grad.numpy(), y.grad.numpy(), rtol=tolerance, atol=tolerance * scale)


@pytest.mark.parametrize("name", ["powers", "network", "shared"])
def test_hessian_vector_products_agree(name):
    program, shapes = PROGRAMS[name]
    a, b = draws(*shapes)
    v = np.random.default_rng(9).normal(size=a.shape)
    ours = hvp(lambda x: program(Ours, x, Tensor(b)).sum(), Tensor(a), Tensor(v))
    theirs = torch.autograd.functional.hvp(
        lambda x: program(Theirs, x, torch.tensor(b)).sum(),
        torch.tensor(a),
        torch.tensor(v),
    )[1]
    close(ours.numpy(), theirs.numpy(), rtol=1e-9, atol=1e-9)
