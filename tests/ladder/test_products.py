"""The last rung: every shape, every stride, every instruction set."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from needlebook import ladder
from needlebook.errors import OperandError, ShapeError
from needlebook.manual.native import require

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


def wrong_shapes(multiply, sizes):
    """The triples (m, n, p) for which multiply differs from float64."""
    rng = np.random.default_rng(0)
    top = max(max(triple) for triple in sizes)
    A64, B64 = rng.normal(size=(2, top, top))
    A32, B32 = A64.astype("float32"), B64.astype("float32")
    found = []
    for m, n, p in sizes:
        A, B = A32[:m, :n], B32[:n, :p]
        exact = A.astype(float) @ B.astype(float)
        bound = 2 * (n + 1) * 2.0**-24 * (np.abs(A).astype(float) @ np.abs(B)) + 1e-30
        if not np.all(np.abs(multiply(A, B) - exact) <= bound):
            found.append((m, n, p))
    return found


SMALL = list(itertools.product(range(18), repeat=3))[1:]
ODD = [(257, 129, 65), (100, 513, 31), (43, 1000, 97), (199, 7, 1025), (85, 255, 33)]


def test_every_triple_up_to_17():
    assert wrong_shapes(ladder.matmul, SMALL) == []


@pytest.mark.parametrize("shape", ODD)
def test_larger_odd_shapes(shape):
    assert wrong_shapes(ladder.matmul, [shape]) == []


def test_a_kernel_that_forgets_the_last_row_of_a_tile_is_caught():
    def forgetful(A, B):
        C = ladder.matmul(A, B)
        C[13::14] = 0
        return C

    found = wrong_shapes(forgetful, [(m, 5, 5) for m in (13, 14, 15, 28)])
    assert found == [(14, 5, 5), (15, 5, 5), (28, 5, 5)]


def laid_out(X, how):
    """X with the same entries at other places in memory."""
    rows, columns = X.shape
    if how == "columns first":
        return np.asfortranarray(X)
    if how == "reversed":
        return np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1]
    if how == "every third":
        wide = np.full((2 * rows, 3 * columns), np.nan, np.float32)
        wide[::2, ::3] = X
        return wide[::2, ::3]
    if how == "repeated row":
        return np.broadcast_to(X[:1], X.shape)
    if how == "off by four bytes":
        flat = np.full(X.size + 1, np.nan, np.float32)
        flat[1:] = X.ravel()
        return flat[1:].reshape(X.shape)
    return X


LAYOUTS = ["as it is", "columns first", "reversed", "every third", "repeated row"]


@pytest.mark.parametrize("left", [*LAYOUTS, "off by four bytes"])
@pytest.mark.parametrize("right", [*LAYOUTS, "off by four bytes"])
@pytest.mark.parametrize(
    "shape", [(37, 29, 45), (1, 50, 21), (23, 50, 1), (90, 300, 81)]
)
def test_strides_of_every_kind(left, right, shape):
    m, n, p = shape
    rng = np.random.default_rng(1)
    A = laid_out(rng.normal(size=(m, n)).astype("float32"), left)
    B = laid_out(rng.normal(size=(n, p)).astype("float32"), right)
    exact = A.astype(float) @ B.astype(float)
    np.testing.assert_allclose(ladder.matmul(A, B), exact, rtol=1e-4, atol=1e-4)


def test_nothing_is_written_beside_the_result():
    rng = np.random.default_rng(2)
    for m, n, p in [(5, 3, 7), (14, 20, 33), (70, 20, 90), (1, 9, 30), (30, 9, 1)]:
        A = rng.normal(size=(m, n)).astype("float32")
        B = rng.normal(size=(n, p)).astype("float32")
        around = np.full((m + 2, p + 9), 7.0, np.float32)
        require("_matmul_ladder").product(A, B, around[1:-1, 4:-5])
        np.testing.assert_allclose(around[1:-1, 4:-5], A @ B, rtol=1e-4, atol=1e-4)
        around[1:-1, 4:-5] = 7.0
        assert np.all(around == 7.0)


def test_an_empty_inner_size_gives_zeros():
    C = ladder.matmul(np.ones((3, 0), np.float32), np.ones((0, 4), np.float32))
    np.testing.assert_array_equal(C, np.zeros((3, 4)))


def test_numbers_that_are_none_stay_in_their_row():
    A = np.ones((20, 20), np.float32)
    A[3, 5] = np.nan
    C = ladder.matmul(A, np.ones((20, 20), np.float32))
    assert np.isnan(C[3]).all() and not np.isnan(np.delete(C, 3, axis=0)).any()


def test_errors_name_what_is_wrong():
    A, B = np.ones((3, 4), np.float32), np.ones((5, 6), np.float32)
    with pytest.raises(ShapeError, match=r"\(3, 4\) by \(5, 6\): inner sizes 4 and 5"):
        ladder.matmul(A, B)
    with pytest.raises(OperandError, match="A is float64; wanted is float32"):
        ladder.matmul(A.astype(float), B)
    with pytest.raises(ShapeError, match="B has 1 axes"):
        ladder.matmul(A, B[0])
    with pytest.raises(OperandError, match="no rung 'fast'"):
        ladder.run("fast", A, A.T)
    with pytest.raises(OperandError, match="no tile of 5 x 5"):
        ladder.run("register_tiles", A, A.T, v1=5, v2=5)


def test_a_number_that_starts_between_two_is_copied():
    flat = np.zeros(4 * 12 + 1, np.uint8)
    A = flat[1:].view(np.float32).reshape(3, 4)
    A[...] = np.arange(12).reshape(3, 4)
    assert not A.flags.aligned
    np.testing.assert_array_equal(ladder.matmul(A, A.T), A @ A.T)


def test_a_result_of_another_dtype_is_never_a_converted_copy():
    A = np.ones((3, 3), np.float32)
    with pytest.raises(TypeError):
        require("_matmul_ladder").product(A, A, np.empty((3, 3)))


def test_blocks_larger_than_the_matrix_are_the_matrix():
    A, B = np.random.default_rng(3).normal(size=(2, 16, 16)).astype("float32")
    found = ladder.run("cache_tiles", A, B, 4, 4, b1=2**60, b2=2**60)
    np.testing.assert_array_equal(found, ladder.run("cache_tiles", A, B, 4, 4))


PROGRAM = """
import hashlib, sys
import numpy as np
from needlebook import ladder
rng = np.random.default_rng(0)
digest = hashlib.sha256()
for m, n, p in [(1, 40, 70), (70, 40, 1), (31, 300, 77), (200, 260, 190), (15, 7, 9)]:
    A = rng.normal(size=(m, n)).astype("float32")
    B = rng.normal(size=(p, n)).astype("float32").T
    for right in (B, np.ascontiguousarray(B)):
        C = ladder.matmul(A, right)
        bound = 1e-6 * n * (abs(A).astype(float) @ abs(B))
        assert np.all(abs(C - A.astype(float) @ B) <= bound), (m, n, p)
        digest.update(C.tobytes())
print(ladder.isa(), digest.hexdigest())
"""


def in_a_process(program=PROGRAM, **variables):
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.split()


@pytest.mark.parametrize("wanted", ["baseline", "avx2", "avx512"])
def test_every_instruction_set_computes_the_product(wanted):
    order = ["baseline", "avx2", "avx512"]
    chosen, _ = in_a_process(NEEDLEBOOK_ISA=wanted)
    assert order.index(chosen) <= order.index(wanted)
    assert chosen == wanted or chosen == ladder.isa()


THREADS = """
import hashlib
import numpy as np
from needlebook import ladder
A, B = np.random.default_rng(0).normal(size=(2, 700, 700)).astype("float32")
for m, n, p in [(700, 500, 300), (65, 700, 600), (700, 90, 70)]:
    found = {ladder.matmul(A[:m, :n], B[:n, :p]).tobytes() for _ in range(40)}
    print(*sorted(hashlib.sha256(result).hexdigest() for result in found))
"""


def test_the_number_of_threads_does_not_change_a_bit():
    # large and often enough for threads to meet: a shared copy of A would be seen
    results = {
        tuple(in_a_process(THREADS, OMP_NUM_THREADS=str(count))) for count in (1, 2, 3)
    }
    assert len(results) == 1 and len(results.pop()) == 3


@pytest.mark.parametrize("rung", ladder.rungs.PLAIN + ladder.rungs.TILED)
def test_every_rung_is_right_on_every_small_shape(rung):
    sizes = [(m, 3, p) for m in range(1, 18) for p in range(1, 18)] + [(30, 31, 33)]
    for v1, v2 in ladder.TILES if rung in ladder.rungs.TILED else [(1, 1)]:

        def multiply(A, B, v1=v1, v2=v2):
            return ladder.run(rung, A, B, v1, v2, b1=5, b2=7)

        assert wrong_shapes(multiply, sizes) == []
