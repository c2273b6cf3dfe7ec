"""What a chapter offers to take home: its library, the difference, a notebook."""

import ast
import re
from html import unescape

import nbformat
import pytest


def test_the_zip_is_the_library_at_the_end_of_the_chapter(sample):
    early, late = map(sample.site.library, ("3a", "4"))
    assert "needlebook/native/sum.cpp" in set(late) - set(early)
    assert {"pyproject.toml", "tests/test_sums.py"} <= set(early)
    assert b"windows" in late["needlebook/sums.py"]
    assert b"windows" not in early["needlebook/sums.py"]
    ast.parse(late["needlebook/sums.py"])


def own(library):
    """The files of a library without its tests and the files that install it."""
    return {
        path: data for path, data in library.items() if path.startswith("needlebook/")
    }


def test_each_diff_leads_from_one_library_to_the_next(site, tmp_path):
    here = {}
    for chapter in site.chapter_ids():
        diff = (site.offered(chapter) / f"needlebook-{chapter}.diff").read_text()
        here = apply_diff(diff, here)
        written = {path: text.encode() for path, text in here.items()}
        assert written == own(site.library(chapter)), chapter


def test_a_diff_that_lacks_a_line_is_noticed(sample):
    diff = (sample.site.offered("3a") / "needlebook-3a.diff").read_text()
    rows = diff.splitlines(keepends=True)
    rows.remove("+    return self.total + self.lost\n".replace("    ", "        ", 1))
    here = apply_diff("".join(rows), {})
    assert (
        here["needlebook/sums.py"].encode()
        != (sample.site.library("3a")["needlebook/sums.py"])
    )


def test_each_file_page_shows_the_file_of_the_zip(site):
    for chapter in site.chapter_ids():
        for path, data in own(site.library(chapter)).items():
            page = site.folder / "files" / chapter / f"{path}.html"
            if page.exists():
                assert shown(page) == data.decode(), page


def shown(page):
    """The code on a file page."""
    html = page.read_text(encoding="utf-8")
    code = "".join(re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.S))
    return unescape(re.sub(r"<[^>]*>", "", code))


def apply_diff(diff, files):
    """Files after a unified diff with exact context: enough for diffs of our own."""
    files = dict(files)
    for part in re.split(r"^(?=--- (?:a/|/dev/null))", diff, flags=re.M)[1:]:
        old, new, *rows = part.split("\n")[:-1]
        before = [] if old == "--- /dev/null" else files.pop(old[6:]).split("\n")[:-1]
        after, at = [], 0
        for row in rows:
            if hunk := re.match(r"@@ -(\d+)", row):
                start = max(int(hunk[1]) - 1, 0)
                after += before[at:start]
                at = start
                continue
            if row[0] in " -":
                assert before[at] == row[1:]
                at += 1
            if row[0] in " +":
                after.append(row[1:])
        after += before[at:]
        if new != "+++ /dev/null":
            files[new[6:]] = "".join(f"{row}\n" for row in after)
    return files


def test_each_notebook_is_valid(site):
    notebooks = [*site.folder.glob("_downloads/*/*.ipynb")]
    assert len(notebooks) >= len(site.chapter_ids())
    for path in notebooks:
        nbformat.validate(nbformat.read(path, as_version=4))


def test_the_notebook_has_its_outputs(sample):
    path = sample.html / "_downloads" / "chapter-3a" / "03a_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert all(outputs)
    assert outputs[0][0]["text"] == "False 0.9999999999999999\n"


@pytest.mark.deep
def test_the_notebook_says_how_to_run_it_and_has_no_directives(sample):
    path = sample.html / "_downloads" / "chapter-3a" / "03a_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert "needlebook-3a.zip" in prose[0]
    text = "\n".join(prose)
    assert not re.search(r"^[`:]{3,}\{|\{\w+\}`|^\(.*\)=$", text, re.M)
    assert "In `needlebook/sums.py`:\n\n```python\nclass Tally:" in text
    assert "**Exercise 3a.1: Sum a list with $n$ terms** (about 10 min)" in text


def test_equal_libraries_give_equal_archives(sample, workplace):
    name = "_downloads/chapter-4/needlebook-4.zip"
    assert (workplace.html / name).read_bytes() == (sample.html / name).read_bytes()
