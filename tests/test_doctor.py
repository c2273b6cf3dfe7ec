"""`needlebook doctor`: what it reports, its exit status, and its list of extras."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from needlebook import __version__, doctor
from needlebook.__main__ import main

pytestmark = pytest.mark.since("3b")
ROOT = Path(__file__).resolve().parents[1]


def test_extras_are_those_of_the_package():
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {
        extra: sorted(re.match(r"[\w.-]+", line)[0] for line in lines)
        for extra, lines in table["project"]["optional-dependencies"].items()
    }
    assert {name: sorted(v.split()) for name, v in doctor.EXTRAS.items()} == declared


def test_everything_is_reported_and_the_status_is_zero(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert f"needlebook {__version__}" in out and "NumPy" in out
    for extra in doctor.EXTRAS:
        assert f"extra {extra}" in out
    for name in doctor.NATIVE:
        assert f"native {name}" in out
    assert max(map(len, out.splitlines())) <= 88


def test_missing_extra_is_named_with_its_command_and_is_no_failure(capsys, monkeypatch):
    found = doctor.version
    lacking = lambda name: None if name == "scikit-learn" else found(name)  # noqa: E731
    monkeypatch.setattr(doctor, "version", lacking)
    assert doctor.doctor() == 0
    words = " ".join(capsys.readouterr().out.split())
    command = 'pip install "needlebook[data]" brings scikit-learn'
    assert f"missing extra data {command}" in words


def test_missing_numpy_fails_and_asks_no_native_part(capsys, monkeypatch):
    found = doctor.version
    lacking = lambda name: None if name == "numpy" else found(name)  # noqa: E731
    monkeypatch.setattr(doctor, "version", lacking)
    assert doctor.doctor() == 1
    out = capsys.readouterr().out
    assert "MISSING" in out and "the library cannot run: NumPy" in out
    assert "native" not in out


def test_old_numpy_fails(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "version", lambda name: "1.26.4")
    assert doctor.doctor() == 1
    assert "NumPy 1.26.4" in capsys.readouterr().out


def test_missing_native_part_says_why_and_is_no_failure(capsys, monkeypatch):
    monkeypatch.setitem(doctor.NATIVE, "_nobody_compiled_this", "nothing at all")
    assert doctor.doctor() == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "missing native _nobody_compiled_this nothing at all: it was not" in words
    assert "make native" in words


@pytest.mark.since("11")
def test_every_device_is_named_with_why_it_is_missing(capsys):
    from needlebook.array import all_devices

    assert doctor.doctor() == 0
    words = " ".join(capsys.readouterr().out.split())
    for device in all_devices():
        why = device.why_missing or "arrays can live here"
        state = "ok" if device.enabled() else "missing"
        assert f"{state} device {device.name} {' '.join(why.split())}" in words


@pytest.mark.since("12")
@pytest.mark.parametrize("name", ["cpu_numpy", "tpu"])
def test_the_default_device_is_named_or_what_is_wrong_with_it(
    name, capsys, monkeypatch
):
    from needlebook.array import device

    monkeypatch.setattr(device, "chosen", name)
    assert doctor.doctor() == 0
    words = " ".join(capsys.readouterr().out.split())
    said = {
        "cpu_numpy": "ok device cpu_numpy arrays can live here, by default",
        "tpu": "missing NEEDLEBOOK_DEVICE device 'tpu' is not known; there are",
    }
    assert said[name] in words and words.count("by default") == (name != "tpu")


def test_help_and_version(capsys):
    for arguments, wanted in [("--help", "doctor"), ("doctor --help", "missing")]:
        with pytest.raises(SystemExit) as leave:
            main(arguments.split())
        assert leave.value.code == 0 and wanted in capsys.readouterr().out
    with pytest.raises(SystemExit) as leave:
        main(["--version"])
    assert capsys.readouterr().out == f"needlebook {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["surgeon"]])
def test_wrong_command_lines_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as leave:
        main(arguments)
    assert leave.value.code == 2
    assert "usage: needlebook" in capsys.readouterr().err


def test_it_runs_as_a_module_and_returns_its_status():
    run = subprocess.run(
        [sys.executable, "-m", "needlebook", "doctor"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0 and run.stdout.startswith("needlebook ")
