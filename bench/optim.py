"""Steps of the optimizers beside PyTorch's, on the weights of an MLP-ResNet."""

import numpy as np

from bench.harness import Race, case

SHAPES = [(784, 100), (1, 100)] + [(100, 50), (1, 50), (50, 100), (1, 100)] * 3
SHAPES += [(100, 10), (1, 10)]
LARGE = [(2000, 1000)]


def steps(ours, theirs, shapes, calls):
    """Race a step of both on equal weights and equal gradients, float32."""
    import torch

    from needlebook.autograd import Tensor

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    weights, gradients = (
        [rng.normal(size=s).astype("float32") for s in shapes] for _ in range(2)
    )
    params = [Tensor(w) for w in weights]
    others = [torch.tensor(w, requires_grad=True) for w in weights]
    for p, q, g in zip(params, others, gradients, strict=True):
        p.grad, q.grad = Tensor(g, requires_grad=False), torch.tensor(g)
    one, other = ours(params), theirs(others)

    def check():
        one.step()
        other.step()
        for p, q in zip(params, others, strict=True):
            np.testing.assert_allclose(
                p.numpy(), q.detach().numpy(), rtol=1e-4, atol=1e-5
            )

    return Race(one.step, other.step, check, calls=calls)


def adam(fused, shapes, calls):
    import torch

    from needlebook.optim import Adam

    return steps(
        lambda p: Adam(p, 1e-3),
        lambda p: torch.optim.Adam(p, 1e-3, fused=fused or None),
        shapes,
        calls,
    )


def sgd(fused, shapes, calls):
    import torch

    from needlebook.optim import SGD

    return steps(
        lambda p: SGD(p, 0.1, 0.9),
        lambda p: torch.optim.SGD(p, 0.01, 0.9, fused=fused or None),
        shapes,
        calls,
    )


@case("Adam, MLP-ResNet", goal=1.0, aim=0.5, against="PyTorch, its default")
def adam_default():
    return adam(False, SHAPES, 20)


@case("Adam, MLP-ResNet, fused", goal=5.0, against="PyTorch, fused=True")
def adam_fused():
    return adam(True, SHAPES, 20)


@case("Adam, 2 million weights", goal=1.0, aim=0.7, against="PyTorch, its default")
def adam_large():
    return adam(False, LARGE, 1)


@case("Adam, 2 million weights, fused", goal=5.0, against="PyTorch, fused=True")
def adam_large_fused():
    return adam(True, LARGE, 1)


@case("momentum, MLP-ResNet", goal=1.5, aim=1.0, against="PyTorch, its default")
def sgd_default():
    return sgd(False, SHAPES, 20)


@case("momentum, MLP-ResNet, fused", goal=5.0, against="PyTorch, fused=True")
def sgd_fused():
    return sgd(True, SHAPES, 20)


@case("momentum, 2 million weights", goal=1.5, aim=1.0, against="PyTorch, its default")
def sgd_large():
    return sgd(False, LARGE, 1)
