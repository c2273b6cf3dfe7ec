"""The site in a browser: it stays at home, it works, everyone can read it."""

import re

import pytest

pytestmark = pytest.mark.browser

LOCAL = "file://"
PHONE = {"width": 390, "height": 800, "is_mobile": True, "has_touch": True}
WHOLE_PAGE = (
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
)
SERIOUS = {"serious", "critical"}


def pages_of(site):
    """The pages that a reader meets, and one of each kind that is generated."""
    written = sorted(path.name for path in site.glob("*.html"))
    kinds = (
        "files/*/needlebook/**/*.html",
        "files/*/index.html",
        "files/*/changes.html",
    )
    kinds += ("files/index.html", "files/tests/**/*.html")
    made = [next(iter(sorted(site.glob(kind))), None) for kind in kinds]
    return written + [path.relative_to(site).as_posix() for path in made if path]


def chapters_of(site):
    return [name for name in pages_of(site) if re.match(r"\d\d[a-z]?_", name)]


def first_with(site, mark):
    """The first chapter whose page contains a mark."""
    for name in chapters_of(site):
        if mark in (site / name).read_text(encoding="utf-8"):
            return name
    raise AssertionError(f"no chapter of {site} contains {mark}")


def home_of(site):
    return site.resolve().as_uri() + "/"


def test_opened_from_a_file_no_page_asks_another_host(site, visit):
    seen = visit()
    for name in pages_of(site):
        seen.open(home_of(site) + name)
    assert len(seen.requests) > 10
    assert seen.foreign(LOCAL) == []
    assert seen.complaints == []


def test_served_no_page_asks_another_host(served, site, visit):
    seen = visit()
    for name in pages_of(site):
        seen.open(served + name)
    assert len(seen.requests) > 10
    assert seen.foreign(served) == []
    assert seen.complaints == []


def test_the_log_would_show_a_foreign_request(sample, visit):
    seen = visit()
    page = seen.open(home_of(sample.html) + "index.html")
    page.evaluate("fetch('http://foreign.invalid/x.js').catch(() => 0)")
    assert seen.foreign(LOCAL) == ["http://foreign.invalid/x.js"]
    assert seen.complaints


def test_every_formula_is_set(site, visit):
    seen = visit()
    for name in chapters_of(site):
        page = seen.open(home_of(site) + name)
        formulas = page.locator(".bd-article .math").count()
        assert page.locator(".bd-article .math mjx-container svg").count() >= formulas
        assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator("mjx-container").count() or formulas == 0


def test_bold_symbols_and_blackboard_letters_are_drawn(sample, visit):
    page = visit().open(home_of(sample.html) + "03a_first.html")
    drawn = page.locator("mjx-container[display=true] svg path").count()
    assert drawn > 20


def test_search_from_a_file_finds_a_title(sample, visit):
    seen = visit()
    page = seen.open(home_of(sample.html) + "search.html?q=promise")
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
    page = visit().open(home_of(sample.html) + "index.html")
    page.locator(".search-button-field").first.click()
    page.keyboard.type("window")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")


def test_copy_takes_the_listing_alone(sample, visit):
    seen = visit(permissions=["clipboard-read", "clipboard-write"])
    page = seen.open(home_of(sample.html) + "03a_first.html")
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
    page = seen.open(home_of(sample.html) + "03a_first.html")
    page.locator("#listing-tally .nb-copy").click()
    page.locator("#listing-tally").get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "self.lost = 0.0\n\n    def value(self):\n" in copied


def test_a_selection_over_a_listing_takes_no_numbers(sample, visit):
    page = visit().open(home_of(sample.html) + "03a_first.html")
    selected = page.evaluate(
        """() => {
          const code = document.querySelector("#listing-tally-add .nb-own");
          getSelection().selectAllChildren(code);
          return getSelection().toString();
        }"""
    )
    assert "def add" in selected
    assert not re.search(r"^\s*\d+", selected, re.M)


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], node["html"][:160])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def unfold(page):
    """Open everything that is folded, and wait until it has faded in."""
    folded = page.locator("details:not([open])").count()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    if folded:
        page.wait_for_timeout(600)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_for_those_who_read_otherwise(site, visit, scheme):
    seen = visit(color_scheme=scheme)
    faults = {}
    for name in pages_of(site):
        page = seen.open(home_of(site) + name)
        unfold(page)
        if found := violations(page):
            faults[name] = found
    assert faults == {}


def test_a_planted_fault_is_found(sample, visit):
    page = visit().open(home_of(sample.html) + "index.html")
    page.evaluate(
        "document.querySelector('article').innerHTML += '<img src=\"data:,\">'"
    )
    assert "image-alt" in [rule for rule, _ in violations(page)]


def test_on_a_phone_nothing_sticks_out(site, visit):
    seen = visit(**PHONE)
    for name in pages_of(site):
        page = seen.open(home_of(site) + name)
        whole, seen_width = page.evaluate(WHOLE_PAGE)
        assert whole <= seen_width, name


def test_something_that_sticks_out_is_noticed(sample, visit):
    page = visit(**PHONE).open(home_of(sample.html) + "index.html")
    page.evaluate(
        "document.querySelector('article').innerHTML +="
        "'<div style=width:900px>wide</div>'"
    )
    whole, seen_width = page.evaluate(WHOLE_PAGE)
    assert whole > seen_width


def luminance(page, selector, what):
    """How light a colour is, from 0 to 255; None where it is transparent."""
    value = page.evaluate(
        "([s, w]) => getComputedStyle(document.querySelector(s))[w]", [selector, what]
    )
    red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", value))
    return None if alpha == [0] else (red + green + blue) / 3


def test_the_dark_follows_the_system_and_the_button(sample, visit):
    seen = visit(color_scheme="dark")
    page = seen.open(home_of(sample.html) + "03a_first.html")
    assert luminance(page, "body", "backgroundColor") < 50
    assert luminance(page, "article p", "color") > 180
    button = page.locator(".theme-switch-button:visible").first
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.mode") == "light":
            break
        button.click()
    assert luminance(page, "body", "backgroundColor") > 240
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_figures_stand_on_the_page_itself_in_the_dark(site, visit):
    name = first_with(site, 'class="cell_output')
    page = visit(color_scheme="dark").open(home_of(site) + name)
    for image in page.locator(".cell_output img").all():
        ground = image.evaluate("node => getComputedStyle(node).backgroundColor")
        assert ground == "rgba(0, 0, 0, 0)"
        assert image.evaluate("node => getComputedStyle(node).filter") == "none"
        assert image.get_attribute("alt"), name


def test_print_shows_text_and_code_and_nothing_to_press(sample, visit):
    page = visit(width=720).open(home_of(sample.html) + "03a_first.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    hidden = (".nb-copy", ".nb-bar", ".bd-sidebar-primary", ".bd-header-article")
    for selector in hidden:
        assert not page.locator(selector).first.is_visible(), selector
    assert page.locator("#listing-solution-3a-1").is_visible()
    assert page.locator("#listing-tally .nb-own").is_visible()
    overflow = page.evaluate(
        """[...document.querySelectorAll(".nb-code")].filter(
             (code) => code.scrollWidth > code.clientWidth + 1).length"""
    )
    assert overflow == 0


def test_print_is_dark_on_white_also_from_the_dark(sample, visit):
    page = visit(color_scheme="dark").open(home_of(sample.html) + "03a_first.html")
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page, "article p", "color") < 80
    assert luminance(page, "#listing-tally .nb-line", "color") < 80


def test_the_ledger_is_filtered_by_verdict_chapter_and_text(sample, visit):
    page = visit().open(home_of(sample.html) + "ledger.html")
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
    page = visit().open(home_of(sample.html) + "ledger.html?verdict=open")
    assert page.locator("table.nb-ledger tbody tr:visible").count() == 1


def test_without_scripts_the_whole_book_can_be_read(sample, visit):
    page = visit(java_script_enabled=False).page
    page.goto(home_of(sample.html) + "ledger.html")
    assert page.locator("table.nb-ledger tbody tr:visible").count() == 3
    page.goto(home_of(sample.html) + "03a_first.html")
    assert page.locator("#listing-tally .nb-own").is_visible()


def test_a_line_of_a_file_can_be_linked(sample, visit):
    page = visit().open(home_of(sample.html) + "files/4/needlebook/sums.py.html#L20")
    assert page.locator("#L20").is_visible()
    box = page.locator("#L20").bounding_box()
    assert 0 <= box["y"] <= 900


def test_what_scrolls_can_be_reached_by_keyboard(sample, visit):
    page = visit(**PHONE).open(home_of(sample.html) + "03a_first.html")
    unreachable = page.evaluate(
        """[...document.querySelectorAll("article *")].filter((node) =>
             /auto|scroll/.test(getComputedStyle(node).overflowX) &&
             node.scrollWidth > node.clientWidth + 1 && node.tabIndex < 0
           ).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert unreachable == []
