"""The appendix shows the whole engine, each file once."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENGINE = ROOT / "needlebook" / "_ext"


def shown(text: str) -> list[str]:
    """The files and folders that a page's `engine-source` directives name."""
    return re.findall(r"^```\{engine-source\} (\S+)$", text, re.MULTILINE)


def appendix_problems(names: list[str], files: list[str]) -> list[str]:
    """Files that no name covers or that two cover, and names of nothing."""
    problems = []
    covers = {
        name: [f for f in files if f == name or f.startswith(f"{name}/")]
        for name in names
    }
    problems += [
        f"shows nothing: {name}" for name, found in covers.items() if not found
    ]
    everything = [file for found in covers.values() for file in found]
    for file in files:
        if everything.count(file) != 1:
            problems.append(f"shown {everything.count(file)} times: {file}")
    return problems


def test_every_file_of_the_engine_is_shown_once():
    pages = sorted((ROOT / "book").glob("engine*.md"))
    names = [name for page in pages for name in shown(page.read_text("utf-8"))]
    files = [path.relative_to(ENGINE).as_posix() for path in ENGINE.rglob("*.py")]
    assert appendix_problems(names, files) == []


def test_a_file_that_is_left_out_or_repeated_is_found():
    files = ["a/x.py", "a/y.py", "b/z.py"]
    assert appendix_problems(["a", "b/z.py"], files) == []
    assert appendix_problems(["a"], files) == ["shown 0 times: b/z.py"]
    assert appendix_problems(["a", "b", "a/x.py"], files) == ["shown 2 times: a/x.py"]
    assert appendix_problems(["a", "b", "c"], files) == ["shows nothing: c"]
