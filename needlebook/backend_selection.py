# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Which array library the operations compute with, chosen once at import.

`NEEDLEBOOK_BACKEND` beats `NEEDLE_BACKEND`; "np" is NumPy and the default.
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
    os.environ.get("NEEDLEBOOK_BACKEND") or os.environ.get("NEEDLE_BACKEND") or "np"
)

if BACKEND == "np":
    import numpy as array_api

    from .backend_numpy import Device, all_devices, cpu, default_device

    NDArray = array_api.ndarray
elif BACKEND == "nd":
    raise BackendError(
        "backend nd: the array library of our own comes with chapter 11; "
        "set NEEDLEBOOK_BACKEND=np"
    )
else:
    raise BackendError(
        f"backend {BACKEND!r} is not known; set NEEDLEBOOK_BACKEND to np or nd"
    )
