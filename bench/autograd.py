"""What recording and walking back cost, beside PyTorch and beside simpler ways.

Numbers are of the dtype of the library's mode: float64 in arrays of NumPy, float32 in
arrays of our own. PyTorch gets the same.
"""

import numpy as np

from bench.harness import Race, case
from needlebook import BACKEND

NODES = 500
DTYPE, RTOL = ("float64", 1e-9) if BACKEND == "np" else ("float32", 1e-4)


def four_numbers():
    return np.random.default_rng(0).uniform(0.9, 1.1, size=4).astype(DTYPE)


def both():
    """The same four numbers as a leaf of ours and as a leaf of PyTorch."""
    import torch

    from needlebook.autograd import Tensor

    torch.set_num_threads(1)
    data = four_numbers()
    return Tensor(data), torch.tensor(data, requires_grad=True)


def recorded(step):
    ours, theirs = both()

    def check():
        got, wanted = step(ours).numpy(), step(theirs).detach().numpy()
        assert got.dtype == wanted.dtype == DTYPE
        np.testing.assert_allclose(got, wanted, rtol=RTOL)

    return Race(lambda: step(ours), lambda: step(theirs), check, calls=2000)


def walked_back(step):
    """Backward through a chain of `step`, with the adjoint of its end given."""
    import torch

    from needlebook.autograd import Tensor

    ours, theirs = both()

    def chain(leaf):
        value = leaf
        for _ in range(NODES):
            value = step(value, leaf)
        return value

    one = Tensor(np.ones(4, DTYPE), requires_grad=False)
    other = torch.ones(4, dtype=getattr(torch, DTYPE))

    def check():
        theirs.grad = None
        chain(ours).backward(one)
        chain(theirs).backward(other)
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=RTOL)

    return Race(
        lambda end: end.backward(one),
        lambda end: end.backward(other),
        check,
        per=NODES,
        setup_ours=lambda: chain(ours),
        setup_theirs=lambda: chain(theirs),
    )


@case("recorded add, 4 numbers", goal=1.5, aim=0.7, against="PyTorch")
def recorded_add():
    return recorded(lambda x: x + x)


@case("recorded multiply, 4 numbers", goal=1.5, aim=0.7, against="PyTorch")
def recorded_multiply():
    return recorded(lambda x: x * x)


@case("recorded multiply by a number", goal=1.5, aim=0.7, against="PyTorch")
def recorded_scalar():
    return recorded(lambda x: x * 3.0)


@case("backward per node, add", goal=1.5, aim=0.7, against="PyTorch")
def backward_add():
    return walked_back(lambda value, leaf: value + leaf)


@case("backward per node, multiply", goal=1.5, aim=0.7, against="PyTorch")
def backward_multiply():
    return walked_back(lambda value, leaf: value * leaf)


@case("backward per node, negate", goal=1.5, aim=0.7, against="PyTorch")
def backward_negate():
    return walked_back(lambda value, leaf: -value)


@case("loss and gradients, 8-16-4 network", goal=1.5, aim=0.7, against="PyTorch")
def small_network():
    import torch

    from needlebook import ops
    from needlebook.autograd import Tensor

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    shapes = (32, 8), (8, 16), (16, 4)
    X, A, B = (rng.normal(size=shape).astype(DTYPE) for shape in shapes)
    x, a, b = Tensor(X, requires_grad=False), Tensor(A), Tensor(B)
    tx, ta, tb = torch.tensor(X), torch.tensor(A), torch.tensor(B)
    ta.requires_grad_()
    tb.requires_grad_()

    def ours():
        ((ops.relu(x @ a) @ b) ** 2).sum().backward()

    def theirs():
        ta.grad = tb.grad = None
        ((torch.relu(tx @ ta) @ tb) ** 2).sum().backward()

    def check():
        ours()
        theirs()
        np.testing.assert_allclose(a.grad.numpy(), ta.grad.numpy(), rtol=RTOL)

    return Race(ours, theirs, check, calls=50)


@case("backward, 14 doublings", goal=0.05, against="an adjoint down every path")
def doublings():
    from needlebook.autograd import Tensor
    from needlebook.experiments.deep_graphs import calls_by_recursion, doubling

    leaf, end = doubling(14)
    one = Tensor(1.0, requires_grad=False)

    def check():
        end.backward(one)
        assert leaf.grad.numpy() == 2**14

    return Race(lambda: end.backward(one), lambda: calls_by_recursion(end), check)


@case("backward, adjoints as arrays", goal=0.7, against="adjoints as Tensors")
def deferred():
    from needlebook.autograd import Tensor
    from needlebook.experiments.overhead import product_chain
    from needlebook.reverse import Record

    one = Tensor(np.ones(4, DTYPE), requires_grad=False)
    leaf, end = product_chain(NODES)

    def check():
        end.backward(one)
        recorded = Record(end, one).adjoint_of(id(leaf))
        np.testing.assert_allclose(leaf.grad.numpy(), recorded.numpy())

    def theirs():
        return Record(end, one).adjoint_of(id(leaf))

    return Race(lambda: end.backward(one), theirs, check, per=NODES)
