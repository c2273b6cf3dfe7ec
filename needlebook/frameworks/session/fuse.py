# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Several elementwise operations as one generated function."""

from functools import cache

import numpy as np

from .graph import OPERATIONS
from .operations import register

BLOCK = 4096


def source(program, sliced):
    """Return the text of a function that runs `program` block by block.

    `program`: a line (kind of operation, arguments) for each operation. An argument
    i >= 0 is input number i; -i is the result of line i, counted from 1. `sliced`:
    for each input, whether it has a row for each row of the output.
    """
    inputs = [f"x{i}" for i in range(len(sliced))]
    lines = [f"def fused(out, {', '.join(inputs)}):"]
    lines.append("    for start in range(0, len(out), rows(out)):")
    lines.append("        s = slice(start, start + rows(out))")
    for number, (kind, arguments) in enumerate(program, start=1):
        names = [
            f"t{-i}" if i < 0 else inputs[i] + "[s]" * sliced[i] for i in arguments
        ]
        last = number == len(program)
        call = OPERATIONS[kind].code.format(*names, out=", out=out[s]" if last else "")
        lines.append(f"        {'' if last else f't{number} = '}np.{call}")
    return "\n".join(lines) + "\n"


def rows(out):
    """Rows of a block: few enough that a block stays in the cache."""
    return max(1, BLOCK * len(out) // max(1, out.size))


@cache
def compiled(program, sliced):
    """Return the function of a program; equal programs share one."""
    space = {"np": np, "rows": rows}
    exec(compile(source(program, sliced), "<fused>", "exec"), space)
    return space["fused"]


def sliced_inputs(shape, shapes):
    """Say which inputs have a row for each row of an output of this shape."""
    return tuple(
        shape != () and x[:1] == shape[:1] and len(x) == len(shape) for x in shapes
    )


def run_program(out, attrs, *arrays):
    sliced = sliced_inputs(out.shape, [x.shape for x in arrays])
    program = tuple((kind, tuple(arguments)) for kind, arguments in attrs["program"])
    compiled(program, sliced)(out.reshape(1) if out.ndim == 0 else out, *arrays)


register("fused", lambda attrs, *shapes: tuple(attrs["shape"]), run_program)
