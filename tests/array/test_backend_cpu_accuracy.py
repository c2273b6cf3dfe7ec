"""How exact exp, log, tanh, sqrt of the C++ backend are, with each instruction set."""

import numpy as np
import pytest

from needlebook.experiments import rounding
from needlebook.manual.native import require
from tests.array.drawing import contents, handle

pytestmark = [pytest.mark.since("11"), pytest.mark.native]

cpu = require("ndarray_backend_cpu")


BOUNDS = {"exp": 1.1, "log": 0.9, "tanh": 2.5, "sqrt": 0.5}


def largest_error(name, isa, step):
    from needlebook.array import cpu as device

    if not cpu.use_isa(isa):
        return 0.0
    return max(
        rounding.worst(name, rounding.floats(step * 512, start), device())[0]
        for start in range(0, step * 512, step)
    )


@pytest.mark.parametrize("isa", ["baseline", "avx2", "avx512"])
@pytest.mark.parametrize("name", BOUNDS)
def test_functions_are_within_their_bounds_on_all_classes_of_numbers(name, isa):
    assert largest_error(name, isa, 16_001) <= BOUNDS[name]


@pytest.mark.deep
@pytest.mark.parametrize("isa, step", [("baseline", 61), ("avx2", 61), (None, 7)])
@pytest.mark.parametrize("name", BOUNDS)
def test_functions_are_within_their_bounds_on_a_dense_set_of_numbers(name, isa, step):
    """Every seventh of all float32 numbers, on the sets not in use every 61st."""
    assert largest_error(name, isa or cpu.isa(), step) <= BOUNDS[name]


@pytest.mark.parametrize("name", BOUNDS)
def test_the_three_sets_agree_but_for_the_last_digit(name):
    x, results = rounding.floats(40_009), []
    for isa in ("baseline", "avx2", "avx512"):
        if cpu.use_isa(isa):
            out = cpu.Array(x.size)
            getattr(cpu, f"ewise_{name}")(handle(cpu, x), out)
            results.append(contents(cpu, out))
    with np.errstate(invalid="ignore"):
        for found in results[1:]:
            assert rounding.ulps(found, results[0].astype(float)).max() <= 2


def test_a_wrong_last_coefficient_would_be_noticed():
    x = np.linspace(0.1, 0.3, 999, dtype="float32")
    exact = np.exp(x.astype(float))
    good = 1 + x + x * x * np.float32(0.5)
    assert rounding.ulps(good.astype("float32"), exact).max() > BOUNDS["exp"]
    off = (exact * (1 + 2e-7)).astype("float32")
    assert rounding.ulps(off, exact).max() > BOUNDS["exp"]


def test_tanh_is_odd_and_keeps_the_sign_of_zero():
    x = rounding.floats(100_003)
    x = x[~np.isnan(x)]
    plus, minus = cpu.Array(x.size), cpu.Array(x.size)
    cpu.ewise_tanh(handle(cpu, x), plus)
    cpu.ewise_tanh(handle(cpu, -x), minus)
    assert (contents(cpu, plus).view("i4") == (-contents(cpu, minus)).view("i4")).all()
