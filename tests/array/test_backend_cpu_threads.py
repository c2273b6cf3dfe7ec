"""Threads, processes, signals and instruction sets of the C++ backend."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import needlebook
from needlebook.manual.native import require
from tests.array.drawing import contents, handle

pytestmark = [pytest.mark.since("11"), pytest.mark.native]

cpu = require("ndarray_backend_cpu")


def everything():
    """Results of all kinds of kernels on arrays long enough for several threads."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=700 * 601).astype("float32")
    a, b, found = handle(cpu, x), handle(cpu, x[::-1].copy()), []

    def keep(size, function, *arguments):
        out = cpu.Array(size)
        function(*arguments[:-1], out, *arguments[-1])
        found.append(contents(cpu, out))

    keep(x.size, cpu.ewise_add, a, b, ())
    keep(x.size, cpu.scalar_maximum, a, 0.0, ())
    keep(x.size, cpu.ewise_div, a, b, ())
    keep(x.size, cpu.view_sub, a, (601, 1), 0, b, (1, 700), 0, ((700, 601),))
    keep(x.size, cpu.compact, a, ((601, 700), (1, 601), 0))
    keep(1, cpu.reduce_sum, a, (x.size,))
    keep(1, cpu.reduce_max, a, (x.size,))
    keep(700, cpu.reduce_sum, a, (601,))
    keep(601, cpu.reduce_sum_axis, a, (1, 700, 601))
    keep(1, cpu.reduce_sum_axis, a, (1, x.size, 1))
    keep(5, cpu.reduce_sum_axis, handle(cpu, x[:420_000]), (1, 84_000, 5))
    for name in ("exp", "log", "tanh"):
        keep(x.size, getattr(cpu, f"ewise_{name}"), a, ())
    return found


def test_results_do_not_depend_on_the_number_of_threads():
    cpu.set_threads(1)
    alone = everything()
    for threads in (2, 3, 7):
        cpu.set_threads(threads)
        for found, wanted in zip(everything(), alone):
            np.testing.assert_array_equal(found, wanted)


def test_the_instruction_sets_differ_in_nothing_but_the_three_functions():
    results = {}
    for name in ("baseline", "avx2", "avx512"):
        if cpu.use_isa(name):
            assert cpu.isa() == name
            results[name] = everything()
    for found in results.values():
        for one, wanted in zip(found[:-3], results["baseline"][:-3]):
            np.testing.assert_array_equal(one, wanted)
    assert not cpu.use_isa("mmx") and cpu.isa() in results


ALONE = """
cmake_minimum_required(VERSION 3.26...4.0)
project(alone LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)
find_package(Python COMPONENTS Interpreter Development.Module REQUIRED)
find_package(pybind11 CONFIG REQUIRED)
add_subdirectory("{}" native)
"""

CHILD = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("ndarray_backend_cpu", sys.argv[1])
cpu = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cpu)
sys.modules["needlebook.ndarray_backend_cpu"] = cpu
cpu.set_threads(4)
from test_backend_cpu_threads import everything
found = [hashlib.sha256(part.tobytes()).hexdigest() for part in everything()]
print(cpu.get_threads(), *found)
"""


def built_without_openmp(folder):
    """The C++ backend, compiled where CMake finds no OpenMP: the path of the module."""
    import cmake
    import ninja
    import pybind11

    native = Path(needlebook.__file__).parent / "native"
    (folder / "CMakeLists.txt").write_text(ALONE.format(native.as_posix()))
    settings = {
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_DISABLE_FIND_PACKAGE_OpenMP": "ON",
        "CMAKE_MAKE_PROGRAM": Path(ninja.BIN_DIR) / "ninja",
        "Python_EXECUTABLE": sys.executable,
        "pybind11_DIR": pybind11.get_cmake_dir(),
    }
    tool, made = Path(cmake.CMAKE_BIN_DIR) / "cmake", folder / "made"
    defines = [f"-D{name}={value}" for name, value in settings.items()]
    target = ["--build", made, "--target", "ndarray_backend_cpu"]
    subprocess.run(
        [tool, "-S", folder, "-B", made, "-G", "Ninja", *defines], check=True
    )
    subprocess.run([tool, *target], check=True)
    return next((made / "native").glob("ndarray_backend_cpu.*"))


@pytest.mark.deep
@pytest.mark.skipif(not shutil.which("g++"), reason="no g++ on this machine")
def test_without_openmp_it_builds_and_gives_the_same_bits_on_one_thread(tmp_path):
    if cpu.__sanitized__:
        return  # the compiler itself would run under the sanitizer
    module = built_without_openmp(tmp_path)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, module],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    threads, *found = done.stdout.split()
    assert threads == "1"
    assert found == [
        hashlib.sha256(part.tobytes()).hexdigest() for part in everything()
    ]


@pytest.mark.parametrize("name", ["baseline", "avx2", "avx512"])
def test_the_environment_limits_the_instruction_set(name):
    code = (
        "from needlebook.manual.native import require as r\n"
        "cpu = r('ndarray_backend_cpu')\n"
        "from needlebook.array import NDArray, cpu as device\n"
        "a = NDArray([[1.0, 2.0], [3.0, 4.0]], device=device())\n"
        "print(cpu.isa(), (a + a.T).exp().log().sum().numpy().item())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NEEDLEBOOK_ISA": name, "NEEDLEBOOK_POOL": "0"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    isa, total = done.stdout.split()
    offered = ["baseline"] + [n for n in ("avx2", "avx512") if cpu.use_isa(n)]
    assert isa == (name if name in offered else offered[-1])
    assert abs(float(total) - 20) < 1e-4


def test_set_threads_takes_one_at_least():
    cpu.set_threads(0)
    assert cpu.get_threads() == 1


def ones(size):
    out = cpu.Array(size)
    cpu.fill(out, 1.0)
    return out


def stack_of_products(batch, side):
    """A call that multiplies a stack of square matrices, and where it writes."""
    a, b, out = (ones(batch * side * side) for _ in range(3))
    steps = (side * side, side, 1)
    return lambda: cpu.matmul_views(
        a, steps, 0, b, steps, 0, out, batch, side, side, side
    ), out


def elementwise(name, *others, size):
    a, out = ones(size), cpu.Array(size)
    return lambda: getattr(cpu, name)(a, *others, out)


@pytest.mark.parametrize(
    "kernel",
    [
        elementwise("ewise_tanh", size=1 << 22),
        elementwise("scalar_power", 1.5, size=30_000),
        stack_of_products(30_000, 10)[0],
    ],
    ids=["tanh", "short-power", "many-small-products"],
)
def test_other_threads_run_during_a_kernel_that_takes_long(kernel):
    count, stop = [0], threading.Event()

    def tick():
        while not stop.is_set():
            count[0] += 1
            time.sleep(0)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)  # nobody is made to let go
    other = threading.Thread(target=tick)
    other.start()
    moved = 0
    try:
        for _ in range(2000):
            before = count[0]
            kernel()
            moved += count[0] > before
            if moved >= 3:
                break
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        other.join()
    assert moved >= 3


def one_product(m, n, p):
    a, b, out = ones(m * n), ones(n * p), ones(m * p)
    return lambda: cpu.matmul(a, b, out, m, n, p), out


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(
    "product, out",
    [one_product(4096, 512, 512), stack_of_products(80, 256)],
    ids=["one", "stack"],
)
def test_a_long_product_can_be_interrupted(product, out):
    cpu.fill(out, -1.0)

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.001)
            product()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert contents(cpu, out)[-1] == -1.0


FORK = """
import multiprocessing
from needlebook.manual.native import require
from tests.array.drawing import contents, handle
cpu = require("ndarray_backend_cpu")
cpu.set_threads(2)

def total():
    a, out = cpu.Array(1 << 20), cpu.Array(1)
    cpu.fill(a, 1.0)
    cpu.reduce_sum(a, out, 1 << 20)
    return int(cpu.to_numpy(out, (1,), (1,), 0)[0])

def child(queue):
    queue.put((total(), cpu.get_threads()))

if __name__ == "__main__":
    first = total()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=child, args=(queue,))
    process.start()
    print(first, *queue.get(timeout=60))
    process.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_does_not_wait_for_threads_it_has_not(tmp_path):
    script = tmp_path / "forked.py"
    script.write_text(FORK)
    here = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": here},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.split() == ["1048576", "1048576", "1"], done.stderr
