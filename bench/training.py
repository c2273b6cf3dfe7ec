"""One pass of training over 10,000 images, and its parts, beside PyTorch."""

import numpy as np

from bench.harness import Race, case


def close(got, wanted):
    """Assert equality but for the rounding of the dtype."""
    rtol, atol = (1e-4, 1e-5) if got.dtype == "float32" else (1e-7, 0.0)
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=atol)


def images(m=10_000):
    rng = np.random.default_rng(0)
    return rng.random((m, 784)).astype("float32"), rng.integers(10, size=m)


def equal_networks(sizes):
    """The same ReLU network in both libraries, with the same weights."""
    import torch

    from needlebook import nn

    torch.set_num_threads(1)
    np.random.seed(0)
    ours, theirs = [], []
    for n, k in zip(sizes, sizes[1:]):
        ours += [nn.Linear(n, k), nn.ReLU()]
        theirs += [torch.nn.Linear(n, k), torch.nn.ReLU()]
        with torch.no_grad():
            theirs[-2].weight.copy_(torch.tensor(ours[-2].weight.numpy().T))
            theirs[-2].bias.copy_(torch.tensor(ours[-2].bias.numpy()[0]))
    return nn.Sequential(*ours[:-1]), torch.nn.Sequential(*theirs[:-1])


def training_pass(sizes, our_optimizer, their_optimizer, batch=100):
    import torch

    from needlebook import nn
    from needlebook.autograd import Tensor

    X, y = images()
    X_theirs, y_theirs = torch.tensor(X), torch.tensor(y)
    model, twin = equal_networks(sizes)
    update, loss_of = our_optimizer(model.parameters()), nn.SoftmaxLoss()
    their_update = their_optimizer(twin.parameters())

    def ours():
        for start in range(0, len(X), batch):
            part = slice(start, start + batch)
            update.reset_grad()
            loss_of(model(Tensor(X[part], requires_grad=False)), y[part]).backward()
            update.step()

    def theirs():
        for start in range(0, len(X), batch):
            part = slice(start, start + batch)
            their_update.zero_grad()
            logits = twin(X_theirs[part])
            torch.nn.functional.cross_entropy(logits, y_theirs[part]).backward()
            their_update.step()

    def check():
        ours()
        theirs()
        one = model.parameters()[0].numpy()
        np.testing.assert_allclose(one, twin[0].weight.detach().numpy().T, atol=2e-3)

    return Race(ours, theirs, check)


@case("MLP 784-100-10, SGD, one pass", goal=1.0, aim=0.67, against="PyTorch")
def two_layers():
    import torch

    from needlebook import optim

    return training_pass(
        (784, 100, 10),
        lambda params: optim.SGD(params, lr=0.01),
        lambda params: torch.optim.SGD(params, lr=0.01),
    )


@case("MLP 784-200-100-10, Adam, one pass", goal=1.0, aim=0.67, against="PyTorch")
def three_layers():
    import torch

    from needlebook import optim

    return training_pass(
        (784, 200, 100, 10),
        lambda params: optim.Adam(params, lr=1e-4),
        lambda params: torch.optim.Adam(params, lr=1e-4),
    )


@case("softmax loss, 100 x 10", goal=0.6, against="chapter 5's operations")
def fused_loss():
    from needlebook import nn
    from needlebook.autograd import Tensor
    from needlebook.experiments.autograd_training import softmax_loss

    rng = np.random.default_rng(0)
    z, y = Tensor(rng.normal(size=(100, 10))), rng.integers(10, size=100)
    loss_of = nn.SoftmaxLoss()

    def theirs():
        softmax_loss(z, Tensor(np.eye(10)[y], requires_grad=False)).backward()
        return z.grad.numpy()

    def ours():
        loss_of(z, y).backward()
        return z.grad.numpy()

    return Race(ours, theirs, lambda: close(ours(), theirs()), 50)


def linear(m, n, k):
    from needlebook import ops
    from needlebook.autograd import Tensor

    rng = np.random.default_rng(0)
    x, W, b = (
        Tensor(rng.normal(size=shape).astype("float32"))
        for shape in ((m, n), (n, k), (1, k))
    )
    adjoint = Tensor(np.ones((m, k), "float32"), requires_grad=False)

    def ours():
        ops.affine(x, W, b).backward(adjoint)
        return W.grad.numpy()

    def theirs():
        (x @ W + b).backward(adjoint)
        return W.grad.numpy()

    return Race(ours, theirs, lambda: close(ours(), theirs()), 10)


@case("affine, 100 x 784 by 784 x 100", goal=1.1, against="product and sum")
def large_linear():
    return linear(100, 784, 100)


@case("affine, 100 x 100 by 100 x 10", goal=1.05, against="product and sum")
def small_linear():
    return linear(100, 100, 10)
