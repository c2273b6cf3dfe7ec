"""The picture of a block: its steps, its cells, and a page that asks no one."""

import json
import re

import numpy as np
import pytest

from needlebook.experiments.block_at_work import BlockAtWork
from needlebook.experiments.demo_kernels import examine

pytestmark = pytest.mark.since("12")
ARRAYS = [("in", 1, 20, 0, 0), ("near", 1, 12, 0, 2.5), ("out", 1, 16, 0, 5)]


def window(step=0):
    report = examine("window_sum", np.arange(20), (16,), (2,), (8,), trace=True)
    return BlockAtWork("window", report.trace, ARRAYS, block=1, step=step)


def test_two_rounds_fetch_five_read_and_one_writes():
    steps = window().steps
    arrays = [[part[0] for part in parts] for _, parts in steps]
    assert arrays == [["in", "near"]] * 2 + [["near"]] * 5 + [["out"]]
    assert steps[0][0].startswith("After 0 barriers, 8 threads read 8 cells of in and")
    assert steps[2][0].startswith("After 1 barrier, 8 threads read 8 cells of near.")


def test_cells_that_were_written_stay_held():
    looks = window(step=1).looks()
    assert looks["near", 8] == ("write", "0") and looks["near", 0] == ("held", "")
    assert looks["in", 16] == ("read", "0") and ("in", 8) not in looks


def test_threads_at_one_cell_are_counted():
    x = np.ones((8, 8))
    report = examine("square", x, (8, 8), (2, 2), (4, 4), trace=True)
    arrays = [("left", 4, 4, 0, 0), ("right", 4, 4, 5, 0)]
    picture = BlockAtWork("tiles", report.trace, arrays, step=2)
    assert picture.looks()["left", 0] == picture.looks()["right", 0] == ("read", "4×")


def test_a_wide_access_is_at_four_cells():
    report = examine("copy_four", np.arange(32), (32,), (1,), (8,), trace=True)
    picture = BlockAtWork("four", report.trace, [("in", 1, 32, 0, 0)])
    looks = [picture.looks()["in", cell] for cell in range(32)]
    assert looks == [("read", str(cell // 4)) for cell in range(32)]


def test_a_forgotten_halo_is_an_empty_cell():
    report = examine("no_halo", np.arange(32), (32,), (1,), (32,), trace=True)
    arrays = [("box", 1, 33, 0, 0)]
    last = len(BlockAtWork("halo", report.trace, arrays).steps) - 1
    looks = BlockAtWork("halo", report.trace, arrays, step=last).looks()
    assert {cell for _, cell in looks} == set(range(32))
    early = BlockAtWork("halo", report.trace, arrays, step=last - 1).looks()
    assert early["box", 32] == ("read", "31")


def test_the_page_is_complete_in_itself():
    page = window(step=3)._repr_html_()
    assert 'type="range" min="0" max="7"' in page and 'role="status"' in page
    assert "http" not in page.replace("http://www.w3.org", "")
    data = json.loads(re.search(r"\)\((\[\"nb-block-window.*)\)</script>", page)[1])
    assert data[0] == "nb-block-window" and len(data[1]) == 8


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_arrow_keys_move_the_picture(browser, tmp_path, scheme):
    (tmp_path / "page.html").write_text(
        f"<meta name=color-scheme content='light dark'>{window()._repr_html_()}"
    )
    with browser.new_page(color_scheme=scheme) as page:
        page.goto((tmp_path / "page.html").as_uri())
        page.keyboard.press("Tab")
        for key in ("ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        said = page.locator("[role=status]").inner_text()
        reads = page.locator(".read")
        assert said.startswith("After 1 barrier, 8 threads read 8 cells of near.")
        assert [reads.nth(i).text_content() for i in range(8)] == list("01234567")
        assert page.locator(".held").count() == 4
        page.keyboard.press("End")
        assert page.locator(".write").count() == 8
        words = page.locator("svg > text").first
        shown = words.evaluate("e => getComputedStyle(e).fill")
        assert shown == {"light": "rgb(0, 0, 0)", "dark": "rgb(255, 255, 255)"}[scheme]


@pytest.mark.browser
def test_without_scripts_a_step_and_its_words_are_shown(browser, tmp_path):
    (tmp_path / "page.html").write_text(window(step=2)._repr_html_())
    with browser.new_page(java_script_enabled=False) as page:
        page.goto((tmp_path / "page.html").as_uri())
        assert page.locator(".read").count() == 8
        assert not page.locator("input").is_visible()
        assert "8 threads read 8 cells of near" in page.inner_text("[role=status]")
