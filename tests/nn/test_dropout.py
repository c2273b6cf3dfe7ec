import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook import Tensor, nn
from needlebook.gradcheck import gradcheck
from needlebook.nn.dropout import DropoutError
from tests.closeness import close

pytestmark = pytest.mark.since("9")

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)


def draws(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def uniform_mask(shape, p, seed):
    """The course's mask: one draw of uniform numbers, kept where at most 1 - p."""
    np.random.seed(seed)
    return np.random.rand(*shape) <= 1 - p


@given(shapes, st.floats(0, 0.9), st.integers(0, 1000))
def test_the_rest_is_divided_by_the_probability_of_keeping(shape, p, seed):
    x = draws(shape)
    want = x * uniform_mask(shape, p, seed) / (1 - p)
    np.random.seed(seed)
    close(nn.Dropout(p)(Tensor(x)).numpy(), want, rtol=1e-12)


def test_each_forward_pass_draws_once():
    np.random.seed(3)
    layer = nn.Dropout(0.5)
    layer(Tensor(draws((4, 5))))
    after = np.random.rand()
    np.random.seed(3)
    np.random.rand(4, 5)
    assert np.random.rand() == after


def test_evaluation_is_the_identity_and_draws_nothing():
    x = Tensor(draws((4, 5)))
    np.random.seed(3)
    assert nn.Dropout(0.5).eval()(x) is x
    after = np.random.rand()
    np.random.seed(3)
    assert np.random.rand() == after


def test_masks_differ_from_pass_to_pass_and_from_element_to_element():
    np.random.seed(0)
    layer, x = nn.Dropout(0.5), Tensor(np.ones((100, 100)))
    one, other = layer(x).numpy(), layer(x).numpy()
    assert (one != other).mean() == pytest.approx(0.5, abs=0.03)
    assert one.mean() == pytest.approx(1, abs=0.03)
    assert len({row.tobytes() for row in one}) == 100


def masked(x, p=0.4):
    np.random.seed(5)
    return nn.Dropout(p)(x)


def test_gradient():
    gradcheck(masked, Tensor(draws((3, 4))), verbose=False)


def test_one_operation_is_recorded_and_the_type_is_kept():
    x = Tensor(draws((3, 4)).astype("float32"))
    out = masked(x)
    assert out.inputs[0] is x and out.dtype == "float32"


@given(shapes)
def test_values_and_gradients_are_those_of_torch_on_the_same_mask(shape):
    torch = pytest.importorskip("torch")
    x = draws(shape)
    ours, theirs = Tensor(x), torch.tensor(x, requires_grad=True)
    out = masked(ours)
    scale = torch.tensor(uniform_mask(shape, 0.4, 5) / 0.6)
    (theirs * scale).pow(2).sum().backward()
    (out**2).sum().backward()
    close(out.numpy(), (theirs * scale).detach(), rtol=1e-12)
    close(ours.grad.numpy(), theirs.grad, rtol=1e-12)


def test_a_mask_that_forgets_the_scale_is_caught():
    class Unscaled(nn.Dropout):
        def forward(self, x):
            return super().forward(x) * (1 - self.p)

    np.random.seed(0)
    assert Unscaled(0.5)(Tensor(np.ones(10_000))).numpy().mean() < 0.6


@pytest.mark.parametrize("p", [-0.1, 1, 1.5])
def test_a_probability_out_of_range_is_named(p):
    with pytest.raises(DropoutError, match=r"in \[0, 1\), got"):
        nn.Dropout(p)
