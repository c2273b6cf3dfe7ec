# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations that do at once what took several."""

import numpy

from ..autograd import Tensor, TensorOp, Value, array_api, device_of
from .ops_elementwise import exp
from .ops_logarithmic import less_largest
from .ops_shape import MatMul, reshape, summation, undo_broadcast


# isort: skip_file
from ..fused import fused, norms, products


class SoftmaxCrossEntropy(TensorOp):
    """Mean of log sum exp z - z_y over the rows of z (m, k), for classes `y` (m,)."""

    name = "softmax_cross_entropy"
    axes = None
    reads = ((0,),)

    def __init__(self, y):
        self.y = y

    def compute(self, z):
        shifted = less_largest(z, (1,))
        log_sums = array_api.log(array_api.exp(shifted).sum(axis=1))
        picked = array_api.take_along_axis(shifted, self.y[:, None], 1)
        return (log_sums - picked.reshape(log_sums.shape)).sum() / len(self.y)

    def vjp(self, adjoint, out, z):
        m, k = z.shape
        device = z.device if isinstance(z, Value) else device_of(z)
        one_hot = device.one_hot(k, self.y, z.dtype)
        if isinstance(z, Value):
            one_hot = Tensor.make_const(one_hot)
        exps = exp(less_largest(z, (1,)))
        shares = exps / reshape(summation(exps, (1,)), (m, 1))
        return (shares - one_hot) * (adjoint / m)

    def explain(self, shape):
        return (
            f"logits {shape} and {len(self.y)} classes up to {max(self.y)} do not fit"
        )

    compute = fused(compute, norms.softmax_loss)
    vjp = fused(vjp, norms.softmax_loss_vjp)


def softmax_cross_entropy(z, y):
    """Mean softmax loss of logits `z` (m, k) with classes `y` (m,), Tensor or array.

    `y` is taken as it is: `nn.SoftmaxLoss` checks it.
    """
    classes = y.numpy() if isinstance(y, Value) else numpy.asarray(y)
    return SoftmaxCrossEntropy(classes.astype("int64"))(z)


class Affine(TensorOp):
    """x W + b in one, x (..., n), W (n, k), b (1, k); overwrites the product."""

    name = "affine"
    reads = ((1,), (0,), ())

    def compute(self, x, weight, bias):
        product = x @ weight
        product += bias
        return product

    def vjp(self, adjoint, out, x, weight, bias):
        of_x, of_weight = MatMul().vjp(adjoint, out, x, weight)
        return of_x, of_weight, lambda: undo_broadcast(adjoint, bias.shape)

    def explain(self, x, weight, bias):
        if min(len(x), len(weight)) < 2 or x[-1] != weight[-2]:
            return MatMul().explain(x, weight)
        return f"bias {bias} does not fit {weight}"

    compute = fused(compute, products.linear)
    vjp = fused(vjp, products.linear_vjp)


def affine(x, weight, bias):
    """Return x @ weight + bias, computed in place of the product."""
    return Affine()(x, weight, bias)
