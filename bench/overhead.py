"""What one recorded operation costs when there is nothing to compute: one element."""

import numpy as np

from bench.harness import Race, case

NODES = 200


def both():
    """One number as a leaf of ours and as a leaf of PyTorch, in float32."""
    import torch

    from needlebook.autograd import Tensor

    torch.set_num_threads(1)
    data = np.ones(1, dtype="float32")
    return Tensor(data), torch.tensor(data, requires_grad=True)


@case("recorded add, 1 element, float32", goal=1.5, aim=1.0, against="PyTorch")
def recorded_add():
    ours, theirs = both()

    def check():
        np.testing.assert_allclose((ours + ours).numpy(), (theirs + theirs).detach())

    return Race(lambda: ours + ours, lambda: theirs + theirs, check, calls=2000)


@case("backward of adds, per node, float32", goal=1.5, aim=1.0, against="PyTorch")
def backward_of_adds():
    ours, theirs = both()

    def chain(leaf):
        value = leaf
        for _ in range(NODES):
            value = value + leaf
        return value

    def check():
        ours.grad = theirs.grad = None
        chain(ours).backward()
        chain(theirs).backward()
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy())

    return Race(
        lambda end: end.backward(),
        lambda end: end.backward(),
        check,
        calls=20,
        per=NODES,
        setup_ours=lambda: chain(ours),
        setup_theirs=lambda: chain(theirs),
    )
