"""The tests of the library, their arrays on a device: `pytest --device NAME`."""

import importlib.util
import os
import subprocess
import sys

from .building import ROOT

FILES = [
    *("test_autograd.py", "ops", "nn", "convolution", "optim"),
    *("array/test_ndarray_operations.py", "array/test_ndarray_views.py"),
]
LEFT_OUT = "million or thousand or cuda_sim"
SECONDS = 180


def run(device, small=False):
    """Demand that the tests of operations, layers and arrays pass on `device`.

    Modules that draw with Hypothesis are left out where it is not installed. `small`:
    the tests of autograd alone. Raises AssertionError with the end of what pytest said.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["--device", device.name, "-k", f"not ({LEFT_OUT})", *files(small)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"NEEDLEBOOK_BACKEND": "nd"},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def files(small):
    """Return the test modules that run here."""
    found = []
    for name in FILES[: 1 if small else None]:
        path = ROOT / "tests" / name
        found += sorted(path.glob("test_*.py")) if path.is_dir() else [path]
    if importlib.util.find_spec("hypothesis") is None:
        found = [path for path in found if "hypothesis" not in path.read_text("utf-8")]
    return found
