"""Make `.venv` from the lock, or say in one sentence what the machine lacks.

Runs on the machine's own Python before anything is installed: standard library only,
and no syntax newer than the Pythons that it has to turn down.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile

OLDEST = (3, 11)
NEWEST = (3, 13)
WANTED = "Python 3.11 to 3.13"
ROOT = os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
)


class Missing(Exception):
    """One sentence on what is missing and what to do."""


def setup(args=None):
    """Bring `.venv` to the state of `requirements.lock`; 0 when it is there."""
    try:
        check_tools()
        check_compiler()
        venv = os.path.join(ROOT, ".venv")
        stamp = os.path.join(venv, "needlebook.stamp")
        wanted = lock_hash()
        if read(stamp) == wanted and os.path.exists(venv_python(venv)):
            return 0
        make_environment(venv)
        install(venv)
        with open(stamp, "w") as file:
            file.write(wanted)
    except Missing as problem:
        print(f"setup: {problem}", file=sys.stderr)
        return 1
    print("setup: .venv is ready")
    return 0


def lock_hash():
    """What the environment is made from: the lock and the Python that installs it."""
    with open(os.path.join(ROOT, "requirements.lock"), "rb") as file:
        locked = hashlib.sha256(file.read()).hexdigest()
    return "{}.{} {}".format(*sys.version_info[:2], locked)


def check_tools():
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Missing(
            "{} is wanted and {} is version {}; install one and name it: "
            "make PYTHON=python3.11".format(
                WANTED, sys.executable, "{}.{}".format(*sys.version_info[:2])
            )
        )
    if shutil.which("git") is None:
        raise Missing("git is missing; on Debian: apt-get install git")
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Missing(
            "Python's venv module is missing; on Debian: apt-get install python3-venv"
        ) from None
    include = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(include, "Python.h")):
        raise Missing(
            "Python's headers (Python.h) are missing; on Debian: "
            "apt-get install python3-dev"
        )


def check_compiler():
    """A compiler that takes C++17, by compiling two lines with it."""
    named = os.environ.get("CXX")
    names = [named] if named else ["c++", "g++", "clang++"]
    found = [name for name in names if shutil.which(name.split()[0])]
    if not found:
        raise Missing(
            "a C++17 compiler is missing ({} not found); on Debian: "
            "apt-get install g++".format(", ".join(names))
        )
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "try.cpp")
        with open(source, "w") as file:
            file.write(
                "#include <optional>\nint main() { return !std::optional{1}; }\n"
            )
        for name in found:
            command = name.split() + ["-std=c++17", "-fsyntax-only", source]
            if subprocess.run(command, capture_output=True).returncode == 0:
                return name
    raise Missing(
        "{} does not compile C++17; name a newer one: make CXX=g++-12".format(
            " or ".join(found)
        )
    )


def venv_python(venv):
    folder = "Scripts" if os.name == "nt" else "bin"
    return os.path.join(venv, folder, "python")


def make_environment(venv):
    """A new `.venv`, unless the one that is there has a Python of the right age."""
    python = venv_python(venv)
    probe = "import sys, pip; print(sys.version_info[:2])"
    if os.path.exists(python):
        found = subprocess.run([python, "-c", probe], capture_output=True, text=True)
        if found.returncode == 0 and found.stdout.strip() == str(sys.version_info[:2]):
            return
        shutil.rmtree(venv)
    print("setup: making .venv with Python {}.{}.{}".format(*sys.version_info[:3]))
    if subprocess.run([sys.executable, "-m", "venv", venv]).returncode:
        shutil.rmtree(venv, ignore_errors=True)
        raise Missing(
            "making .venv failed (above); on Debian: apt-get install python3-venv"
        )


def install(venv):
    """The locked set, hashes checked, compiled to bytecode."""
    print("setup: installing requirements.lock (a minute or two the first time)")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME")
    }
    command = [venv_python(venv), "-m", "pip", "install", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-warn-script-location"]
    command += ["--requirement", os.path.join(ROOT, "requirements.lock")]
    if not sys.stdout.isatty():
        command += ["-qq"]
    if subprocess.run(command, env=environment).returncode:
        raise Missing(
            "pip could not install requirements.lock (above): check the network "
            "and the free disk space, then run make setup again"
        )


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None
