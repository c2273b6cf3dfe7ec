"""Every instruction set, any number of threads, both array libraries, no Python."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from needlebook.fused import loops

pytestmark = [pytest.mark.since("11"), pytest.mark.native]
NATIVE = Path(__file__).parents[2] / "needlebook" / "native" / "training"

CHILD = """
import hashlib, json, sys
import numpy as np
from needlebook import ops, optim
from needlebook.autograd import Tensor
from needlebook.fused import loops, products
rng = np.random.default_rng(0)
x, w = (rng.normal(size=s).astype("float32") for s in [(9, 32, 32, 9), (3, 3, 9, 17)])
op = ops.Conv(1, 1)
out = products.conv(op, x, w)
dx, dw = (part() for part in products.conv_vjp(op, out, out, x, w))
y, v = (rng.normal(size=s).astype("float32") for s in [(9, 32, 32, 45), (3, 3, 1, 45)])
alone = ops.Conv(1, 1, 1, 45)
one = products.conv(alone, y, v)
back = [part() for part in products.conv_vjp(alone, one, one, y, v)]
p = Tensor(rng.normal(size=300_000).astype("float32"))
p.grad = Tensor(p.numpy() * 2, requires_grad=False)
optim.Adam([p]).step()
arrays = p.numpy(), out, dx, dw, one, *back
hashes = [hashlib.sha256(a.tobytes()).hexdigest() for a in arrays]
sums = [float((a.astype("float64") ** 2).sum()) for a in arrays]
print(json.dumps({"isa": loops().isa(), "hashes": hashes, "sums": sums}))
"""


def child(**settings):
    settings = {"NEEDLEBOOK_BACKEND": "np", "OMP_NUM_THREADS": "1"} | settings
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture(scope="module")
def usual():
    if loops() is None:
        pytest.skip("the native part _training was not compiled")
    return child()


def test_every_instruction_set_computes_the_same_within_rounding(usual):
    sets = {"baseline": [], "avx2": ["avx2"], "avx512": ["avx2", "avx512"]}
    for isa in ["baseline", *sets[usual["isa"]]]:
        found = child(NEEDLEBOOK_ISA=isa)
        assert found["isa"] == isa
        np.testing.assert_allclose(found["sums"], usual["sums"], rtol=1e-5)
        assert found["hashes"][0] == usual["hashes"][0]


def test_threads_change_no_bit(usual):
    assert child(OMP_NUM_THREADS="3")["hashes"] == usual["hashes"]


REASON = """
from needlebook.fused import loops
from needlebook.manual.native import load
print(loops(), load("_training").why_missing)
"""


def test_an_unknown_set_is_refused_with_the_way_out(usual):
    done = subprocess.run(
        [sys.executable, "-c", REASON],
        env=os.environ | {"NEEDLEBOOK_ISA": "altivec", "NEEDLEBOOK_BACKEND": "np"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("None ")
    assert "NEEDLEBOOK_ISA is altivec" in done.stdout
    assert "it may be baseline, avx2 or avx512" in done.stdout


@pytest.mark.skipif(not shutil.which("g++"), reason="no g++ on this machine")
@pytest.mark.parametrize(
    "file, right, wrong",
    [
        ("convolution.cpp", "", ""),
        ("convolution.cpp", "px + s.padding", "px - s.padding"),
        ("convolution.cpp", "share < shares &&", "share + 1 < shares &&"),
        ("products.cpp", "bias ? bias[v] +", "bias ? bias[0] +"),
        ("products.cpp", "x < tap->begin ||", "x <= tap->begin ||"),
        ("products.cpp", "(y + tap.dy) * line", "y * line"),
        ("products.cpp", "read<T>(to) + sums[v]", "sums[v]"),
    ],
)
def test_the_program_without_python_finds_planted_faults(tmp_path, file, right, wrong):
    folder = tmp_path / "training"
    shutil.copytree(NATIVE, folder)
    for source in NATIVE.parent.glob("isa.*"):
        shutil.copy(source, tmp_path)
    if right:
        text = (folder / file).read_text()
        assert text.count(right) == 1
        (folder / file).write_text(text.replace(right, wrong))
    program = folder / "selftest"
    command = ["g++", "-std=c++17", "-O1", folder / "selftest.cpp", "-o", program]
    subprocess.run(command, check=True)
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == (1 if right else 0), done.stdout


# Memory fails inside parallel regions alone, for every thread but one in three.
WITHOUT_MEMORY = r"""
#include <omp.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>

static std::atomic<bool> failing{false};
static std::atomic<int> asked{0}, refused{0};

static void* memory(std::size_t size) {
    if (failing && omp_in_parallel() && asked++ % 3) {
        ++refused;
        throw std::bad_alloc();
    }
    return std::malloc(size);
}
void* operator new(std::size_t size) { return memory(size); }
void* operator new[](std::size_t size) { return memory(size); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }

#define NB_ISA baseline
#include "../isa.cpp"
#include "choose.cpp"
#include "convolution.cpp"
#include "passes.cpp"
#include "products.cpp"

using namespace nb::training;

int main() {
    std::set_terminate([] { std::_Exit(9); });
    const Shape s{8, 32, 32, 16, 3, 3, 16, 1, 1, 1, 1};
    std::vector<float> x(8 * 32 * 32 * 16, 1.0f), w(9 * 16 * 16, 1.0f), y(x.size());
    std::vector<float> found(x.size()), dw(w.size());
    const auto all = [&](int which, std::vector<float>& into) {
        if (which == 0) convolve(s, x.data(), w.data(), nullptr, into.data());
        if (which == 1) convolve_to_image(s, y.data(), w.data(), into.data());
        if (which == 2) convolve_to_filter(s, x.data(), y.data(), into.data());
    };
    std::vector<float>* results[] = {&y, &found, &dw};
    for (int which = 0; which < 3; ++which) {
        int caught = 0;
        failing = true;
        for (int round = 0; round < 5; ++round) try {
                all(which, *results[which]);
            } catch (const std::bad_alloc&) {
                ++caught;
            }
        failing = false;
        if (caught < 5 || refused < 5) return 1 + which;
        refused = 0;
        all(which, *results[which]);  // and nothing stays broken
    }
    return y[16 * (32 + 1)] == 144.0f ? 0 : 4;
}
"""
GUARD, NO_GUARD = "trouble.guard(", "[](auto body) { body(); }("


@pytest.mark.skipif(not shutil.which("g++"), reason="no g++ on this machine")
@pytest.mark.parametrize("unguarded, status", [(None, 0), (0, 9), (1, 9)])
def test_want_of_memory_leaves_a_parallel_region_as_an_exception(
    tmp_path, unguarded, status
):
    shutil.copytree(NATIVE.parent, tmp_path / "native")
    folder = tmp_path / "native" / "training"
    pieces = (folder / "convolution.cpp").read_text().split(GUARD)
    assert len(pieces) == 3
    joints = [NO_GUARD if region == unguarded else GUARD for region in (0, 1)]
    text = pieces[0] + joints[0] + pieces[1] + joints[1] + pieces[2]
    (folder / "convolution.cpp").write_text(text)
    (folder / "without_memory.cpp").write_text(WITHOUT_MEMORY)
    flags = ["-std=c++17", "-O1", "-fopenmp", "-DNB_ALONE", "-w"]
    command = ["g++", *flags, "without_memory.cpp", "-o", "without_memory"]
    plain = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    subprocess.run(command, cwd=folder, env=plain, check=True)
    done = subprocess.run(
        [folder / "without_memory"],
        env=plain | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, (done.returncode, done.stderr)
