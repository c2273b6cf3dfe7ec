"""What the page says of a listing: numbers, neighbours, where it goes."""

import re

import pytest

from page import listing
from page.html import listing_html, place_html
from page.source import Source, plain


@pytest.fixture(scope="module")
def source(sample):
    return Source(sample.root)


class SampleLinks:
    """Addresses that name what they lead to."""

    def __init__(self, source):
        self.source = source

    def block(self, block):
        return f"block:{block.name}"

    def file(self, chapter, path, line=None):
        shown = self.source.shown_in(chapter, path)
        return f"file:{shown}/{path}:{line}" if shown else None

    def test(self, path):
        return f"test:{path}"


def build(source, name):
    return listing.build(source, source.book.named[name])


def text_of(html):
    return re.sub(r"<[^>]*>", "", html)


def place(source, name):
    return text_of(place_html(build(source, name), SampleLinks(source)))


def test_numbers_are_those_of_the_file_at_the_end_of_the_chapter(source):
    lines = source.tree("3a").files["needlebook/sums.py"].lines
    for name in ("sums-head", "tally", "tally-add"):
        built = build(source, name)
        for number, text in zip(built.numbers, built.block.lines, strict=True):
            if number is not None:
                assert lines[number - 1].text.strip() == text.strip()


def test_a_slot_has_no_number(source):
    built = build(source, "sums-head")
    assert built.block.lines[-1] == "# <<imports>>"
    assert built.numbers[-1] is None
    assert None not in built.numbers[:-1]


def test_numbers_jump_over_what_other_listings_put_inside(source):
    built = build(source, "tally")
    added = build(source, "tally-add")
    assert built.span[0] < added.span[0] < added.span[1] < built.span[1]
    assert "lines put here by other listings" in listing_html(
        built, SampleLinks(source)
    )


def test_neighbours_are_those_of_the_moment(source):
    before, _own, after = build(source, "tally-add").rows()
    assert text_of(before[-3].html).strip() == "self.total = start"
    assert text_of(after[-1].html).strip() == '"""The sum with what was lost."""'
    assert all(row.number is None for row in before + after)


def test_a_new_file_shows_nothing_before_it(source):
    built = build(source, "sums-head")
    assert built.before == ()
    assert built.span[0] == 2


def test_the_place_in_words(source):
    assert place(source, "sums-head") == "new file"
    assert place(source, "tally") == "at the end"
    assert place(source, "tally-add") == "in class Tally, after __init__"
    assert place(source, "sums-imports") == "at the slot imports"
    assert place(source, "tally-add-fast") == "replaces tally-add of chapter 3a"


def test_the_ways_on(source):
    html = listing_html(build(source, "tally-add"), SampleLinks(source))
    assert '<a href="file:3a/needlebook/sums.py:None">whole file</a>' in html
    assert (
        'replaced in <a href="block:tally-add-fast">chapter 4, A better addition'
        in html
    )
    assert 'goes on in <a href="block:sums-imports">chapter 4, Counting' in html
    assert '<a href="test:tests/test_sums.py">tests</a>' in html


def test_a_listing_without_tests_promises_none(source):
    html = listing_html(build(source, "native-sum"), SampleLinks(source))
    assert "test" not in text_of(html)


def test_the_listing_is_marked_apart_from_its_neighbours(source):
    html = listing_html(build(source, "tally-add"), SampleLinks(source))
    own = re.search(r'<span class="nb-own">(.*?)<span class="nb-context">', html, re.S)
    block = source.book.named["tally-add"]
    code = text_of(own[1]).replace("&gt;", ">").replace("&lt;", "<")
    expected = "".join(f"    {line}\n" if line else "\n" for line in block.lines)
    assert code == expected


@pytest.mark.deep
def test_a_digest_changes_with_what_a_later_chapter_does(source, workplace):
    before = build(source, "tally-add").digest(source)
    same = Source(workplace.root)
    assert build(same, "tally-add").digest(same) == before
    workplace.edit("04_second.md", "## A better addition", "## A faster addition")
    other = Source(workplace.root)
    assert build(other, "tally-add").digest(other) != before
    assert build(other, "package").digest(other) == build(source, "package").digest(
        source
    )


def test_a_file_is_shown_where_it_changed_last(source):
    assert source.shown_in("4", "needlebook/sums.py") == "4"
    assert source.shown_in("4", "needlebook/__init__.py") == "3a"
    assert source.shown_in("3a", "needlebook/native/sum.cpp") is None


def test_headings_in_fences_are_no_sections(source):
    page = source.pages["03a_first"]
    titles = [section.title for section in source.sections(page)]
    assert titles == ["Counting by hand", "A sum that keeps its promise", "Exercises"]


def test_titles_lose_their_markup():
    assert plain("The `Tensor` of *all* [things](x.md) {ledger}`L1.1`") == (
        "The Tensor of all things"
    )


def test_a_file_without_tests_of_its_name_leads_to_those_that_use_it(tmp_path, source):
    other = Source(source.root)
    other.root = tmp_path
    tests = {
        "tests/manual/test_far.py": "from needlebook.layers import Linear",
        "tests/test_layers_by_hand.py": "from needlebook import layers",
        "tests/test_other.py": "text = 'from needlebook.layers import Linear'",
        "tests/test_native.py": "load('_softmax')",
    }
    for name, text in tests.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert other.tests_of("needlebook/layers.py") == "tests/test_layers_by_hand.py"
    assert other.tests_of("needlebook/native/softmax.cpp") == "tests/test_native.py"
    assert other.tests_of("needlebook/alone.py") is None
    assert other.tests_of("needlebook/__init__.py") is None
