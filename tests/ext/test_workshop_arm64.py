"""The step of `make test-deep` that runs kernels on an emulated arm64."""

import shutil

import pytest
from ext_small_book import SmallBook

SECOND = "book/03b_second.md"
PROGRAM = """
```{tangle} needlebook/native/CMakeLists.txt
:name: native-nothing

message(STATUS "nothing to build")
```

```{tangle} needlebook/native/small/selftest.cpp
:name: small-selftest

int main() { return RESULT; }
```
"""


def with_program(tmp_path, result):
    small = SmallBook(tmp_path)
    small.write(SECOND, small.read(SECOND) + PROGRAM.replace("RESULT", str(result)))
    return small


def stub(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """This machine's compiler and no emulator, under the names that the step calls."""
    if shutil.which("g++") is None:
        pytest.skip("no g++ on this machine")
    folder = tmp_path / "tools"
    stub(folder, "aarch64-linux-gnu-g++", 'exec g++ "$@"')
    stub(folder, "qemu-aarch64", 'exec "$@"')
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_a_program_that_returns_0_passes(tmp_path, tools):
    status, output = with_program(tmp_path / "book", 0).run("deep", "arm64")
    assert status == 0 and "selftest.cpp passes on arm64" in output


def test_a_program_that_finds_a_fault_fails_the_step(tmp_path, tools):
    status, output = with_program(tmp_path / "book", 1).run("deep", "arm64")
    assert status == 1 and "failed: arm64" in output


@pytest.mark.parametrize("no_skips, wanted", [("0", 0), ("1", 1)])
def test_missing_tools_are_named_and_fail_only_where_skips_do(
    tmp_path, monkeypatch, no_skips, wanted
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("NEEDLEBOOK_NO_SKIPS", no_skips)
    status, output = with_program(tmp_path / "book", 0).run("deep", "arm64")
    assert status == wanted
    assert "qemu-aarch64 missing" in output and "qemu-user" in output
