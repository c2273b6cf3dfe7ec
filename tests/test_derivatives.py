"""Derivatives as functions of functions, against formulas and differences."""

import numpy as np
import pytest

from needlebook import derivatives, ops
from needlebook.autograd import Tensor, TensorOp
from needlebook.differentiation.numerical import numerical_gradient
from needlebook.errors import NoGradientError, ShapeError

pytestmark = pytest.mark.since("5")

WAYS = [
    derivatives.reverse_over_reverse,
    derivatives.forward_over_reverse,
    derivatives.reverse_over_forward,
    derivatives.hvp,
]


def curved(x):
    return (ops.exp(x * 0.3) * x**2 / ops.log(x) + x**3 + x**x).sum()


def network(weights):
    X = np.random.default_rng(1).normal(size=(5, 3))
    hidden = ops.relu(Tensor(X, requires_grad=False) @ weights)
    return ops.log(ops.exp(hidden).sum(1)).sum()


@pytest.mark.np
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("function", "shape"), [(curved, (3,)), (network, (3, 4))], ids=["curved", "net"]
)
def test_hessian_times_vector_equals_a_difference_of_gradients(way, function, shape):
    rng = np.random.default_rng(0)
    x, v = rng.uniform(1.5, 3.0, shape), rng.normal(size=shape)

    def slope(array):
        return derivatives.gradient(function)(Tensor(array)).numpy()

    eps = 1e-5
    want = (slope(x + eps * v) - slope(x - eps * v)) / (2 * eps)
    assert way(function, Tensor(x), Tensor(v)).numpy() == pytest.approx(want, rel=1e-6)


def test_the_hessian_of_a_quadratic_is_its_matrix():
    A = np.array([[2.0, 1.0], [1.0, 3.0]])

    def quadratic(x):
        return (x * (Tensor(A, requires_grad=False) @ x)).sum() * 0.5

    x = Tensor(np.zeros((2, 1)))
    columns = [derivatives.hvp(quadratic, x, Tensor(e[:, None])) for e in np.eye(2)]
    assert np.hstack([column.numpy() for column in columns]) == pytest.approx(A)


def test_a_difference_would_show_a_wrong_rule_of_forward_mode(monkeypatch):
    wrong = {**derivatives.FORWARD, ops.Exp: (lambda d, op, out, a: d,)}
    monkeypatch.setattr(derivatives, "FORWARD", wrong)
    x, v = Tensor([2.0, 3.0]), Tensor([1.0, 1.0])
    right = derivatives.reverse_over_reverse(curved, x, v).numpy()
    assert abs(derivatives.forward_over_reverse(curved, x, v).numpy() - right).max() > 1


@pytest.mark.np
def test_gradient_agrees_with_differences():
    x = np.array([1.7, 2.5])
    want = numerical_gradient(lambda a: float(curved(Tensor(a)).numpy()), x)
    got = derivatives.gradient(curved)(Tensor(x)).numpy()
    assert got == pytest.approx(want, rel=1e-7)


def test_gradient_of_what_does_not_depend_on_it_is_zero():
    zero = derivatives.gradient(lambda x, y: (y * y).sum())
    assert not zero(Tensor([1.0, 2.0]), Tensor([3.0])).numpy().any()


def test_jvp_returns_value_and_tangent():
    out, tangent = derivatives.jvp(
        lambda a, b: a @ b,
        [Tensor(np.ones((2, 3))), Tensor(np.ones((3, 2)))],
        [Tensor(np.ones((2, 3))), Tensor(np.zeros((3, 2)))],
    )
    assert out.numpy().tolist() == tangent.numpy().tolist() == [[3.0, 3.0]] * 2


def test_jvp_of_broadcasting_has_the_shape_of_the_output():
    a, b = Tensor(np.ones((1, 3))), Tensor(np.ones((2, 3)))
    _, tangent = derivatives.jvp(lambda a: a + b, [a], [Tensor(np.ones((1, 3)))])
    assert tangent.shape == (2, 3)


def test_a_tangent_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match=r"tangent of shape \(2,\).*\(3,\)"):
        derivatives.jvp(ops.exp, [Tensor(np.ones(3))], [Tensor(np.ones(2))])


def test_an_operation_without_forward_rule_is_named():
    class Cube(TensorOp):
        def compute(self, a):
            return a**3

    with pytest.raises(NoGradientError, match="no forward rule for Cube"):
        derivatives.jvp(Cube(), [Tensor(1.0)], [Tensor(1.0)])
