"""One instruction set for all native parts, whoever is asked to change it."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from needlebook.array import NDArray
from needlebook.array import cpu as cpu_device
from needlebook.ladder import matmul
from needlebook.manual.native import load, require

pytestmark = [pytest.mark.since("11"), pytest.mark.native]

PARTS = ("ndarray_backend_cpu", "_matmul_ladder", "_training")
ORDER = ("baseline", "avx2", "avx512")


@pytest.fixture(autouse=True)
def as_before():
    before = require(PARTS[0]).isa()
    yield
    require(PARTS[0]).use_isa(before)


def offered():
    """The sets of this processor; what is in use afterwards is the last of them."""
    return [name for name in ORDER if require(PARTS[0]).use_isa(name)]


@pytest.mark.parametrize("asked", PARTS)
def test_each_part_changes_all(asked):
    for name in offered():
        assert require(asked).use_isa(name)
        assert [require(part).isa() for part in PARTS] == [name] * 3


@pytest.mark.parametrize("asked", PARTS)
@pytest.mark.parametrize("name", ["mmx", "", "AVX2"])
def test_what_is_no_set_changes_nothing(asked, name):
    before = require(asked).isa()
    assert require(asked).use_isa(name) is False
    assert [require(part).isa() for part in PARTS] == [before] * 3


def test_the_product_of_the_array_and_of_the_ladder_are_the_same_numbers():
    A, B = np.random.default_rng(0).normal(size=(2, 70, 70)).astype("float32")
    results = {}
    for name in offered():
        require("_training").use_isa(name)
        product = NDArray(A, device=cpu_device()) @ NDArray(B, device=cpu_device())
        np.testing.assert_array_equal(product.numpy(), matmul(A, B))
        results[name] = product.numpy()
    # Fused multiply-adds round once: the change was real. The sanitizers' build, which
    # is hardly optimized, has none.
    if len(results) > 1 and not cpu_device().mod.__sanitized__:
        assert np.any(results["baseline"] != results["avx2"])


def test_the_loops_of_training_follow():
    # convolution's row tiles differ in width, so its sums round differently
    from needlebook import ops
    from needlebook.fused import products

    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 9, 9, 7)).astype("float32")
    w = rng.normal(size=(3, 3, 7, 5)).astype("float32")
    results = {}
    for name in offered():
        require(PARTS[0]).use_isa(name)
        results[name] = products.conv(ops.Conv(1, 1), x, w)
    if len(results) > 1:
        assert np.any(results["baseline"] != results["avx2"])


PROGRAM = """
import sys
from needlebook.manual.native import load
for name in sys.argv[1:]:
    part = load(name)
    print(part.module.isa() if part.module else part.why_missing)
"""


def in_a_process(parts, **variables):
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, *parts],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


@pytest.mark.parametrize("most", ORDER)
def test_the_environment_lowers_all_in_whatever_order_they_load(most):
    best = min(offered()[-1], most, key=ORDER.index)
    for parts in list(itertools.permutations(PARTS))[::2]:
        assert in_a_process(parts, NEEDLEBOOK_ISA=most) == [best] * 3


def test_a_name_that_is_none_is_refused_by_all_with_the_way_out():
    for told in in_a_process(PARTS, NEEDLEBOOK_ISA="altivec"):
        assert "NEEDLEBOOK_ISA is altivec; it may be baseline, avx2 or avx512" in told


def test_an_empty_variable_is_none():
    best = offered()[-1]
    assert in_a_process(PARTS, NEEDLEBOOK_ISA="") == [best] * 3
    assert load(PARTS[0]).why_missing is None
