# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Values that remember how they were computed.

`LAZY_MODE`: compute a value only when somebody looks at it.
`TENSOR_COUNTER`: number of values that are alive.
"""

import weakref

import numpy

from . import ops
from .backend_selection import (  # noqa: F401
    NDArray,
    all_devices,
    array_api,
    cpu,
    default_device,
    device_of,
)
from .errors import DataError, NoGradientError, ShapeError
from .operation import (  # noqa: F401
    Op,
    TensorOp,
    TensorTupleOp,
    compute,
    wrong_operand,
)
from .operators import Operators
from .reverse import compute_gradient_of_variables, sum_node_list  # noqa: F401
from .traversal import find_topo_sort, realize, topo_sort_dfs  # noqa: F401

LAZY_MODE = False
TENSOR_COUNTER = 0
DATA_CLOCK = 0
NEW = object.__new__


class Value:
    """A node of the graph: operation `op` applied to `inputs`; a leaf has `op` None.

    `cached_data` is what was computed: an array, or a tuple of arrays. In lazy mode it
    is None until somebody looks.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_changed_at",
        "_grad",
        "_made_at",
        "_record",
        "cached_data",
        "inputs",
        "op",
        "requires_grad",
    )
    num_outputs = 1

    def _init(self, op, inputs, *, num_outputs=1, cached_data=None, requires_grad=None):
        global TENSOR_COUNTER
        TENSOR_COUNTER += 1
        if requires_grad is None:
            requires_grad = any(value.requires_grad for value in inputs)
        self.op = op
        self.inputs = inputs
        self.cached_data = cached_data
        self.requires_grad = requires_grad
        self._made_at = DATA_CLOCK
        if num_outputs != 1:
            self.num_outputs = num_outputs

    def __del__(self):
        global TENSOR_COUNTER
        TENSOR_COUNTER -= 1

    @classmethod
    def make_const(cls, data, *, requires_grad=False):
        """Return a leaf that holds `data`."""
        value = NEW(cls)
        value._init(None, (), cached_data=data, requires_grad=requires_grad)
        return value

    @classmethod
    def make_from_op(cls, op, inputs):
        """Return `op` applied to `inputs`, computed now or, in lazy mode, later.

        A result that wants no gradient is not recorded. Raises OperandError if an input
        is no Value, ShapeError or AxisError if the shapes do not fit.
        """
        global TENSOR_COUNTER
        if LAZY_MODE:
            return record_only(cls, op, inputs)
        data = compute(op, inputs)
        for one in inputs:
            if one.requires_grad:
                break
        else:
            return cls.make_const(data)
        value = NEW(cls)
        TENSOR_COUNTER += 1
        value.op = op
        value.inputs = inputs
        value.cached_data = data
        value.requires_grad = True
        value._made_at = DATA_CLOCK
        return value

    def realize_cached_data(self):
        """Return what was computed; in lazy mode, compute it first."""
        if self.cached_data is None:
            realize(self)
        return self.cached_data

    def is_leaf(self):
        return self.op is None

    @property
    def grad(self):
        """Gradient found by the last `backward`, as a Tensor; None before."""
        adjoint = getattr(self, "_grad", None)
        if adjoint is None or isinstance(adjoint, Value):
            return adjoint
        if type(adjoint) is tuple:
            self.grad = TensorTuple.make_const(adjoint)
        else:
            self.grad = Gradient(adjoint, self._record, id(self))
        return self._grad

    @grad.setter
    def grad(self, value):
        self._grad = value
        self._record = None


def record_only(cls, op, inputs):
    """Return `op` applied to `inputs` with nothing computed, as lazy mode wants it."""
    if not all(isinstance(value, Value) for value in inputs):
        raise wrong_operand(op, inputs)
    value = NEW(cls)
    value._init(op, inputs)
    return value


class TensorTuple(Value):
    """A value that is a tuple of arrays."""

    __slots__ = ()

    @property
    def num_outputs(self):
        return len(self)

    def __len__(self):
        return len(self.realize_cached_data())

    def __getitem__(self, index):
        return ops.tuple_get_item(self, index)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def tuple(self):
        return tuple(self)

    def __add__(self, other):
        if not isinstance(other, TensorTuple) or len(self) != len(other):
            raise ShapeError("add: a TensorTuple adds to one of the same length")
        return ops.make_tuple(
            *[one + two for one, two in zip(self, other, strict=True)]
        )

    def detach(self):
        """Return the same arrays, with no record of how they were computed."""
        return TensorTuple.make_const(self.realize_cached_data())

    def __repr__(self):
        return f"needlebook.TensorTuple{self.tuple()}"


class Tensor(Operators, Value):
    """An array that remembers how it was computed.

    `array`: Tensor, array, list or number. `dtype`: of the array unless given.
    A Tensor of the same device and dtype shares its array; anything else is copied.
    """

    __slots__ = ()

    def __init__(self, array, *, device=None, dtype=None, requires_grad=True, **kwargs):
        if isinstance(array, Tensor):
            device = device or array.device
            dtype = dtype or array.dtype
            if device == array.device and dtype == array.dtype:
                data = array.realize_cached_data()
            else:
                data = Tensor._array_from_numpy(array.numpy(), device, dtype)
        else:
            device = device or device_of(array) or default_device()
            data = Tensor._array_from_numpy(array, device, dtype)
        self._init(None, (), cached_data=data, requires_grad=requires_grad)

    @staticmethod
    def _array_from_numpy(array, device, dtype):
        return device.array(array, dtype)

    @property
    def shape(self):
        return self.realize_cached_data().shape

    @property
    def dtype(self):
        return self.realize_cached_data().dtype

    @property
    def device(self):
        return device_of(self.realize_cached_data())

    def numpy(self):
        """Return a copy of the values as a NumPy array."""
        return numpy.array(self.realize_cached_data())

    def detach(self):
        """Return the same array, with no record of how it was computed."""
        return Tensor.make_const(self.realize_cached_data())

    @property
    def data(self):
        """The same as `detach()`. Setting it replaces the array of this Tensor.

        The new value is a Tensor of the same dtype, else DataError. A recorded
        operation that still needs the old array raises StaleValueError in `backward`.
        """
        return self.detach()

    @data.setter
    def data(self, value):
        global DATA_CLOCK
        if not isinstance(value, Tensor) or value.dtype != self.dtype:
            given = getattr(value, "dtype", type(value).__name__)
            raise DataError(f"data: wanted a Tensor of dtype {self.dtype}, got {given}")
        DATA_CLOCK += 1
        self.cached_data = value.realize_cached_data()
        self._changed_at = DATA_CLOCK

    def backward(self, out_grad=None):
        """Set `grad` of every value that this one was computed from.

        `out_grad`: adjoint of this value, of its shape; ones if not given. Raises
        NoGradientError, ShapeError, StaleValueError, CycleError.
        """
        if out_grad is None:
            out_grad = Tensor.make_const(self.device.full(self.shape, 1.0, self.dtype))
        elif not isinstance(out_grad, Tensor):
            out_grad = Tensor(out_grad, requires_grad=False)
        if out_grad.shape != self.shape:
            raise ShapeError(
                f"backward: out_grad of shape {out_grad.shape} given for a value of "
                f"shape {self.shape}; they must be equal"
            )
        compute_gradient_of_variables(self, out_grad)

    def __repr__(self):
        return f"needlebook.Tensor({self.realize_cached_data()})"

    def __str__(self):
        return str(self.realize_cached_data())


class Gradient(Tensor):
    """A Tensor whose `op` and `inputs` are found when somebody first reads them."""

    __slots__ = ("_history", "_key", "_source")

    def __init__(self, array, source, key):
        global TENSOR_COUNTER
        TENSOR_COUNTER += 1
        self.cached_data = array
        self.requires_grad = True
        self._made_at = DATA_CLOCK
        self._source = source() if isinstance(source, weakref.ref) else source
        self._key, self._history = key, None

    @property
    def op(self):
        return self._expanded()[0]

    @property
    def inputs(self):
        return self._expanded()[1]

    def _expanded(self):
        if self._history is None:
            record = self._source
            if record is None:
                raise NoGradientError(
                    f"backward: the graph that this gradient of shape {self.shape} "
                    "came from is gone; keep the output whose backward you called"
                )
            node = record.adjoint_of(self._key)
            self.requires_grad = node.requires_grad
            self._history = (node.op, node.inputs)
            if node.op is None and node.requires_grad:
                self._history = (ops.Reshape(node.shape), (node,))
            self._source = None
        return self._history
