# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Why scale matters: bowls along and across the axes, rescaled inputs, rare words."""

import numpy as np

from needlebook.autograd import Tensor
from needlebook.experiments.connected import Connected, digits, loss_on, train
from needlebook.experiments.quadratics import descend, rotated, spectrum
from needlebook.optim import SGD, Adam

METHODS = {
    "momentum": (lambda p, lr: SGD(p, lr, 0.9), 10.0 ** np.arange(-1.5, 1.6, 0.5)),
    "Adam": (lambda p, lr: Adam(p, lr, 0.9, 0.99), 10.0 ** np.arange(-2.5, 0.6, 0.5)),
}


def best_of_rates(method, run):
    """Return the smallest result of `run(make_optimizer)` over the method's rates."""
    make, rates = METHODS[method]
    with np.errstate(all="ignore"):
        return float(np.nanmin([run(lambda p, lr=lr: make(p, lr)) for lr in rates]))


def bowl_loss(method, kappa, turned, seed, steps=200):
    """Return the loss after `steps`, by that at first, as a power of ten.

    `turned`: with random eigenvectors instead of the axes.
    """
    values = spectrum(kappa, 10)
    H = rotated(values, seed) if turned else np.diag(values)
    start = np.random.default_rng(seed).normal(size=10)

    def run(optimizer):
        w = descend(optimizer, H, start, steps)[-1]
        return w @ H @ w / (start @ H @ start)

    return np.log10(best_of_rates(method, run))


def scaled_digits_loss(method, factor, seed, steps=40):
    """Return the loss on digits whose pixels 0 to 31 are multiplied by `factor`."""
    X, y = digits()
    X = X * np.where(np.arange(64) < 32, factor, 1.0)

    def run(optimizer):
        network = Connected([64, 20, 10], seed)
        train(network, optimizer(network.parameters()), X, y, steps, seed=seed)
        return loss_on(network, X, y).numpy().item()

    return best_of_rates(method, run)


def rare_words_error(method, seed, words=1000, steps=200, batch=64, noise=0.5):
    """Return the mean squared error over all words, each counted once.

    There is one number to learn for each word. A batch holds words drawn with
    frequencies in proportion to 1, 1/2, 1/3, ..., and for each a noisy target; a word
    that is not in the batch has the gradient 0.
    """
    often = 1 / np.arange(1, words + 1)
    often /= often.sum()
    truth = np.random.default_rng(seed).normal(size=words)

    def run(optimizer):
        rng, w = np.random.default_rng(seed), Tensor(np.zeros(words))
        stepper = optimizer([w])
        for _ in range(steps):
            counts = rng.multinomial(batch, often)
            error = counts * (w.numpy() - truth)
            error += np.sqrt(counts) * noise * rng.normal(size=words)
            w.grad = Tensor(2 * error / batch, requires_grad=False)
            stepper.step()
        return np.mean((w.numpy() - truth) ** 2)

    return best_of_rates(method, run)
