# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What dropout does to the size of activations, layer by layer (L9.43, L9.44)."""

import numpy as np

from needlebook import init, nn
from needlebook.experiments.fifty_layers import FiftyLayers
from needlebook.experiments.regularized import constants, few_digits, network


class Mask(nn.Module):
    """Drop with probability `p` and divide the rest by (1 - p) ** power.

    Power 0: dropout without scaling; 1: our Dropout; 1/2: keeps the mean square.
    """

    def __init__(self, p, power):
        super().__init__()
        self.p, self.power = p, power

    def forward(self, x):
        if not self.training:
            return x
        mask = init.randb(*x.shape, p=1 - self.p, dtype=x.dtype)
        return x * (mask / (1 - self.p) ** self.power)


def sizes_by_depth(p, power, seed=0, training=True):
    """Return the RMS of the activations of fifty ReLU layers with masks on each.

    Kaiming's variance 2/n, which keeps them level without masks.
    """
    X, y, _, _ = few_digits(seed)
    np.random.seed(seed)
    masked = FiftyLayers(
        64, 10, c=2.0, normalization=lambda _: Mask(p, power), seed=seed
    )
    for mask in masked.norms:
        mask.training = training
    return masked.profile(X, y).activations


def per_layer(sizes):
    """Return the factor by which a layer multiplies the size, a geometric mean."""
    return float((sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1)))


def two_scalings(p=0.5, lr=0.1, steps=100, seed=0):
    """Train with masks scaled by 1/(1-p), and with bare masks, on the same masks.

    The second has its last weights divided by 1-p at the start, and a rate for them
    that is larger by 1/(1-p)^2; for the test they are multiplied by 1-p. Returns the
    outputs of both on the test digits.
    """
    X, y, X_test, _ = few_digits(seed)
    X, X_test = X.astype("float64"), X_test.astype("float64")
    outputs = []
    for power in (1, 0):
        np.random.seed(seed)
        first, _, last = network([64, 50, 10], dtype="float64").modules
        params = first.weight, first.bias, last.weight, last.bias
        keep = 1.0 if power else 1 - p
        last.weight.data = last.weight.data / keep
        model = nn.Sequential(first, nn.ReLU(), Mask(p, power), last)
        for _ in range(steps):
            nn.SoftmaxLoss()(model(*constants(X)), *constants(y)).backward()
            for param in params:
                rate = lr / keep**2 if param is last.weight else lr
                param.data = param.data - rate * param.grad.data
        last.weight.data = keep * last.weight.data
        outputs.append(model.eval()(*constants(X_test)).numpy())
    return outputs
