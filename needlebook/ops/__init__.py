# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The operations, as classes and as functions, and the names that come with them."""

from typing import List, Optional, Tuple, Union  # noqa: UP035

import numpy

from ..autograd import NDArray, Op, Tensor, TensorOp, TensorTuple, TensorTupleOp, Value
from ..backend_selection import BACKEND, array_api
from . import ops_mathematic
from .ops_elementwise import (
    AddScalar,
    DivScalar,
    EWiseAdd,
    EWiseDiv,
    EWiseMul,
    EWisePow,
    Exp,
    Log,
    MulScalar,
    Negate,
    Number,
    PowerScalar,
    ReLU,
    add,
    add_scalar,
    divide,
    divide_scalar,
    exp,
    log,
    mul_scalar,
    multiply,
    negate,
    power,
    power_scalar,
    relu,
)
from .ops_shape import (
    BroadcastTo,
    MatMul,
    Reshape,
    Summation,
    Transpose,
    broadcast_to,
    matmul,
    reshape,
    summation,
    transpose,
)
from .ops_tuple import (
    FusedAddScalars,
    MakeTensorTuple,
    TupleGetItem,
    fused_add_scalars,
    make_tuple,
    tuple_get_item,
)

from .ops_logarithmic import LogSoftmax, LogSumExp, logsoftmax, logsumexp

from .ops_fused import SoftmaxCrossEntropy, softmax_cross_entropy

from .ops_activations import GELU, Sigmoid, Tanh, gelu, sigmoid, tanh

from .ops_fused import Affine, affine

from .ops_normalization import (
    BatchNorm,
    LayerNorm,
    batch_norm,
    layer_norm,
    mean_along,
    standardize,
)

from .ops_conv import Conv, conv, conv_transpose
from .ops_pixels import Dilate, Flip, Pad, UnDilate, dilate, flip, pad, undilate
from .ops_pool import AvgPool, MaxPool, avg_pool, max_pool
from .ops_stack import Split, Stack, split, stack

from .ops_index import GetItem, PutItem, get_item

from .ops_conv import ConvBias, conv_bias
