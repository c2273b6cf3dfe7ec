"""Compile the modules of kernels with nvcc, without CMake, for the GPU of this machine.

What `needlebook_cuda_module(name sources...)` names in the native CMake file is built
into `needlebook/`; objects are kept in `build/gpu` under a hash of what went into them.
"""

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "needlebook" / "native"
OBJECTS = ROOT / "build" / "gpu"
FLAGS = "-O3 -std=c++17 -lineinfo -Xcompiler=-fPIC,-fvisibility=hidden".split()
NO_DEVICE = 100


class CannotRun(Exception):
    """One sentence that says why nothing can be verified on this machine."""


def nvcc():
    """Return the path of nvcc, else raise CannotRun."""
    home = os.environ.get("CUDA_HOME", "/usr/local/cuda")
    found = shutil.which("nvcc") or shutil.which("nvcc", path=f"{home}/bin")
    if not found:
        raise CannotRun(
            f"no nvcc on the PATH or in {home}/bin; install CUDA 12 or 13 or set "
            "CUDA_HOME"
        )
    return found


def demand_device():
    """Raise CannotRun where the driver or the device is missing."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise CannotRun("no NVIDIA driver on this machine") from None
    code = driver.cuInit(0)
    if code:
        why = "it finds no GPU" if code == NO_DEVICE else f"cuInit returns {code}"
        raise CannotRun(f"a driver is installed, but {why}")


def modules():
    """Return {name: sources} of the modules that the native CMake file declares."""
    text = (NATIVE / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.findall(r"needlebook_cuda_module\((\w+)([^)]*)\)", text)
    return {name: [NATIVE / path for path in paths.split()] for name, paths in found}


def build(names=("ndarray_backend_cuda", "_gpu_ladder")):
    """Build the modules `names` and return the compiler's version."""
    import pybind11

    compiler = nvcc()
    version = subprocess.run(
        [compiler, "--version"], capture_output=True, text=True, check=True
    ).stdout
    paths = [pybind11.get_include(), sysconfig.get_path("include")]
    options = [*FLAGS, "-arch=native", *(f"-I{path}" for path in paths)]
    headers = sorted([*NATIVE.rglob("*.hpp"), *NATIVE.rglob("*.cuh")])
    common = hashlib.sha256((version + " ".join(options)).encode())
    for header in headers:
        common.update(header.read_bytes())
    OBJECTS.mkdir(parents=True, exist_ok=True)
    wanted = {name: paths for name, paths in modules().items() if name in names}
    jobs = [(name, path) for name, paths in wanted.items() for path in paths]

    def compiled(job):
        name, path = job
        key = common.copy()
        key.update(name.encode() + path.read_bytes())
        target = OBJECTS / f"{path.stem}-{key.hexdigest()[:20]}.o"
        if not target.exists():
            beside = target.with_suffix(f".{os.getpid()}.o")
            defines = [f"-DNEEDLEBOOK_MODULE={name}", "-DNEEDLEBOOK_NVCC"]
            run([compiler, *options, *defines, "-c", path, "-o", beside])
            beside.replace(target)
        return name, target

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(compiled, jobs))
    for name in wanted:
        suffix = sysconfig.get_config_var("EXT_SUFFIX")
        parts = [target for owner, target in objects if owner == name]
        made = OBJECTS / f"{name}{suffix}"
        run([compiler, "-shared", "-cudart=static", *parts, "-o", made])
        shutil.copyfile(made, ROOT / "needlebook" / f"{name}{suffix}")
    return re.search(r"V([\d.]+)", version)[1]


def run(command):
    """Run a compiler; its messages become the sentence of CannotRun."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True
    )
    if done.returncode:
        raise CannotRun(f"the build failed: {done.stderr or done.stdout}")
