"""The native parts: one CMake build per distinct state of their sources.

Chapters that share the C++ share the build, an edit of the Python rebuilds nothing,
and a compiled module is put into its tree by a rename, so that a process which has the
old one loaded keeps it.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from literate import trace
from workshop.places import NATIVE, ROOT, WorkshopError, say

MESSAGE = re.compile(r"(error|warning|note|Error|Warning)\b")
ABOUT = re.compile(r"(?P<file>\S+?):(\d+:){0,2}\s")
SANITIZERS = "-g -O0 -fno-omit-frame-pointer -fsanitize=address,undefined"
SUFFIXES = (".so", ".pyd")


@dataclass(frozen=True)
class Build:
    """A finished build: `modules` maps the place in a tree to the compiled file."""

    modules: dict
    seconds: float = 0.0


def sources(tree):
    """The native files of an assembled tree, by their path; empty when it has none."""
    return {
        path: file.text
        for path, file in tree.files.items()
        if path.startswith("needlebook/native/")
    }


def build(book, chapter, folder, *, sanitize=False):
    """Compile the native parts as of a chapter, unless the same sources were compiled.

    `folder` is the chapter's tree: messages of the compiler are traced through its map.
    Raises WorkshopError with the compiler's messages and their places in the book.
    """
    files = sources(book.assemble(upto=chapter))
    if not files:
        return Build({})
    files["CMakeLists.txt"] = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    flags = SANITIZERS if sanitize else ""
    out = NATIVE / source_hash(files, flags)
    if not (out / "done").exists():
        compile_sources(files, flags, out, folder)
    installed = out / "install"
    found = sorted(path for path in installed.rglob("*") if path.suffix in SUFFIXES)
    return Build({path.relative_to(installed): path for path in found})


def source_hash(files, flags):
    parts = [f"{path}\0{text}" for path, text in sorted(files.items())]
    parts += [flags, compiler_version(), str(sysconfig.get_config_var("SOABI"))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def compiler_version():
    name = os.environ.get("CXX") or next(filter(shutil.which, ("c++", "g++")), None)
    if name is None:
        return "none"
    shown = subprocess.run([*name.split(), "--version"], capture_output=True, text=True)
    return shown.stdout


def compile_sources(files, flags, out, folder):
    """Configure, build and install beside `out`, then rename into place."""
    import cmake
    import ninja
    import pybind11

    work = out.with_name(f"{out.name}.{os.getpid()}")
    for path, text in files.items():
        target = work / "src" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    tool = str(Path(cmake.CMAKE_BIN_DIR) / "cmake")
    maker = Path(ninja.BIN_DIR) / "ninja"
    settings = {
        "CMAKE_BUILD_TYPE": "Debug" if flags else "Release",
        "CMAKE_CXX_FLAGS": flags,
        "CMAKE_MAKE_PROGRAM": maker,
        "NEEDLEBOOK_NVCC_CACHE": NATIVE / "nvcc",
        "Python_EXECUTABLE": sys.executable,
        "pybind11_DIR": pybind11.get_cmake_dir(),
    }
    defines = [f"-D{name}={value}" for name, value in settings.items()]
    say(f"native: compiling {len(files) - 1} files")
    try:
        step([tool, "-S", work / "src", "-B", work / "obj", "-G", "Ninja", *defines])
        step([tool, "--build", work / "obj"])
        step([tool, "--install", work / "obj", "--prefix", work / "install"])
    except subprocess.CalledProcessError as failure:
        shutil.rmtree(work)
        raise WorkshopError(messages(failure.stdout, work, folder)) from None
    (work / "done").touch()
    shutil.rmtree(work / "obj")
    if out.exists():
        shutil.rmtree(work)
        return
    try:
        work.rename(out)
    except OSError:
        shutil.rmtree(work)


def step(command):
    output = subprocess.run(
        [str(word) for word in command],
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ).stdout
    if "are left out" in output:
        raise subprocess.CalledProcessError(1, command, output)


def messages(output, work, folder):
    """The compiler's own words from its first message on, with places in the book."""
    rows = output.replace(f"{work / 'src'}/", "").splitlines()
    first = next((i for i, row in enumerate(rows) if MESSAGE.search(row)), 0)
    text = trace.annotate("\n".join(ours(rows[first:])), folder)
    return f"native: the compiler refused the sources\n{text}"


def ours(rows):
    """The messages about our own files, without what the compiler adds on others'."""
    kept, keep = [], True
    for row in rows:
        match = ABOUT.match(row)
        keep = match["file"].startswith("needlebook/") if match else keep
        if keep and not row.startswith(("In file included", "       ", "ninja:")):
            kept.append(row)
        elif keep and "|" in row:
            kept.append(row)
    return kept or rows


def place(built, folder):
    """Put the modules of a build into a tree and take away those of older builds."""
    for path in (folder / "needlebook").rglob("*"):
        old = path.relative_to(folder)
        if path.suffix in SUFFIXES and old not in built.modules:
            path.unlink()
    for inside, source in built.modules.items():
        target = folder / inside
        if target.exists() and target.read_bytes() == source.read_bytes():
            continue
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, beside)
        beside.replace(target)
