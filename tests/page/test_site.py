"""The built site without a browser: its links, its listings, its files."""

import html
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


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
    assert broken_links(site.folder) == []


def test_a_broken_link_is_noticed(sample, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<a href="#nowhere">x</a><a href="gone.html">y</a>')
    assert broken_links(tmp_path) == [
        "page.html -> #nowhere",
        "page.html -> gone.html",
    ]


def test_no_page_loads_from_another_host(site):
    assert foreign_loads(site.folder) == []


def test_a_foreign_script_is_noticed(tmp_path):
    (tmp_path / "page.html").write_text('<script src="//cdn.example/x.js"></script>')
    assert foreign_loads(tmp_path) == ["page.html loads //cdn.example/x.js"]


def test_no_id_stands_twice_on_a_page(sample):
    for path in sample.html.rglob("*.html"):
        ids = read(path).ids
        assert sorted(set(ids)) == sorted(ids), path.name


def test_every_line_of_a_file_page_has_its_number(sample):
    html = (sample.html / "files/3a/needlebook/sums.py.html").read_text()
    file = sample.site.library("3a")["needlebook/sums.py"].decode()
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


def printed_lines(site):
    """(page, line) of what the cells printed, as the stored notebooks have it."""
    stored = site.folder.parent / "executed"
    for page, entry in json.loads((stored / "index.json").read_text()).items():
        shown = site.folder / Path(page).relative_to("book").with_suffix(".html")
        kept = stored / f"{entry['key']}.ipynb"
        if not shown.exists() or shown.stat().st_mtime < kept.stat().st_mtime:
            continue
        notebook = json.loads(kept.read_text())
        for cell in notebook["cells"]:
            if "remove-output" in cell["metadata"].get("tags", []):
                continue
            for output in cell.get("outputs", []):
                if output["output_type"] == "stream":
                    for line in "".join(output["text"]).splitlines():
                        yield shown, line.strip()


@cache
def words(path):
    """The text of a page without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")))


def test_what_cells_print_is_on_the_page(site):
    lines = list(printed_lines(site))
    assert lines
    assert [(page.name, line) for page, line in lines if line not in words(page)] == []
