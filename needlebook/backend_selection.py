# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Which array library the operations compute with, chosen once at import.

`NEEDLEBOOK_BACKEND` beats `NEEDLE_BACKEND`: "nd" is our own and the default, "np" is
NumPy.
"""

import os

from .errors import BackendError

__all__ = [
    "BACKEND",
    "Device",
    "NDArray",
    "all_devices",
    "array_api",
    "cpu",
    "default_device",
]

BACKEND = (
    os.environ.get("NEEDLEBOOK_BACKEND") or os.environ.get("NEEDLE_BACKEND") or "nd"
)

if BACKEND == "np":
    import numpy as array_api

    from .backend_numpy import Device, all_devices, cpu, default_device, device_of

    NDArray = array_api.ndarray
elif BACKEND == "nd":
    from . import array as array_api
    from . import backend_ndarray  # noqa: F401
    from .array import BackendDevice as Device
    from .array import (  # noqa: F401
        NDArray,
        all_devices,
        cpu,
        cpu_numpy,
        default_device,
        device_of,
    )

    __all__ += ["backend_ndarray", "cpu_numpy"]
else:
    raise BackendError(
        f"backend {BACKEND!r} is not known; set NEEDLEBOOK_BACKEND to np or nd"
    )

if BACKEND == "nd":
    from .array import cuda, cuda_sim, set_default_device  # noqa: F401

    __all__ += ["cuda", "cuda_sim", "set_default_device"]
