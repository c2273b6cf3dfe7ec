# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Devices: a name, and the module whose kernels work there."""

import importlib
import os

import numpy as np

from ..errors import BackendError, OperandError
from . import backend_numpy, ndarray
from .layout import checked_shape


class BackendDevice:
    """A place where arrays live. `mod`: the backend's module, None where missing.

    `why_missing`: one sentence, or None. Draws come from NumPy's global generator.
    """

    def __init__(self, name, mod, why_missing=None):
        self.name, self.mod, self.why_missing = name, mod, why_missing
        if mod is not None:
            self.Array = mod.Array

    def __repr__(self):
        return self.name + "()"

    def __eq__(self, other):
        return isinstance(other, BackendDevice) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __getattr__(self, name):
        if self.mod is None:
            raise BackendError(f"{self.name}: not available: {self.why_missing}")
        return getattr(self.mod, name)

    def enabled(self):
        """Whether arrays can be made on this device."""
        return self.mod is not None

    def __reduce__(self):
        return device_named, (self.name,)

    def array(self, source, dtype=None):
        """Return numbers in any form as a new array here."""
        made = ndarray.NDArray(source, device=self)
        return made != 0.0 if truth_wanted(dtype) else made

    def empty(self, shape, dtype="float32"):
        """Return an array of `shape` with contents not yet defined."""
        truth_wanted(dtype)
        return ndarray.new(checked_shape(shape, "empty"), self)

    def full(self, shape, fill_value, dtype="float32"):
        """Return an array of `shape` filled with a number, or a broadcast array."""
        out = self.empty(shape, dtype)
        out.fill(fill_value)
        return out.astype(dtype)

    def zeros(self, *shape, dtype="float32"):
        return self.full(shape, 0.0, dtype)

    def ones(self, *shape, dtype="float32"):
        return self.full(shape, 1.0, dtype)

    def randn(self, *shape, dtype="float32"):
        return self.array(np.random.randn(*shape), dtype)

    def rand(self, *shape, dtype="float32"):
        return self.array(np.random.rand(*shape), dtype)

    def one_hot(self, n, i, dtype="float32"):
        return self.array(np.eye(n, dtype="float32")[i], dtype)


def truth_wanted(dtype):
    """Return whether `dtype` is bool; False for float32 and None.

    Raises OperandError for any other: arrays could not hold its numbers.
    """
    if dtype is None or dtype == "float32":
        return False
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = None
    if name not in ("float32", "bool"):
        raise OperandError(
            f"array: dtype {dtype} is not available, arrays hold float32; leave dtype "
            "out, or set NEEDLEBOOK_BACKEND=np"
        )
    return name == "bool"


CPU_NUMPY = BackendDevice("cpu_numpy", backend_numpy)


def wait_briefly():
    """Let idle OpenMP threads sleep after a short while, unless told otherwise."""
    if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"} & os.environ.keys():
        os.environ["GOMP_SPINCOUNT"] = "3000"


wait_briefly()


def load(name, module, way_out=""):
    """Return the device `name`; where its module does not import, it remembers why."""
    try:
        return BackendDevice(name, importlib.import_module(module, __package__))
    except ImportError as error:
        return BackendDevice(name, None, f"{error}{way_out}")


CPU = load("cpu", "..ndarray_backend_cpu", "; run make native")


def cpu_numpy():
    """Return the device of the NumPy reference."""
    return CPU_NUMPY


def cpu():
    """Return the device of the C++ backend; `enabled()` says whether it was built."""
    return CPU


def default_device():
    """Return the device that was chosen, else C++ where it was built, else NumPy.

    Raises BackendError where NEEDLEBOOK_DEVICE names none that is enabled.
    """
    if isinstance(chosen, str) and chosen:
        set_default_device(chosen)
    return chosen or (CPU if CPU.mod is not None else CPU_NUMPY)


def all_devices():
    """Return every device, enabled or not."""
    return [device() for device in DEVICES.values()]


def device_of(array):
    """Return the device where `array` lives, None for what is no array of ours."""
    return getattr(array, "_device", None)


def device_named(name):
    """Return the device of this name.

    Raises BackendError where no device has this name, or where it is not enabled.
    """
    if name not in DEVICES:
        known = ", ".join(DEVICES)
        raise BackendError(f"device {name!r} is not known; there are {known}")
    device = DEVICES[name]()
    if not device.enabled():
        raise BackendError(f"{name}: not available: {device.why_missing}")
    return device


NOT_BUILT = {
    "cuda": "install nvcc of CUDA 12 or 13 and run make native",
    "cuda_sim": "install a C++ compiler and run make native",
}
KERNEL_DEVICES = {}


def load_kernels(name, module):
    """Return the device whose kernels `module` holds, or one that says what lacks."""
    device = load(name, module)
    if device.mod is None:
        if device.why_missing.startswith("No module named"):
            return BackendDevice(name, None, f"not built: {NOT_BUILT[name]}")
        return BackendDevice(name, None, f"not loaded: {device.why_missing}")
    status = device.mod.status()
    return device if status == "ok" else BackendDevice(name, None, status)


def kernel_device(name):
    """Return a device of kernels, loaded when it is first asked for."""
    if name not in KERNEL_DEVICES:
        KERNEL_DEVICES[name] = load_kernels(name, f"..ndarray_backend_{name}")
    return KERNEL_DEVICES[name]


def cuda():
    """Return the GPU as a device; where there is none, `why_missing` says why."""
    return kernel_device("cuda")


def cuda_sim():
    """Return the simulator: the same kernels, thread by thread on the CPU."""
    return kernel_device("cuda_sim")


DEVICES = {"cpu": cpu, "cpu_numpy": cpu_numpy, "cuda": cuda, "cuda_sim": cuda_sim}

chosen = os.environ.get("NEEDLEBOOK_DEVICE")


def set_default_device(device=None):
    """Put arrays that name no device on this one; None: C++, else NumPy.

    `device`: a device or its name. Raises BackendError as `device_named` does, and
    then changes nothing.
    """
    global chosen
    name = getattr(device, "name", device)
    chosen = device_named(name) if name is not None else None
