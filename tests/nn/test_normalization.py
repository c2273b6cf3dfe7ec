import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import autograd, nn, optim
from needlebook.autograd import Tensor
from needlebook.errors import BatchSizeWarning, ShapeError
from needlebook.experiments.memory_cycles import growth_per_step
from needlebook.gradcheck import gradcheck
from needlebook.nn.renormalization import BatchRenorm1d
from tests.closeness import DTYPE, close

pytestmark = pytest.mark.since("9")


def draws(m, n, seed=0, dtype=DTYPE):
    return np.random.default_rng(seed).normal(2, 3, size=(m, n)).astype(dtype)


def test_weight_and_bias_start_at_1_and_0_and_are_trained():
    for norm in (nn.LayerNorm1d(4), nn.BatchNorm1d(4)):
        assert [p.shape for p in norm.parameters()] == [(4,), (4,)]
        assert (norm.weight.numpy() == 1).all() and (norm.bias.numpy() == 0).all()


def test_running_statistics_are_tensors_and_no_parameters():
    norm = nn.BatchNorm1d(3)
    assert (norm.running_mean.numpy() == 0).all() and (
        norm.running_var.numpy() == 1
    ).all()
    assert norm.running_mean.dtype == "float32" and len(norm.parameters()) == 2


@pytest.mark.parametrize("unbiased", [False, True])
def test_running_variance_is_biased_unless_asked(unbiased):
    X, norm = draws(6, 4), nn.BatchNorm1d(4, momentum=0.25, unbiased=unbiased)
    norm(Tensor(X))
    variance = X.var(0, ddof=int(unbiased))
    assert norm.running_var.numpy() == pytest.approx(0.75 + 0.25 * variance, rel=1e-5)
    assert norm.running_mean.numpy() == pytest.approx(0.25 * X.mean(0), rel=1e-5)


@given(st.integers(2, 9), st.integers(1, 6), st.integers(0, 99))
def test_batch_norm_against_torch_in_both_modes(m, n, seed):
    torch = pytest.importorskip("torch")
    ours = nn.BatchNorm1d(n, dtype=DTYPE, unbiased=True)
    theirs = torch.nn.BatchNorm1d(n, dtype=getattr(torch, DTYPE))
    for step in range(3):
        X = draws(m, n, seed + step)
        one, other = ours(Tensor(X)), theirs(torch.tensor(X))
        # A column's mean is rounded by up to eps max|x|, which the division by its
        # deviation enlarges: two examples that nearly agree show it.
        lost = np.abs(X).max(0) / np.sqrt(X.var(0) + 1e-5)
        error = np.abs(one.numpy() - other.detach().numpy())
        assert (error <= 2 * np.finfo(DTYPE).eps * (4 + lost)).all()
    ours.eval()
    theirs.eval()
    x, t = Tensor(X), torch.tensor(X, requires_grad=True)
    one, other = ours(x), theirs(t)
    close(one.numpy(), other.detach().numpy(), atol=1e-7)
    (one**2).sum().backward()
    (other**2).sum().backward()
    close(x.grad.numpy(), t.grad.numpy(), rtol=1e-6, atol=1e-6)
    got, want = ours.weight.grad.numpy(), theirs.weight.grad.numpy()
    close(got, want, rtol=1e-6, atol=1e-6)


def test_evaluation_mode_is_a_function_of_each_example():
    norm, X = nn.BatchNorm1d(4), draws(8, 4, dtype="float32")
    norm(Tensor(X))
    norm.eval()
    before = norm.running_mean.numpy()
    together = norm(Tensor(X)).numpy()
    assert norm(Tensor(X[:1])).numpy() == pytest.approx(together[:1])
    assert (norm.running_mean.numpy() == before).all()


def test_the_modules_pass_the_gradient_check():
    norm = nn.BatchNorm1d(4, dtype=DTYPE)
    gradcheck(norm, Tensor(draws(5, 4)), verbose=False)
    gradcheck(norm.eval(), Tensor(draws(5, 4)), verbose=False)
    gradcheck(nn.LayerNorm1d(4, dtype=DTYPE), Tensor(draws(5, 4)), verbose=False)


@pytest.mark.parametrize("kind", [nn.LayerNorm1d, nn.BatchNorm1d])
@pytest.mark.parametrize("shape", [(3, 5), (4,), (0, 4), (2, 3, 4)])
def test_a_wrong_width_is_named(kind, shape):
    with pytest.raises(ShapeError, match=rf"{kind.__name__}: wanted \(m, 4\)"):
        kind(4)(Tensor(np.ones(shape)))


def test_a_batch_of_one_warns_in_training_mode_only():
    norm, x = nn.BatchNorm1d(3), Tensor(np.ones((1, 3)))
    with pytest.warns(BatchSizeWarning, match="call eval"):
        assert (norm(x).numpy() == 0).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        norm.eval()(x)
        nn.LayerNorm1d(3)(x)


def test_a_graph_of_evaluation_mode_keeps_its_statistics():
    norm, x = nn.BatchNorm1d(3).eval(), Tensor(np.ones((2, 3)))
    out = norm(x)
    norm.train()(Tensor(draws(5, 3)))
    out.sum().backward()
    assert x.grad.numpy() == pytest.approx(1 / np.sqrt(1 + 1e-5))


@pytest.mark.parametrize("kind", [nn.LayerNorm1d, nn.BatchNorm1d, BatchRenorm1d])
def test_memory_is_flat_over_a_thousand_training_steps(kind):
    model = nn.Sequential(nn.Linear(4, 3), kind(3), nn.ReLU())
    step_by, kept = optim.SGD(model.parameters(), lr=0.01), []
    X = Tensor(draws(5, 4, dtype="float32"), requires_grad=False)

    def step(_):
        kept[:] = [(model(X) ** 2).sum()]
        kept[0].backward()
        step_by.step()

    assert growth_per_step(step, 1000)[0] == 0
    assert autograd.TENSOR_COUNTER < 10_000


def test_renormalization_between_batch_norm_and_running_averages():
    X = Tensor(draws(6, 4, dtype="float32"))
    plain, tight = nn.BatchNorm1d(4), BatchRenorm1d(4, r_max=1.0, d_max=0.0)
    assert tight(X).numpy() == pytest.approx(plain(X).numpy(), abs=1e-5)
    free = BatchRenorm1d(4, r_max=1e9, d_max=1e9)
    expected = X.numpy() / np.sqrt(1 + 1e-5)
    assert free(X).numpy() == pytest.approx(expected, abs=1e-5)
