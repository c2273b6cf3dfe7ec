# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Operations: what they compute, and how adjoints pass back through them."""

from . import autograd
from .errors import AxisError, NeedlebookError, OperandError, ShapeError


class Op:
    """One operation of the graph.

    A subclass gives `compute` on arrays, and either `vjp`, which runs on arrays and on
    Tensors, or `gradient`, on Tensors alone. `reads` says which inputs the partial
    adjoint of each input is made from (-1 is the output); None stands for all of them.
    """

    name = "operation"
    reads = None
    has_vjp = True

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.name = cls.__dict__.get("name", cls.__name__)
        cls.has_vjp = cls.gradient is Op.gradient

    @property
    def symbol(self):
        """Text for this operation in pictures and listings of a graph."""
        return self.name

    def compute(self, *arrays):
        """Return the result for `arrays`."""
        raise NotImplementedError(f"{self.name}: compute is missing")

    def vjp(self, adjoint, out, *inputs):
        """Return the partial adjoint of each input, given the adjoint of `out`.

        One input: the partial adjoint alone. More inputs: a tuple, in which an entry
        may be a function of no arguments, called only if that input wants a gradient.
        """
        raise NotImplementedError(f"{self.name}: vjp is missing")

    def gradient(self, out_grad, node):
        """Return the partial adjoints of the inputs of `node`, as Tensors."""
        parts = self.vjp(out_grad, node, *node.inputs)
        if isinstance(parts, tuple):
            return tuple(part() if callable(part) else part for part in parts)
        return parts

    def gradient_as_tuple(self, out_grad, node):
        """Return what `gradient` returns, always as a tuple."""
        parts = self.gradient(out_grad, node)
        return tuple(parts) if isinstance(parts, (tuple, list)) else (parts,)

    def read_by(self, i, values):
        """Return those of `values` (inputs, output) that make adjoint number `i`."""
        if self.reads is None:
            return values
        return [values[j] for j in self.reads[i]] if self.reads else ()

    def explain(self, *shapes):
        """Say why arrays of these shapes do not fit, or return None."""
        return None


class TensorOp(Op):
    """An operation whose result is one array. On arrays it only computes."""

    def __call__(self, *args):
        if isinstance(args[0], autograd.Value):
            return autograd.Tensor.make_from_op(self, args)
        return self.compute(*args)


class TensorTupleOp(Op):
    """An operation whose result is a tuple of arrays. On arrays it only computes."""

    def __call__(self, *args):
        if isinstance(args[0], autograd.Value):
            return autograd.TensorTuple.make_from_op(self, args)
        return self.compute(*args)


def wrong_operand(op, inputs):
    """Return what to raise where an input of `op` is no Value."""
    kinds = ", ".join(type(value).__name__ for value in inputs)
    return OperandError(
        f"{op.name}: operands are {kinds}; wrap what is no Tensor in Tensor(...)"
    )


def refused(op, inputs, error):
    """Return what to raise where `op` could not compute with `inputs`."""
    if not all(isinstance(value, autograd.Value) for value in inputs):
        return wrong_operand(op, inputs)
    shapes = [getattr(value.realize_cached_data(), "shape", ()) for value in inputs]
    reason = op.explain(*shapes)
    named = isinstance(error, NeedlebookError) and not isinstance(error, ShapeError)
    if named or isinstance(error, AttributeError) or reason is None:
        error.add_note(f"in {op.name} on shapes {', '.join(map(str, shapes))}")
        return error
    kind = AxisError if isinstance(error, IndexError) else ShapeError
    return kind(f"{op.name}: {reason}")


def compute(op, inputs):
    """Return `op` computed on the arrays of `inputs`."""
    try:
        if len(inputs) == 2:
            one, two = inputs[0].cached_data, inputs[1].cached_data
            if one is not None and two is not None:
                return op.compute(one, two)
        elif len(inputs) == 1:
            one = inputs[0].cached_data
            if one is not None:
                return op.compute(one)
        return op.compute(*[value.realize_cached_data() for value in inputs])
    except (AttributeError, ValueError, IndexError) as error:
        refusal = refused(op, inputs, error)
        raise refusal from (None if refusal is error else error)
