"""Every optimizer beside that of PyTorch, on random problems."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.autograd import Tensor
from needlebook.optim import SGD, Adam, AdamW, RMSProp, clip_norm, clip_value
from tests.closeness import RELATIVE

pytestmark = pytest.mark.since("6")
torch = pytest.importorskip("torch")

# name: ours, and theirs; with momentum their average lacks our factor (1 - momentum)
PAIRS = {
    "sgd": (
        lambda p, wd: SGD(p, 0.05, weight_decay=wd),
        lambda p, wd: torch.optim.SGD(p, 0.05, weight_decay=wd),
    ),
    "momentum": (
        lambda p, wd: SGD(p, 0.05, 0.9, wd),
        lambda p, wd: torch.optim.SGD(p, 0.05 * 0.1, 0.9, weight_decay=wd),
    ),
    "nesterov": (
        lambda p, wd: SGD(p, 0.05, 0.9, wd, nesterov=True),
        lambda p, wd: torch.optim.SGD(
            p, 0.05 * 0.1, 0.9, weight_decay=wd, nesterov=True
        ),
    ),
    "adam": (
        lambda p, wd: Adam(p, 0.02, weight_decay=wd),
        lambda p, wd: torch.optim.Adam(p, 0.02, weight_decay=wd),
    ),
    "adam, other betas": (
        lambda p, wd: Adam(p, 0.02, 0.5, 0.9, 1e-3, wd),
        lambda p, wd: torch.optim.Adam(p, 0.02, (0.5, 0.9), 1e-3, weight_decay=wd),
    ),
    "amsgrad": (
        lambda p, wd: Adam(p, 0.02, weight_decay=wd, amsgrad=True),
        lambda p, wd: torch.optim.Adam(p, 0.02, weight_decay=wd, amsgrad=True),
    ),
    "adamw": (
        lambda p, wd: AdamW(p, 0.02, weight_decay=wd),
        lambda p, wd: torch.optim.AdamW(p, 0.02, weight_decay=wd),
    ),
    "rmsprop": (
        lambda p, wd: RMSProp(p, 0.02, weight_decay=wd),
        lambda p, wd: torch.optim.RMSprop(p, 0.02, weight_decay=wd),
    ),
}


def difference(name, shape, weight_decay, seed, steps=12, ours_is=None):
    """Largest difference of the weights on sum (a * w)^2 + sum b * w, new a and b.

    No first gradient is near 0: an average that knows nothing else is divided by, and
    its rounding with it.
    """
    ours, theirs = PAIRS[name]
    rng = np.random.default_rng(seed)
    start = rng.normal(size=shape)
    w, tw = Tensor(start), torch.tensor(start, requires_grad=True)
    one, other = (ours_is or ours)([w], weight_decay), theirs([tw], weight_decay)
    for step in range(steps):
        a, b = rng.normal(size=(2, *shape))
        if step == 0:
            flat = abs(2 * a * a * start + b + weight_decay * start) < 0.1
            b = np.where(flat, b + 0.2, b)
        constants = [Tensor(x, requires_grad=False) for x in (a, b)]
        ((constants[0] * w) ** 2 + constants[1] * w).sum().backward()
        one.step()
        other.zero_grad()
        ((torch.tensor(a) * tw) ** 2 + torch.tensor(b) * tw).sum().backward()
        other.step()
    return abs(w.numpy() - tw.detach().numpy()).max(initial=0.0)


BOUND = max(1e-10, RELATIVE)

shapes = st.lists(st.integers(1, 5), max_size=3).map(tuple)
decays = st.sampled_from([0.0, 0.01, 0.3])
seeds = st.integers(0, 1000)


@pytest.mark.parametrize("name", PAIRS)
@given(shape=shapes, decay=decays, seed=seeds)
def test_steps_are_those_of_torch(name, shape, decay, seed):
    assert difference(name, shape, decay, seed) < BOUND


class NestedEps(Adam):
    """The planted fault: eps inside the root."""

    def update(self, out, w, g, m, v):
        super().update(out, w, g, m, v)
        of_m, of_v = self.corrections()
        out[:] = w - self.lr * (m / of_m) / np.sqrt(v / of_v + self.eps)


class LateCount(Adam):
    """The planted fault: the correction counts the steps before this one."""

    def corrections(self):
        return [1 - beta ** max(self.t - 1, 1) for beta in (self.beta1, self.beta2)]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("adam, other betas", lambda p, wd: NestedEps(p, 0.02, 0.5, 0.9, 1e-3, wd)),
        ("adam", lambda p, wd: LateCount(p, 0.02, weight_decay=wd)),
        ("adam", lambda p, wd: AdamW(p, 0.02, weight_decay=wd)),
        ("momentum", lambda p, wd: SGD(p, 0.05, 0.9, wd, unbiased=True)),
        ("nesterov", lambda p, wd: SGD(p, 0.05, 0.9, wd)),
        ("amsgrad", lambda p, wd: Adam(p, 0.02, weight_decay=wd)),
    ],
)
def test_planted_faults_are_caught(name, fault):
    assert difference(name, (3, 4), 0.3, seed=0) < BOUND
    assert difference(name, (3, 4), 0.3, seed=0, ours_is=fault) > 1e-6


@given(shape=shapes, seed=seeds, bound=st.sampled_from([0.1, 1.0, 100.0]))
def test_clipping_is_that_of_torch(shape, seed, bound):
    rng = np.random.default_rng(seed)
    grads = rng.normal(size=(2, *shape))
    for ours, theirs in (
        (clip_norm, torch.nn.utils.clip_grad_norm_),
        (clip_value, torch.nn.utils.clip_grad_value_),
    ):
        params = [Tensor(np.zeros(shape)) for _ in grads]
        others = [torch.zeros(shape, dtype=torch.float64) for _ in grads]
        for p, q, g in zip(params, others, grads, strict=True):
            p.grad, q.grad = Tensor(g), torch.tensor(g)
        ours(params, bound)
        theirs(others, bound)
        for p, q in zip(params, others, strict=True):
            np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-4)
