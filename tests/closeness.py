"""How close is equal, in the mode that the suite runs in.

In the NumPy mode the library computes in float64, and a test states its own bound. In
the nd mode arrays hold float32, and no bound is tighter than `RELATIVE`, of each
element and of the largest.
"""

import numpy as np

from needlebook import BACKEND

DTYPE = "float64" if BACKEND == "np" else "float32"
RELATIVE = 0.0 if BACKEND == "np" else 2e-5


def close(actual, wanted, rtol=1e-7, atol=0.0):
    """Assert equality within `rtol` and `atol`, or what the mode allows."""
    wanted = np.asarray(wanted)
    finite = np.abs(wanted[np.isfinite(wanted)])
    largest = float(finite.max(initial=0.0)) if RELATIVE else 0.0
    np.testing.assert_allclose(
        actual, wanted, max(rtol, RELATIVE), max(atol, RELATIVE * largest)
    )


def equal(actual, wanted):
    """Assert equality to the last bit in the NumPy mode, closeness in the other."""
    close(actual, wanted, rtol=0.0)
