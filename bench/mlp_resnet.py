"""One training pass of the MLP-ResNet of homework 2, with Adam, beside PyTorch's."""

import numpy as np

from bench.harness import Race, case

EXAMPLES, BATCH, DIM, HIDDEN = 10_000, 100, 784, 100


def images():
    """Random images with labels, never zeros: (10000, 784) float32, (10000,)."""
    rng = np.random.default_rng(0)
    X = rng.random((EXAMPLES, DIM), dtype="float32")
    return X, rng.integers(0, 10, EXAMPLES)


def torch_network():
    """The same network in PyTorch."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, fn):
            super().__init__()
            self.fn = fn

        def forward(self, x):
            return self.fn(x) + x

    def block(dim, hidden):
        fn = [nn.Linear(dim, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
        fn += [nn.Dropout(0.1), nn.Linear(hidden, dim), nn.BatchNorm1d(dim)]
        return nn.Sequential(Residual(nn.Sequential(*fn)), nn.ReLU())

    blocks = [block(HIDDEN, HIDDEN // 2) for _ in range(3)]
    first, last = nn.Linear(DIM, HIDDEN), nn.Linear(HIDDEN, 10)
    return nn.Sequential(nn.Flatten(), first, nn.ReLU(), *blocks, last)


def copy_weights(ours, theirs):
    """Give PyTorch's network the values of ours, whose weights have channels last."""
    import torch

    axes = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        array = np.array(p.numpy())
        with torch.no_grad():
            q.copy_(torch.tensor(array.transpose(axes[array.ndim])).view(q.shape))


def batches(wrap):
    X, y = images()
    starts = range(0, EXAMPLES, BATCH)
    return [(wrap(X[i : i + BATCH]), wrap(y[i : i + BATCH])) for i in starts]


def evaluated_alike(ours, theirs, X):
    """Both networks compute the same function before anything is timed."""
    import torch

    copy_weights(ours, theirs)
    with torch.no_grad():
        want = theirs.eval()(torch.tensor(X)).numpy()
    from needlebook.autograd import Tensor

    got = ours.eval()(Tensor(X, requires_grad=False)).numpy()
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-4)


@case(
    "training pass, MLP-ResNet, Adam, 10,000 images",
    goal=1.0,
    aim=0.5,
    against="PyTorch, default Adam",
)
def training_pass():
    import torch

    from needlebook import optim
    from needlebook.autograd import Tensor
    from needlebook.models import MLPResNet, epoch

    torch.set_num_threads(1)
    np.random.seed(0)
    ours, theirs = MLPResNet(DIM, HIDDEN), torch_network()
    opt = optim.Adam(ours.parameters(), lr=0.001)
    torch_opt = torch.optim.Adam(theirs.parameters(), lr=0.001)
    loss = torch.nn.CrossEntropyLoss()
    our_batches = batches(lambda array: Tensor(array, requires_grad=False))
    their_batches = batches(torch.tensor)

    def their_pass():
        theirs.train()
        for X, y in their_batches:
            torch_opt.zero_grad()
            loss(theirs(X), y).backward()
            torch_opt.step()

    def check():
        evaluated_alike(ours, theirs, images()[0][:BATCH])

    return Race(lambda: epoch(our_batches, ours, opt), their_pass, check)
