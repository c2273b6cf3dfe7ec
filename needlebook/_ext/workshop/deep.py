"""`make test-deep` beyond pytest: chapters' trees, devices, sanitizers, the wheel."""

import functools
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from workshop import native
from workshop.places import (
    BUILD,
    ROOT,
    WorkshopError,
    complain,
    quiet_environment,
    relative,
    say,
)
from workshop.reach import Reach

DEEP = BUILD / "deep"
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
NO_TESTS = 5
ARM64_TOOLS = ("aarch64-linux-gnu-g++", "qemu-aarch64")
ARM64_WAY_OUT = "on Debian: apt-get install g++-aarch64-linux-gnu qemu-user"
ONE_MODE = ("tests/ext/", "tests/page/", "tests/manual/")
ON_DEVICES = [
    *("tests/test_autograd.py", "tests/ops", "tests/nn", "tests/optim"),
    *("tests/convolution", "tests/array"),
]
LONG = "million or thousand or test_backend_cpu"
COMPILED = re.compile(r"needlebook/\S+\.(so|pyd)\b")


def deep(book, wanted=(), everything=False):
    """Run the steps, all of them although one fails; 1 when any failed."""
    all_trees = functools.partial(trees, everything=everything)
    steps = {"trees": all_trees, "devices": devices, "sanitize": sanitize}
    steps |= {"arm64": arm64, "wheel": wheel}
    unknown = set(wanted) - set(steps)
    if unknown:
        raise WorkshopError(f"deep: no step {unknown}; there are {', '.join(steps)}")
    failed = []
    for name, step in steps.items():
        if wanted and name not in wanted:
            continue
        started = time.perf_counter()
        try:
            step(book)
        except WorkshopError as problem:
            complain(problem)
            failed.append(name)
        say(f"deep: {name} took {time.perf_counter() - started:.0f} s")
    if failed:
        complain(f"deep: failed: {', '.join(failed)}")
    return 1 if failed else 0


def fresh_tree(book, chapter, folder):
    """The library as of a chapter in a new folder, native parts in their places."""
    shutil.rmtree(folder, ignore_errors=True)
    book.asof(chapter, folder)
    native.place(native.build(book, chapter, folder), folder)
    return folder


def trees(book, everything=False):
    """Every chapter's library passes the tests of the chapters up to it.

    A test module that passed in an earlier tree runs again only where something that
    it can reach has changed since; with `everything` all run in every tree. All
    modules of the library are imported in each.
    """
    passed, failed = set(), []
    order = [page.chapter for page in book.chapters]
    for chapter in order:
        tree = fresh_tree(book, chapter, DEEP / "asof" / chapter)
        digests = Reach(tree, chapter, order).digests()
        new = [name for name in digests if everything or digests[name] not in passed]
        told = f"{len(new)} of {len(digests)} test modules to run"
        say(f"deep: the library as of chapter {chapter}, {told}")
        if not digests:
            complain(f"deep: chapter {chapter} has no test of its own")
        runs = by_mode(chapter, order, new)
        if digests and imports(tree) and all(passes(tree, *run) for run in runs):
            passed.update(digests.values())
        else:
            failed.append(chapter)
    if failed:
        raise WorkshopError(f"deep: tests fail as of chapter {', '.join(failed)}")


def by_mode(chapter, order, modules):
    """(test modules to run, mode): from chapter 11 on the library has two modes."""
    if "11" not in order[: order.index(chapter) + 1]:
        return [(modules, "np")]
    both = [name for name in modules if not name.startswith(ONE_MODE)]
    return [(modules, "nd"), (both, "np")]


def passes(tree, modules, mode):
    """Whether these test modules pass in a tree, in a mode of the library."""
    if not modules:
        return True
    say(f"deep: {len(modules)} test modules with NEEDLEBOOK_BACKEND={mode}")
    command = [*PYTEST, "-n", str(os.cpu_count() or 1), "--dist", "loadfile", *modules]
    environment = quiet_environment(PYTHONPATH=tree, NEEDLEBOOK_BACKEND=mode)
    return subprocess.run(command, cwd=tree, env=environment).returncode == 0


def imports(tree):
    """Whether every module of the library imports in a tree."""
    files = sorted((tree / "needlebook").rglob("*.py"))
    parts = [path.relative_to(tree).with_suffix("").parts for path in files]
    names = [".".join(part).removesuffix(".__init__") for part in parts]
    code = f"import importlib\nfor name in {names}: importlib.import_module(name)"
    environment = quiet_environment(PYTHONPATH=tree)
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, env=environment)
    return done.returncode == 0


def devices(book):
    """Tests of operations, layers and arrays pass with their arrays in the simulator.

    Those that repeat a step a thousand times are left out: threads take turns there.
    """
    if not any(ROOT.glob("needlebook/ndarray_backend_cuda_sim.*")):
        raise WorkshopError("deep: the simulator was not built; run make native")
    command = [*PYTEST, "-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    command += ["--device", "cuda_sim", "-k", f"not ({LONG})", *ON_DEVICES]
    environment = quiet_environment(NEEDLEBOOK_BACKEND="nd")
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise WorkshopError("deep: tests fail with their arrays on cuda_sim")


def sanitize(book):
    """Tests marked `native` against modules built with the address sanitizer."""
    last = book.chapters[-1].chapter
    tree = DEEP / "sanitize"
    shutil.rmtree(tree, ignore_errors=True)
    book.asof(last, tree)
    built = native.build(book, last, tree, sanitize=True)
    if not built.modules:
        say("deep: no native parts to sanitize")
        return
    native.place(built, tree)
    environment = quiet_environment(
        PYTHONPATH=tree,
        LD_PRELOAD=":".join(map(runtime, ("libasan.so", "libstdc++.so"))),
        ASAN_OPTIONS="detect_leaks=0:abort_on_error=0",
        UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1",
        PYTHONMALLOC="malloc",
    )
    command = [*PYTEST, "-n", str(os.cpu_count() or 1), "--dist", "loadfile"]
    command += ["-m", "native", "-s"]
    tests = subprocess.run(command, cwd=tree, env=environment)
    if tests.returncode == NO_TESTS:
        raise WorkshopError("deep: there are native parts and no test marked native")
    if tests.returncode:
        raise WorkshopError("deep: native tests fail under the sanitizers")


def runtime(name):
    """The shared library of the compiler by this name."""
    compiler = os.environ.get("CXX", "g++").split()
    command = [*compiler, f"-print-file-name={name}"]
    found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return str(Path(found).resolve())


def arm64(book):
    """The programs `selftest.cpp` of the native parts pass on an emulated arm64.

    Where the cross compiler or the emulator is missing the step says so; where skips
    are failures it fails.
    """
    sources = native.sources(book.assemble())
    programs = [path for path in sources if path.endswith("/selftest.cpp")]
    absent = [name for name in ARM64_TOOLS if shutil.which(name) is None]
    if programs and absent:
        told = f"deep: arm64 not tried, {' and '.join(absent)} missing; {ARM64_WAY_OUT}"
        if os.environ.get("NEEDLEBOOK_NO_SKIPS") == "1":
            raise WorkshopError(told)
        say(told)
        return
    folder = DEEP / "arm64"
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in sources.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    compiler, emulator = ARM64_TOOLS
    for path in programs:
        program = (folder / path).with_suffix("")
        flags = ["-std=c++17", "-O2", "-static", "-pthread"]
        call([compiler, *flags, folder / path, "-o", program])
        call([emulator, program])
        say(f"deep: {path} passes on arm64")


def wheel(book):
    """A wheel builds, holds no part of the engine, and runs with NumPy alone."""
    folder = DEEP / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    source = copy_of_working_tree(folder / "source")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    # What nvcc made of the same kernels is not made again.
    kept = ["-C", f"cmake.define.NEEDLEBOOK_NVCC_CACHE={native.NATIVE / 'nvcc'}"]
    alone = ["--no-deps", "--no-build-isolation"]
    call([*pip, "wheel", *alone, *kept, "-w", folder, source])
    built = next(folder.glob("needlebook-*.whl"))
    inside = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", built], capture_output=True, text=True
    ).stdout
    if "_ext/" in inside:
        raise WorkshopError(f"deep: {built.name} holds parts of needlebook/_ext")
    if native.sources(book.assemble()) and not COMPILED.search(inside):
        raise WorkshopError(f"deep: {built.name} was built without its native parts")
    call([sys.executable, "-m", "venv", folder / "venv"])
    python = folder / "venv" / "bin" / "python"
    pip[0] = python
    call([*pip, "install", "--require-hashes", "-r", only_numpy(folder)])
    call([*pip, "install", "--no-deps", built])
    call([python, "-c", "import needlebook"], cwd=folder)
    call([folder / "venv" / "bin" / "needlebook", "doctor"], cwd=folder)
    tree = fresh_tree(book, book.chapters[-1].chapter, DEEP / "install")
    call([*pip, "uninstall", "--yes", "needlebook"])
    call([*pip, "install", "--no-deps", *kept, tree])
    call([python, "-c", "import needlebook"], cwd=folder)
    say(f"deep: {relative(built)} works with NumPy alone")


def only_numpy(folder):
    """The locked NumPy with its hashes: the one requirement of the library."""
    rows = (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n")
    first = next(i for i, row in enumerate(rows) if row.startswith("numpy=="))
    last = next(i for i in range(first, len(rows)) if not rows[i].endswith("\\"))
    lock = folder / "numpy.lock"
    lock.write_text("\n".join(rows[first : last + 1]) + "\n", encoding="utf-8")
    return lock


def copy_of_working_tree(folder):
    """What a clone would hold, so that nothing built can leak into the wheel."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def call(command, cwd=ROOT):
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=quiet_environment(), capture_output=True, text=True
    )
    if done.returncode:
        shown = " ".join(map(relative, words[:6]))
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise WorkshopError(f"deep: `{shown} …` failed\n{tail}")
