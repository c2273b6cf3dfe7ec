"""Whole steps of training beside PyTorch, in the mode of the library.

`make bench GROUP=end_to_end` runs on arrays of our own; with NEEDLEBOOK_BACKEND=np in
front of it, on those of NumPy. The names of the cases say which.
"""

from functools import partial

import numpy as np

from bench.harness import Race, case
from bench.mlp_resnet import DIM, HIDDEN, batches, copy_weights, torch_network
from needlebook import BACKEND

MODE = {"np": "NumPy", "nd": "own"}[BACKEND]


def drawn(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


def cnn(layers, classes=10):
    """The small CNN, of the modules in `layers`: conv, norm, relu, flatten, linear."""
    conv, norm, relu, flatten, linear = layers
    sizes, modules = [(3, 16, 1), (16, 32, 2), (32, 32, 1)], []
    for c, o, stride in sizes:
        modules += [conv(c, o, stride), norm(o), relu()]
    return [*modules, flatten(), linear(32 * 16 * 16, classes)]


def our_cnn():
    from needlebook import nn

    np.random.seed(0)
    layers = (
        lambda c, o, s: nn.Conv(c, o, 3, s, bias=False),
        nn.BatchNorm2d,
        nn.ReLU,
        nn.Flatten,
        nn.Linear,
    )
    return nn.Sequential(*cnn(layers))


def their_cnn():
    from torch import nn

    layers = (
        lambda c, o, s: nn.Conv2d(c, o, 3, s, 1, bias=False),
        nn.BatchNorm2d,
        nn.ReLU,
        nn.Flatten,
        nn.Linear,
    )
    return nn.Sequential(*cnn(layers))


def pictures(many=10, batch=32):
    rng = np.random.default_rng(0)
    return drawn(many, batch, 3, 32, 32), rng.integers(10, size=(many, batch))


def rows():
    """Batches of drawn images (100, 784), and of their classes (100,)."""
    return map(list, zip(*batches(np.asarray), strict=True))


def our_pass(model, make, X, y):
    """One pass over batches of images, with an optimizer; it returns the losses."""
    from needlebook import nn
    from needlebook.autograd import Tensor

    optimizer, loss_of = make(model.parameters()), nn.SoftmaxLoss()
    images = [Tensor(part, requires_grad=False) for part in X]

    def run(many=None):
        model.train()
        losses = []
        for part, classes in zip(images[:many], y, strict=False):
            optimizer.reset_grad()
            loss = loss_of(model(part), classes)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return losses

    return run


def their_pass(model, make, X, y):
    """The same in PyTorch, on one thread."""
    import torch

    torch.set_num_threads(1)
    optimizer, loss_of = make(model.parameters()), torch.nn.CrossEntropyLoss()
    images, classes = [torch.tensor(part) for part in X], [torch.tensor(p) for p in y]

    def run(many=None):
        model.train()
        losses = []
        for part, wanted in zip(images[:many], classes, strict=False):
            optimizer.zero_grad()
            loss = loss_of(model(part), wanted)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return losses

    return run


def same_losses(one, other, many=2, rtol=2e-3):
    """Assert that both passes start with the same losses: before anything is timed.

    The first says that both forward passes agree, the second that the gradients and
    steps do. Later ones drift: Adam divides the rounding of tiny gradients by itself.
    """
    got, wanted = ([loss.numpy().item() for loss in run(many)] for run in (one, other))
    np.testing.assert_allclose(got, wanted, rtol=rtol)


def without_dropout(network, check):
    """Run `check` while the masks of two libraries cannot differ."""
    dropouts = [part for part in network if type(part).__name__ == "Dropout"]
    before = [part.p for part in dropouts]
    assert len(set(before)) < 2
    try:
        for part in dropouts:
            part.p = 0.0
        check()
    finally:
        for part, p in zip(dropouts, before, strict=True):
            part.p = p


def race(ours, theirs, make, their_make, X, y):
    """Race a pass of two networks, which are given equal weights first."""
    from needlebook.nn.module import walk

    copy_weights(ours, theirs)
    one, other = our_pass(ours, make, X, y), their_pass(theirs, their_make, X, y)
    parts = [*(part for _, part in walk(ours, "")), *theirs.modules()]

    def check():
        without_dropout(parts, lambda: same_losses(one, other))

    return Race(one, other, check)


def both(name, *arguments):
    """The optimizer called `name` of both libraries, as functions of parameters."""
    import torch

    from needlebook import optim

    kinds = getattr(optim, name), getattr(torch.optim, name)
    return tuple(partial(made, kind, arguments) for kind in kinds)


def made(kind, arguments, params):
    return kind(params, *arguments)


@case(f"CNN, Adam, ten batches of 32, {MODE}", goal=1.43, aim=1.0, against="PyTorch")
def small_cnn():
    return race(our_cnn(), their_cnn(), *both("Adam", 1e-3), *pictures())


@case(f"MLP 784-100-10, SGD, one pass, {MODE}", goal=1.0, aim=0.67, against="PyTorch")
def mlp():
    import torch

    from needlebook import nn

    def network(nn):
        return nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10))

    np.random.seed(0)
    return race(network(nn), network(torch.nn), *both("SGD", 0.01), *rows())


@case(
    f"MLP-ResNet, Adam, one pass, {MODE}",
    goal=1.0,
    aim=0.5,
    against="PyTorch, default Adam",
)
def mlp_resnet():
    import torch  # noqa: F401

    from needlebook.models import MLPResNet

    np.random.seed(0)
    twins = MLPResNet(DIM, HIDDEN), torch_network()
    return race(*twins, *both("Adam", 1e-3), *rows())


if MODE == "NumPy":

    @case(f"CNN, Adam, ten batches of 32, {MODE}", goal=0.67, against="readable")
    def cnn_readable():
        from needlebook.fused import readable

        X, y = pictures()
        ours, slow = our_cnn(), our_cnn()
        for p, q in zip(ours.parameters(), slow.parameters(), strict=True):
            q.data = p.detach()
        make, _ = both("Adam", 1e-3)
        one, inside = our_pass(ours, make, X, y), our_pass(slow, make, X, y)

        def other(*many):
            with readable():
                return inside(*many)

        return Race(one, other, lambda: same_losses(one, other))
