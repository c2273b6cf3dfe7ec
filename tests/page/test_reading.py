"""The site for those who read it: by ear, in the dark, on a phone, on paper."""

import re

import pytest

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 800, "is_mobile": True, "has_touch": True}
WHOLE_PAGE = (
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
)
SERIOUS = {"serious", "critical"}


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], node["html"][:160])
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


ONE_OF_EACH = """() => {
  const seen = new Set();
  for (const token of document.querySelectorAll(".highlight span")) {
    const code = token.closest("pre");
    if (!code || token.children.length) continue;
    const kinds = [code.parentElement.closest("[class]").className];
    for (let at = token; at !== code; at = at.parentElement) kinds.push(at.className);
    const kind = kinds.join(" < ");
    if (seen.has(kind)) token.remove();
    seen.add(kind);
  }
}"""


def keep_one_of_each_token(page):
    """Code has thousands of tokens in some twenty colours: one of each is judged."""
    page.evaluate(ONE_OF_EACH)


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
    for name in site.pages():
        page = seen.open(site.home + name)
        unfold(page)
        keep_one_of_each_token(page)
        if found := violations(page):
            faults[name] = found
    assert faults == {}


def test_a_planted_fault_is_found(sample, visit):
    page = visit().open(sample.site.home + "index.html")
    page.evaluate(
        "document.querySelector('article').innerHTML += '<img src=\"data:,\">'"
    )
    assert "image-alt" in [rule for rule, _ in violations(page)]


def test_a_colour_of_code_that_nobody_can_read_is_found(sample, visit):
    page = visit().open(sample.site.home + "03a_first.html")
    page.add_style_tag(content=".nb-own .nf { color: #ccc !important }")
    keep_one_of_each_token(page)
    assert "color-contrast" in [rule for rule, _ in violations(page)]


def test_a_listing_of_88_characters_fits_a_desk(sample, visit):
    page = visit().open(sample.site.home + "03a_first.html")
    room = """(text) => {
      const code = document.querySelector("#listing-tally-add .nb-code");
      code.querySelector(".nb-own .nb-line").textContent = text;
      return code.clientWidth - code.scrollWidth;
    }"""
    assert page.evaluate(room, "x" * 88) == 0
    assert page.evaluate(room, "x" * 120) < 0


def test_on_a_phone_nothing_sticks_out(site, visit):
    seen = visit(**PHONE)
    for name in site.pages():
        page = seen.open(site.home + name)
        whole, seen_width = page.evaluate(WHOLE_PAGE)
        assert whole <= seen_width, name


def test_something_that_sticks_out_is_noticed(sample, visit):
    page = visit(**PHONE).open(sample.site.home + "index.html")
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
    page = seen.open(sample.site.home + "03a_first.html")
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
    name = site.first_with('class="cell_output')
    page = visit(color_scheme="dark").open(site.home + name)
    for image in page.locator(".cell_output img").all():
        ground = image.evaluate("node => getComputedStyle(node).backgroundColor")
        assert ground == "rgba(0, 0, 0, 0)"
        assert image.evaluate("node => getComputedStyle(node).filter") == "none"
        assert image.get_attribute("alt"), name


LINES = """[...document.querySelectorAll(".cell_output pre")].map((node) => {
    const style = getComputedStyle(node);
    const printed = node.textContent.replace(/\\n$/, "").split("\\n");
    const height = node.clientHeight - parseFloat(style.paddingTop)
        - parseFloat(style.paddingBottom);
    return [Math.max(...printed.map((line) => line.length)), printed.length,
            Math.round(height / parseFloat(style.lineHeight)), printed[0]];
})"""


def test_rows_of_a_printed_table_stay_whole_on_the_desk(site, visit):
    for name in site.chapters():
        page = visit().open(site.home + name)
        for longest, printed, shown, first in page.evaluate(LINES):
            if longest <= 107:
                assert shown == printed, (name, first)


def test_a_printed_sentence_breaks(sample, visit):
    page = visit().open(sample.site.home + "03a_first.html")
    found = page.evaluate(LINES)
    assert {100, 106} <= {longest for longest, *_ in found}, "tables of both widths"
    assert any(
        longest > 107 and shown > printed for longest, printed, shown, _ in found
    )


def test_print_shows_text_and_code_and_nothing_to_press(sample, visit):
    page = visit(width=720).open(sample.site.home + "03a_first.html")
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


def test_html_of_a_cell_has_the_page_s_colour_in_the_dark(site, visit):
    page = visit(color_scheme="dark").open(
        site.home + site.first_with('class="cell_output')
    )
    words, around = page.locator("div.cell_output").first.evaluate(
        """output => {
             const html = document.createElement("div");
             html.className = "output text_html";
             output.append(html);
             return [html, output].map((node) => getComputedStyle(node).color);
           }"""
    )
    assert words == around


def test_print_is_dark_on_white_also_from_the_dark(sample, visit):
    page = visit(color_scheme="dark").open(sample.site.home + "03a_first.html")
    page.emulate_media(media="print", color_scheme="dark")
    assert luminance(page, "article p", "color") < 80
    assert luminance(page, "#listing-tally .nb-own .nb-line", "color") < 80


def test_what_scrolls_can_be_reached_by_keyboard(sample, visit):
    page = visit(**PHONE).open(sample.site.home + "03a_first.html")
    unreachable = page.evaluate(
        """[...document.querySelectorAll("article *")].filter((node) =>
             /auto|scroll/.test(getComputedStyle(node).overflowX) &&
             node.scrollWidth > node.clientWidth + 1 && node.tabIndex < 0
           ).map((node) => node.outerHTML.slice(0, 120))"""
    )
    assert unreachable == []
