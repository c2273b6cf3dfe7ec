"""The built site without a browser: links, files to take home, faults, rebuilding."""

import ast
import json
import re
import zipfile
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest


class Anchors(HTMLParser):
    """The ids of a page, its links, and whatever it loads."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.loads = [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        for name in ("src", "data", "poster"):
            if values.get(name):
                self.loads.append(values[name])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(values["href"])


@cache
def read(path):
    parser = Anchors()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def broken_links(site):
    """Every link inside the site whose page or anchor does not exist."""
    broken = []
    for path in sorted(site.rglob("*.html")):
        for link in read(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = path.parent / unquote(parts.path) if parts.path else path
            if not target.exists():
                broken.append(f"{path.relative_to(site)} -> {link}")
            elif parts.fragment and target.suffix == ".html":
                if unquote(parts.fragment) not in read(target.resolve()).ids:
                    broken.append(f"{path.relative_to(site)} -> {link}")
    return broken


def foreign_loads(site):
    """Everything that a page would load from another host."""
    return [
        f"{path.relative_to(site)} loads {address}"
        for path in sorted(site.rglob("*.html"))
        for address in read(path).loads
        if re.match(r"(https?:)?//", address)
    ]


def test_no_link_of_the_site_is_broken(site):
    assert broken_links(site) == []


def test_a_broken_link_is_noticed(sample, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<a href="#nowhere">x</a><a href="gone.html">y</a>')
    assert broken_links(tmp_path) == [
        "page.html -> #nowhere",
        "page.html -> gone.html",
    ]


def test_no_page_loads_from_another_host(site):
    assert foreign_loads(site) == []


def test_a_foreign_script_is_noticed(tmp_path):
    (tmp_path / "page.html").write_text('<script src="//cdn.example/x.js"></script>')
    assert foreign_loads(tmp_path) == ["page.html loads //cdn.example/x.js"]


def test_no_id_stands_twice_on_a_page(sample):
    for path in sample.html.rglob("*.html"):
        ids = read(path).ids
        assert sorted(set(ids)) == sorted(ids), path.name


def test_every_line_of_a_file_page_has_its_number(sample):
    html = (sample.html / "files/3a/needlebook/sums.py.html").read_text()
    file = extract(sample, "3a")["needlebook/sums.py"].decode()
    count = len(file.splitlines())
    assert re.findall(r'id="L(\d+)"', html) == [str(n) for n in range(1, count + 1)]


def test_each_part_of_a_file_page_leads_to_its_listing(sample):
    html = (sample.html / "files/4/needlebook/sums.py.html").read_text()
    for anchor in (
        "../../../03a_first.html#listing-tally",
        "../../../04_second.html#listing-tally-add-fast",
    ):
        assert f'href="{anchor}"' in html
    assert "#listing-tally-add&quot;" not in html


def test_the_number_in_the_gutter_is_that_of_the_file_page(sample):
    chapter = (sample.html / "03a_first.html").read_text()
    figure = re.search(r'id="listing-tally-add".*?</figure>', chapter, re.S)[0]
    link = re.search(r'href="(files/[^"#]*)#L(\d+)"', figure)
    first = re.search(r'class="nb-own">.*?data-n="(\d+)"', figure, re.S)[1]
    assert link[2] == first
    file = (sample.html / link[1]).read_text()
    line = re.search(rf'id="L{first}"[^>]*>(.*?)\n', file)[1]
    assert "def" in line and "add" in line


def extract(place, chapter):
    """The files of a chapter's zip by their path inside the library."""
    folder = place.html / "_downloads" / f"chapter-{chapter}"
    with zipfile.ZipFile(folder / f"needlebook-{chapter}.zip") as archive:
        top = f"needlebook-{chapter}/"
        assert all(name.startswith(top) for name in archive.namelist())
        return {name[len(top) :]: archive.read(name) for name in archive.namelist()}


def test_the_zip_is_the_library_at_the_end_of_the_chapter(sample):
    early, late = extract(sample, "3a"), extract(sample, "4")
    assert "needlebook/native/sum.cpp" in set(late) - set(early)
    assert {"pyproject.toml", "tests/test_sums.py"} <= set(early)
    assert b"windows" in late["needlebook/sums.py"]
    assert b"windows" not in early["needlebook/sums.py"]
    ast.parse(late["needlebook/sums.py"])


def test_the_diff_leads_from_one_library_to_the_next(sample, tmp_path):
    for name, data in extract(sample, "3a").items():
        if name.startswith("needlebook/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    diff = sample.html / "_downloads" / "chapter-4" / "needlebook-4.diff"
    apply_diff(diff.read_text(), tmp_path)
    for name, data in extract(sample, "4").items():
        if name.startswith("needlebook/"):
            assert (tmp_path / name).read_bytes() == data, name


def apply_diff(diff, root):
    """Apply a unified diff with exact context: enough for diffs of our own."""
    for part in re.split(r"^(?=--- )", diff, flags=re.M)[1:]:
        old, new, *rows = part.splitlines()
        source = root / old[6:]
        before = [] if old == "--- /dev/null" else source.read_text().splitlines()
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
        target = root / new[6:]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(after) + "\n")


def test_the_notebook_is_valid_and_has_its_outputs(sample):
    path = sample.html / "_downloads" / "chapter-3a" / "03a_first.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
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


def test_the_bar_says_what_the_chapter_offers(sample):
    html = (sample.html / "04_second.html").read_text()
    bar = re.search(r'<nav class="nb-bar".*?</nav>', html, re.S)[0]
    text = re.sub(r"<[^>]*>", "", bar)
    assert re.fullmatch(
        r"Library so far 4 files, zipChanges since 3a 2 files, diff"
        r"Notebook ipynb, ran in \d+\.\d s",
        text.strip(),
    )


def test_the_contents_number_the_chapters(sample):
    html = (sample.html / "index.html").read_text()
    contents = re.search(r'<nav class="bd-links.*?</nav>', html, re.S)[0]
    text = " ".join(re.sub(r"<[^>]*>", "", contents).split())
    assert "3a Counting by hand 4 Counting by machine" in text


def test_an_exercise_can_be_linked_and_its_solution_is_folded(sample):
    index = (sample.html / "index.html").read_text()
    assert 'href="03a_first.html#exercise-3a-1"' in index
    html = (sample.html / "03a_first.html").read_text()
    assert 'id="exercise-3a-1"' in html
    solution = re.search(r"<details class=\"nb-solution\">.*?</details>", html, re.S)[0]
    assert "<summary>Solution of 3a.1</summary>" in solution
    assert 'id="listing-solution-3a-1"' in solution


def test_chips_and_the_ledger_lead_to_each_other(sample):
    chapter = (sample.html / "03a_first.html").read_text()
    assert 'href="ledger.html#ledger-L3a.1"' in chapter
    ledger = (sample.html / "ledger.html").read_text()
    row = re.search(r'id="ledger-L3a.1".*?</tr>', ledger, re.S)[0]
    assert 'href="03a_first.html#met-L3a.1-1"' in row
    assert 'href="03a_first.html#sec-sum"' in row
    line = re.search(r'href="files/tests/test_sums.py.html#L(\d+)"', row)[1]
    tests = (sample.root / "tests/test_sums.py").read_text().splitlines()
    assert tests[int(line) - 1].startswith("def test_ten_tenths")


def test_the_machine_is_shown_from_its_files(sample):
    html = (sample.html / "engine.html").read_text()
    text = re.sub(r"<[^>]*>", "", html)
    assert "def highlight_lines" in text
    assert "needlebook/_ext/page/theme/__init__.py" in text


@pytest.mark.deep
def test_a_mention_without_an_entry_stops_the_build(workplace):
    workplace.edit("04_second.md", "{ledger}`L3a.2`", "{ledger}`L9.99`")
    done = workplace.build(check=False)
    assert done.returncode != 0
    assert "no entry L9.99" in done.stderr


@pytest.mark.deep
def test_an_entry_at_a_label_that_is_not_there_stops_the_build(workplace):
    workplace.edit(
        "ledger.yml", "at: [sec-sum], verdict: wrong", "at: [sec-gone], verdict: wrong"
    )
    done = workplace.build(check=False)
    assert done.returncode != 0
    assert "no label sec-gone" in done.stderr


@pytest.mark.deep
def test_an_exercise_without_a_title_stops_the_build(workplace):
    workplace.edit(
        "03a_first.md", "{exercise} 3a.2 An evening with sums", "{exercise} 3a.2"
    )
    done = workplace.build(check=False)
    assert done.returncode != 0
    assert re.search(r"03a_first\.md:\d+: .*exercise: write its number", done.stderr)


@pytest.mark.deep
def test_two_readers_that_drift_apart_stop_the_build(workplace):
    source = workplace.root / "needlebook/_ext/literate/reader.py"
    text = source.read_text()
    line = "lines = self.lines[body:last]"
    planted = text.replace(line, f"{line} + ['# not in the text']")
    assert planted != text
    source.write_text(planted)
    workplace.page("03a_first.md").touch()
    done = workplace.build("-E", check=False)
    assert done.returncode != 0
    assert "the page and the engine read this block" in done.stderr


@pytest.mark.deep
def test_cells_that_were_not_executed_are_named(workplace):
    workplace.edit(
        "04_second.md", "next(windows([1, 2, 3], 2))", "next(windows([1, 2], 2))"
    )
    done = workplace.build(check=False)
    assert done.returncode != 0
    assert "book/04_second.md" in done.stderr


def stamps(site):
    return {
        path: path.stat().st_mtime_ns
        for path in site.rglob("*.html")
        if path.name not in ("search.html", "genindex.html")
    }


@pytest.mark.deep
def test_a_later_chapter_refreshes_the_links_of_an_earlier_one(workplace):
    workplace.edit("04_second.md", "## A better addition", "## A faster addition")
    workplace.build()
    html = (workplace.html / "03a_first.html").read_text()
    assert "chapter 4, A faster addition" in html
    assert "A better addition" not in html


@pytest.mark.deep
def test_nothing_is_written_again_when_nothing_changed(workplace):
    before = stamps(workplace.html)
    workplace.build()
    assert stamps(workplace.html) == before


@pytest.mark.deep
def test_a_file_that_is_no_more_has_no_page(workplace):
    page = workplace.html / "files/4/needlebook/native/sum.cpp.html"
    assert page.exists()
    workplace.edit("04_second.md", "needlebook/native/sum.cpp", "needlebook/sum.cpp")
    workplace.build()
    assert not page.exists()
    assert (workplace.html / "files/4/needlebook/sum.cpp.html").exists()


@pytest.mark.deep
def test_a_change_of_the_ledger_reaches_chips_and_table(workplace):
    workplace.edit("ledger.yml", "verdict: wrong", "verdict: holds")
    workplace.build()
    chapter = (workplace.html / "03a_first.html").read_text()
    assert re.search(
        r'class="nb-chip nb-v-holds"[^>]* href="ledger.html#ledger-L3a.1"', chapter
    )
    assert "nb-v-wrong" not in (workplace.html / "ledger.html").read_text()


@pytest.mark.deep
def test_other_outputs_are_shown_without_an_edit_of_the_text(workplace):
    index = workplace.root / "build/executed/index.json"
    entry = json.loads(index.read_text())["book/04_second.md"]
    cached = workplace.root / f"build/executed/{entry['key']}.ipynb"
    text = cached.read_text().replace('"3"', '"4711"')
    assert text != cached.read_text()
    other = Path(cached).with_name("other.ipynb")
    other.write_text(text)
    told = json.loads(index.read_text())
    told["book/04_second.md"]["key"] = "other"
    index.write_text(json.dumps(told))
    workplace.build()
    assert "4711" in (workplace.html / "04_second.html").read_text()


def content(path):
    """What a page says, without the addresses of styles and scripts."""
    return re.search(r"<main.*</main>", path.read_text(), re.S)[0]


@pytest.mark.deep
def test_reading_in_parallel_gives_the_same_pages(sample, workplace):
    workplace.build("-E", "-a", "-j", "2")
    for path in sample.html.glob("*.html"):
        other = workplace.html / path.name
        assert content(other) == content(path), path.name
