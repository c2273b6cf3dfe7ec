"""The kernels of the C++ backend against NumPy and PyTorch: elementwise, broadcast,
reductions, copies of views. The goal is 0.9 of NumPy's speed, 1.3 times for copies."""

import numpy as np

from bench.harness import Race, case

SIZES = (100_000, 10_000_000)
NUMPY_GOAL, COPY_GOAL = 1 / 0.9, 1 / 1.3


def device():
    """The compiled backend on one thread; ImportError where it was not compiled."""
    from needlebook.manual.native import require

    backend = require("ndarray_backend_cpu")
    backend.set_threads(1)
    return backend


def buffer(backend, array):
    handle = backend.Array(array.size)
    backend.from_numpy(array, handle)
    return handle


def race(ours, theirs, result, calls):
    """A race whose check compares `result()` of ours with what theirs returns."""

    def check():
        ours()
        found, wanted = result(), np.asarray(theirs(), dtype=np.float32)
        # a sum of millions may miss by some hundredths, and it is NumPy's that does
        np.testing.assert_allclose(found.reshape(wanted.shape), wanted, 1e-4, 5e-2)

    return Race(ours, theirs, check, calls=calls)


def operands(size, rows=None):
    rng = np.random.default_rng(0)
    shape = (2, size) if rows is None else (2, size // rows, rows)
    return rng.normal(size=shape).astype("float32")


def contents(backend, out):
    return backend.to_numpy(out, (out.size,), (1,), 0)


def calls_for(size):
    return max(1, 1_000_000 // size)


def ours_for(name, size):
    """(function, its result, a, b as NumPy arrays) for an elementwise operation."""
    backend = device()
    a, b = operands(size)
    if name in ("log", "sqrt"):
        a = np.abs(a)
    one, two, out = buffer(backend, a), buffer(backend, b), backend.Array(size)
    ways = {
        "add": lambda: backend.ewise_add(one, two, out),
        "relu": lambda: backend.scalar_maximum(one, 0.0, out),
    }
    unary = getattr(backend, f"ewise_{name}", None)
    return ways.get(name, lambda: unary(one, out)), lambda: contents(backend, out), a, b


def elementwise_numpy(name, size):
    ours, result, a, b = ours_for(name, size)
    out = np.empty_like(a)
    theirs = {
        "add": lambda: np.add(a, b, out=out),
        "relu": lambda: np.maximum(a, np.float32(0), out=out),
    }
    function = getattr(np, name, None)
    return race(
        ours, theirs.get(name, lambda: function(a, out=out)), result, calls_for(size)
    )


def elementwise_torch(name, size):
    import torch

    torch.set_num_threads(1)
    ours, result, a, b = ours_for(name, size)
    a, b = torch.tensor(a), torch.tensor(b)
    out = torch.empty_like(a)
    theirs = {
        "add": lambda: torch.add(a, b, out=out),
        "relu": lambda: torch.clamp_min(a, 0.0, out=out),
    }
    function = getattr(torch, name, None)
    return race(
        ours, theirs.get(name, lambda: function(a, out=out)), result, calls_for(size)
    )


for _size in SIZES:
    for _name in ("add", "relu", "exp", "log", "tanh", "sqrt"):
        for _against, _prepare, _goal in (
            ("NumPy", elementwise_numpy, NUMPY_GOAL),
            ("PyTorch", elementwise_torch, 1.5),
        ):
            case(f"{_name}, {_size:.0e}", goal=_goal, aim=1.0, against=_against)(
                lambda prepare=_prepare, name=_name, size=_size: prepare(name, size)
            )


def reduction(name, size, axis):
    """A sum or maximum over all of an array, or over one axis of rows of 100."""
    backend = device()
    a = operands(size, None if axis is None else 100)[0]
    one = buffer(backend, a)
    outer, inner = (1, 1) if axis is None else ((1, 100), (a.shape[0], 1))[axis]
    length = a.size // (outer * inner)
    out = backend.Array(outer * inner)
    kernel = getattr(backend, f"reduce_{name}_axis")
    return race(
        lambda: kernel(one, out, outer, length, inner),
        lambda: getattr(a, name)(axis=axis),
        lambda: contents(backend, out),
        calls_for(size),
    )


def broadcast(which, size):
    """A matrix with rows of 100 plus one row, or plus one column."""
    backend = device()
    a, b = operands(size, 100)
    b, steps = (b[0], (0, 1)) if which == "row" else (b[:, :1].copy(), (1, 0))
    one, two, out = buffer(backend, a), buffer(backend, b), backend.Array(size)
    made = np.empty_like(a)
    return race(
        lambda: backend.view_add(one, (100, 1), 0, two, steps, 0, out, a.shape),
        lambda: np.add(a, b, out=made),
        lambda: contents(backend, out),
        calls_for(size),
    )


for _size in SIZES:
    for _name in ("sum", "max"):
        for _axis, _what in ((None, ""), (0, " over rows"), (1, " over columns")):
            case(f"{_name}{_what}, {_size:.0e}", goal=NUMPY_GOAL, against="NumPy")(
                lambda name=_name, size=_size, axis=_axis: reduction(name, size, axis)
            )
    for _which in ("row", "column"):
        case(f"add a {_which}, {_size:.0e}", goal=NUMPY_GOAL, against="NumPy")(
            lambda which=_which, size=_size: broadcast(which, size)
        )


def copy(shape, axes, library):
    """A permuted array made compact."""
    backend = device()
    a = np.random.default_rng(0).normal(size=shape).astype("float32")
    view = a.transpose(axes)
    strides = tuple(step // 4 for step in view.strides)
    one, out = buffer(backend, a), backend.Array(a.size)
    if library == "PyTorch":
        import torch

        torch.set_num_threads(1)
        source, made = torch.tensor(a).permute(axes), torch.empty(view.shape)
        theirs = lambda: made.copy_(source)  # noqa: E731
    else:
        made = np.empty(view.shape, "float32")
        theirs = lambda: (np.copyto(made, view), made)[1]  # noqa: E731
    return race(
        lambda: backend.compact(one, out, view.shape, strides, 0),
        theirs,
        lambda: contents(backend, out),
        calls_for(a.size),
    )


COPIES = (
    ((512, 512), (1, 0)),
    ((1000, 1000), (1, 0)),
    ((4096, 2048), (1, 0)),
    ((32, 64, 32, 32), (0, 2, 3, 1)),
    ((32, 32, 32, 64), (0, 3, 1, 2)),
    ((64, 10, 50, 20), (0, 2, 1, 3)),
)
for _shape, _axes in COPIES:
    for _against, _goal in (("NumPy", COPY_GOAL), ("PyTorch", 1.5)):
        _name = "x".join(map(str, _shape)) + " as " + "".join(map(str, _axes))
        case(f"copy {_name}", goal=_goal, against=_against)(
            lambda shape=_shape, axes=_axes, library=_against: copy(
                shape, axes, library
            )
        )
