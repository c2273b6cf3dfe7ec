"""The exercises of chapter 9, first half."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.experiments import normalized as net
from needlebook.gradcheck import gradcheck
from needlebook.solutions import ch09

pytestmark = pytest.mark.since("9")


def draws(*shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


@pytest.mark.np
def test_9_1_positive_scale_and_any_shift_are_lost():
    assert ch09.same_after_layer_norm(3.0, -2.0, draws(4, 5)) < 1e-9
    assert ch09.same_after_layer_norm(-1.0, 0.0, draws(4, 5)) > 1


def test_9_2_folded_is_the_same_function():
    linear, norm = nn.Linear(4, 3), nn.BatchNorm1d(3)
    norm(linear(Tensor(draws(20, 4, dtype="float32"))))
    norm.eval()
    x = Tensor(draws(5, 4, seed=1, dtype="float32"))
    got = ch09.fold(linear, norm)(x).numpy()
    assert got == pytest.approx(norm(linear(x)).numpy(), abs=1e-5)


def test_9_3_rms_norm():
    x, w = Tensor(draws(3, 4)), Tensor(draws(4, seed=1))
    gradcheck(ch09.rms_norm, x, w, verbose=False)
    rms = np.sqrt((x.numpy() ** 2).mean(1, keepdims=True) + 1e-5)
    assert ch09.rms_norm(x, w).numpy() == pytest.approx(w.numpy() * x.numpy() / rms)


def test_9_4_with_a_norm_the_gradient_is_orthogonal_to_the_weights():
    assert ch09.radial_share(nn.BatchNorm1d) < 1e-3
    assert ch09.radial_share(nn.LayerNorm1d) < 1e-3
    assert ch09.radial_share(None) > 0.01


@pytest.mark.parametrize("m", [2, 6, 101])
def test_9_5_unbiased(m):
    assert ch09.unbiased_ratio(m) == pytest.approx(m / (m - 1), rel=1e-3)


def test_9_6_with_batch_norm_the_next_gradient_is_nearly_the_last():
    found = {name: ch09.predictability(norm, 0) for name, norm in net.NORMS.items()}
    assert found["batch"] > 0.85
    assert max(found["none"], found["layer"]) < found["batch"] - 0.2


def test_9_7_groups_are_independent():
    x, w, b = Tensor(draws(6, 4)), Tensor(draws(4)), Tensor(draws(4, seed=1))
    gradcheck(lambda *v: ch09.ghost_batch_norm(*v, 3), x, w, b, verbose=False)
    other = Tensor(np.concatenate([x.numpy()[:3], draws(3, 4, seed=9)]))
    same = [ch09.ghost_batch_norm(v, w, b, 3).numpy()[:3] for v in (x, other)]
    assert same[0] == pytest.approx(same[1])


def test_9_8_with_identities_fifty_layers_of_batch_norm_train():
    assert ch09.residual_errors(nn.BatchNorm1d, 0) < 0.5
