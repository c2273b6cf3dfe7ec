# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Solutions to the exercises of chapter 8."""

import numpy as np

from needlebook import ops
from needlebook.autograd import Tensor, TensorOp, TensorTupleOp
from needlebook.experiments.memory_cycles import growth_per_step
from needlebook.nn import Module


def leaks(step, steps=10):
    """Whether `step(i)` leaves more values the more often it runs, for good."""
    few = growth_per_step(step, steps)[1]
    return growth_per_step(step, 2 * steps)[1] > few


class Softplus(TensorOp):
    """log(e^0 + e^a) = max(a, 0) + log(1 + e^-|a|); its derivative is the sigmoid."""

    reads = ((0,),)

    def compute(self, a):
        return np.maximum(a, 0) + np.log1p(np.exp(-abs(a)))

    def vjp(self, adjoint, out, a):
        return adjoint * ops.sigmoid(a)


def softplus(a):
    """Return log(1 + exp(a)) of each element."""
    return Softplus()(a)


class BinaryLoss(Module):
    """Mean of softplus(z) - y z for logits z and labels y, 0 or 1, of one shape."""

    def forward(self, logits, y):
        return (softplus(logits) - logits * y).sum() / logits.numpy().size


def logsumexp_of_any(a):
    """Logsumexp of each row of an array (m, k), infinite entries allowed."""
    largest = a.max(axis=1, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(a - shift).sum(axis=1)) + shift[:, 0]


def streaming_logsumexp(chunks):
    """Logsumexp of all numbers in `chunks`, each chunk seen once."""
    largest, total = -np.inf, 0.0
    for chunk in chunks:
        new = max(largest, chunk.max())
        total = total * np.exp(largest - new) + np.exp(chunk - new).sum()
        largest = new
    return float(largest + np.log(total))


def accumulate(model, loss, batches):
    """Gradients, by parameter, of the mean loss over the examples of all batches."""
    examples = sum(len(y) for _, y in batches)
    sums = [np.zeros(p.shape, p.dtype) for p in model.parameters()]
    for X, y in batches:
        loss(model(Tensor(X, requires_grad=False)), y).backward()
        for total, p in zip(sums, model.parameters(), strict=True):
            total += p.grad.numpy() * (len(y) / examples)
    return sums


def round_stochastically(x, rng):
    """Round to one of the two float16 neighbours, so that the mean is `x`."""
    near = x.astype("float16")
    direction = np.where(near > x, -np.inf, np.inf).astype("float16")
    other = np.nextafter(near, direction)
    share = (x - near) / (other.astype(float) - near)
    return np.where(rng.random(x.shape) < share, other, near)


def average(states):
    """Mean of the arrays of each name; ValueError where names or shapes differ."""
    forms = [{name: array.shape for name, array in state.items()} for state in states]
    if any(form != forms[0] for form in forms):
        raise ValueError(f"average: names or shapes differ: {forms}")
    return {name: np.mean([s[name] for s in states], axis=0) for name in forms[0]}


class TopTwo(TensorTupleOp):
    """The largest and the second largest of each row of a (m, k)."""

    reads = ((0,),)

    def compute(self, a):
        ordered = np.sort(a, axis=1)
        return ordered[:, -1], ordered[:, -2]

    def vjp(self, adjoint, out, a):
        array = a.realize_cached_data() if isinstance(a, Tensor) else a
        places = np.argsort(array, axis=1, kind="stable")
        unit = np.eye(array.shape[1], dtype=array.dtype)
        masks = [unit[places[:, -1]], unit[places[:, -2]]]
        if isinstance(a, Tensor):
            masks = [Tensor(mask, requires_grad=False) for mask in masks]
        first, second = (ops.reshape(adjoint[i], (len(array), 1)) for i in (0, 1))
        return first * masks[0] + second * masks[1]


def top_two(a):
    """Return the TensorTuple (largest, second largest) of each row."""
    return TopTwo()(a)
