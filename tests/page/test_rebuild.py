"""Faults stop the build; what changed is built again, and nothing else."""

import json
import re
from pathlib import Path

import pytest


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
