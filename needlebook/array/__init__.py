# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Arrays of our own: NDArray, its devices, and functions under NumPy's names."""

from .ndarray import NDArray
from .device import (
    BackendDevice,
    all_devices,
    cpu,
    cpu_numpy,
    default_device,
    device_of,
)
from .functions import (
    array,
    broadcast_to,
    concatenate,
    empty,
    exp,
    flip,
    from_dlpack,
    full,
    get_item,
    log,
    matmul,
    maximum,
    ones,
    ones_like,
    pad,
    put_item,
    reshape,
    sqrt,
    square,
    stack,
    sum,
    take_along_axis,
    tanh,
    where,
    zeros,
    zeros_like,
)

from .device import cuda, cuda_sim, set_default_device
