"""Memory over a thousand steps, counted in live values; and what `reset_grad` is."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.experiments.flat_memory import (
    OPTIMIZERS,
    alive_after_forward,
    live_by_step,
)

pytestmark = pytest.mark.since("8")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kept", [0, 1])
def test_a_thousand_steps_leave_nothing(optimizer, kept):
    counts = live_by_step(optimizer, kept, steps=1000)
    assert np.ptp(counts[1:]) == 0


def test_keeping_every_loss_is_caught():
    counts = live_by_step("SGD", None, steps=50)
    assert (np.diff(counts[1:]) >= 5).all()


def test_momentum_keeps_at_most_one_value_for_each_parameter_and_adam_two():
    plain = live_by_step("SGD", steps=5)[-1]
    assert live_by_step("momentum", steps=5)[-1] - plain <= 4
    assert live_by_step("Adam", steps=5)[-1] - plain <= 8


def test_reset_before_the_forward_pass_frees_the_old_graph():
    never, after, before = map(alive_after_forward, ("never", "after", "before"))
    assert never == after > before + 5


def gradient_twice(leaf, total, add):
    for _ in range(2):
        total(leaf).backward()
    return add(leaf)


def test_ours_overwrites_where_pytorch_adds():
    torch = pytest.importorskip("torch")
    w = nn.Parameter(np.array([1.0, 2.0]))
    ours = gradient_twice(w, lambda w: (w * w).sum(), lambda w: w.grad.numpy())
    leaf = torch.tensor([1.0, 2.0], requires_grad=True)
    theirs = gradient_twice(leaf, lambda w: (w * w).sum(), lambda w: w.grad.numpy())
    assert ours.tolist() == [2, 4] and theirs.tolist() == [4, 8]
