# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What this machine offers the library, and the command for what it lacks."""

import importlib.metadata
import platform
import sys
import textwrap
from typing import NamedTuple

from needlebook import __version__

PYTHON = (3, 11)
NUMPY = 2
EXTRAS = {
    "data": "scikit-learn",
    "book": "ipykernel jupyter-book matplotlib myst-nb nbclient rich sphinx-book-theme "
    "sphinx-copybutton sphinx-design sphinx-external-toc sphinx-togglebutton "
    "sphinxcontrib-bibtex watchfiles",
    "test": "axe-playwright-python hypothesis playwright pytest pytest-xdist",
    "train": "rich",
    "bench": "rich torch",
}
NATIVE = {
    "_softmax_regression": "softmax regression in C++",
    "_training": "convolution, norms and optimizers in C++",
    "_matmul_ladder": "the ladder of matrix products",
    "_machine_probes": "latency, vectors and threads of this machine",
}
WRAP = textwrap.TextWrapper(
    88, initial_indent="  ", subsequent_indent=" " * 39, break_on_hyphens=False
)


class Finding(NamedTuple):
    """One line of the report; without something `needed` the library cannot run."""

    ok: bool
    name: str
    detail: str
    needed: bool = False


def version(package):
    """The installed version of a package, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def foundations():
    """Findings on Python and NumPy, which everything needs."""
    wanted = ".".join(map(str, PYTHON))
    yield Finding(
        sys.version_info >= PYTHON,
        f"Python {platform.python_version()}",
        f"{wanted} or newer is wanted",
        needed=True,
    )
    numpy = version("numpy")
    yield Finding(
        numpy is not None and int(numpy.split(".")[0]) >= NUMPY,
        f"NumPy {numpy or ''}".rstrip(),
        f'{NUMPY}.0 or newer is wanted: pip install "numpy>={NUMPY}"',
        needed=True,
    )


def extras():
    """A Finding for each extra: complete, or what to install."""
    for extra, packages in EXTRAS.items():
        missing = [name for name in packages.split() if version(name) is None]
        if missing:
            detail = f'pip install "needlebook[{extra}]" brings {", ".join(missing)}'
        else:
            detail = ", ".join(f"{name} {version(name)}" for name in packages.split())
        yield Finding(not missing, f"extra {extra}", detail)


def native_parts():
    """A Finding for each compiled part; the library works without them."""
    if version("numpy") is None:
        return
    from needlebook.manual.native import WAY_OUT, load

    for name, purpose in NATIVE.items():
        why = load(name).why_missing
        detail = purpose if why is None else f"{purpose}: {why}; {WAY_OUT}"
        yield Finding(why is None, f"native {name}", detail)


def report(findings):
    """Print the findings and return the exit status: 1 when something needed lacks."""
    print(f"needlebook {__version__}")
    findings = list(findings)
    for ok, name, detail, needed in findings:
        state = "ok" if ok else "MISSING" if needed else "missing"
        text = f"{state:8} {name:27} {detail}"
        print(WRAP.fill(text))
    broken = [finding.name for finding in findings if finding.needed and not finding.ok]
    if broken:
        print(f"the library cannot run: {', '.join(broken)}")
    return int(bool(broken))


def doctor():
    """Look at everything and print it; returns the exit status."""
    return report([*foundations(), *extras(), *native_parts(), *devices()])


def devices():
    """A Finding for each device and for the default; any one of them is enough."""
    if version("numpy") is None:
        return
    from needlebook.array import all_devices, default_device
    from needlebook.errors import BackendError

    try:
        default = default_device()
    except BackendError as error:
        default = None
        yield Finding(False, "NEEDLEBOOK_DEVICE", str(error))
    for device in all_devices():
        detail = device.why_missing or "arrays can live here"
        if device == default:
            detail += ", by default"
        yield Finding(device.enabled(), f"device {device.name}", detail)
