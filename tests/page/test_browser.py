"""The site in a browser: it stays at home, and everything on it works."""

import re

import pytest

pytestmark = pytest.mark.browser

LOCAL = "file://"


def test_opened_from_a_file_no_page_asks_another_host(site, visit):
    seen = visit()
    for name in site.pages():
        seen.open(site.home + name)
    assert len(seen.requests) > 10
    assert seen.foreign(LOCAL) == []
    assert seen.complaints == []


def test_served_no_page_asks_another_host(served, site, visit):
    seen = visit()
    for name in site.pages():
        seen.open(served + name)
    assert len(seen.requests) > 10
    assert seen.foreign(served) == []
    assert seen.complaints == []


def test_the_log_would_show_a_foreign_request(sample, visit):
    seen = visit()
    page = seen.open(sample.site.home + "index.html")
    page.evaluate("fetch('http://foreign.invalid/x.js').catch(() => 0)")
    assert seen.foreign(LOCAL) == ["http://foreign.invalid/x.js"]
    assert seen.complaints


def test_every_formula_is_set(site, visit):
    seen = visit()
    for name in site.chapters():
        page = seen.open(site.home + name)
        formulas = page.locator(".bd-article .math").count()
        assert page.locator(".bd-article .math mjx-container svg").count() >= formulas
        assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator("mjx-container").count() or formulas == 0


def test_bold_symbols_and_blackboard_letters_are_drawn(sample, visit):
    page = visit().open(sample.site.home + "03a_first.html")
    drawn = page.locator("mjx-container[display=true] svg path").count()
    assert drawn > 20


def test_search_from_a_file_finds_a_title(sample, visit):
    seen = visit()
    page = seen.open(sample.site.home + "search.html?q=promise")
    page.wait_for_selector("#search-results li a")
    assert "03a_first.html" in page.locator("#search-results li a").first.get_attribute(
        "href"
    )
    assert seen.complaints == []


def test_search_when_served_shows_the_words_around(visit, served):
    seen = visit()
    page = seen.open(served + "search.html?q=error")
    page.wait_for_selector("#search-results li a")
    page.wait_for_function("document.querySelectorAll('#search-results li p').length")
    assert seen.complaints == []


def test_the_search_button_leads_to_results(sample, visit):
    page = visit().open(sample.site.home + "index.html")
    page.locator(".search-button-field").first.click()
    page.keyboard.type("window")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")


def test_copy_takes_the_listing_alone(sample, visit):
    seen = visit(permissions=["clipboard-read", "clipboard-write"])
    page = seen.open(sample.site.home + "03a_first.html")
    listing = page.locator("#listing-tally-add")
    listing.locator(".nb-copy").click()
    listing.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("    def add(self, number):\n")
    assert copied.endswith("    return self\n")
    assert not re.search(r"^\s*\d+", copied, re.M)
    assert "self.lost = 0.0" not in copied


def test_copy_leaves_out_the_gap_where_others_put_lines(sample, visit):
    seen = visit(permissions=["clipboard-read", "clipboard-write"])
    page = seen.open(sample.site.home + "03a_first.html")
    page.locator("#listing-tally .nb-copy").click()
    page.locator("#listing-tally").get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "self.lost = 0.0\n\n    def value(self):\n" in copied


def test_a_selection_over_a_listing_takes_no_numbers(sample, visit):
    page = visit().open(sample.site.home + "03a_first.html")
    selected = page.evaluate(
        """() => {
          const code = document.querySelector("#listing-tally-add .nb-own");
          getSelection().selectAllChildren(code);
          return getSelection().toString();
        }"""
    )
    assert "def add" in selected
    assert not re.search(r"^\s*\d+", selected, re.M)


def test_the_ledger_is_filtered_by_verdict_chapter_and_text(sample, visit):
    page = visit().open(sample.site.home + "ledger.html")
    rows = page.locator("table.nb-ledger tbody tr:visible")
    assert rows.count() == 3
    page.get_by_label("Verdict").select_option(label="wrong")
    assert rows.count() == 1
    assert "L3a.1" in rows.first.inner_text()
    page.get_by_label("Verdict").select_option(label="all")
    page.get_by_label("Chapter").select_option(label="4")
    assert rows.count() == 1
    page.get_by_label("Chapter").select_option(label="all")
    page.get_by_label("Text").fill("COMPENSATED")
    assert rows.count() == 1
    assert page.locator(".nb-filter output").inner_text() == "1 of 3"


def test_a_filtered_ledger_has_an_address(sample, visit):
    page = visit().open(sample.site.home + "ledger.html?verdict=open")
    assert page.locator("table.nb-ledger tbody tr:visible").count() == 1


def test_without_scripts_the_whole_book_can_be_read(sample, visit):
    page = visit(java_script_enabled=False).page
    page.goto(sample.site.home + "ledger.html")
    assert page.locator("table.nb-ledger tbody tr:visible").count() == 3
    page.goto(sample.site.home + "03a_first.html")
    assert page.locator("#listing-tally .nb-own").is_visible()


def test_a_line_of_a_file_can_be_linked(sample, visit):
    page = visit().open(sample.site.home + "files/4/needlebook/sums.py.html#L20")
    assert page.locator("#L20").is_visible()
    box = page.locator("#L20").bounding_box()
    assert 0 <= box["y"] <= 900
