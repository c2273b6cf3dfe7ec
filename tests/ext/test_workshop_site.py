"""The words of Sphinx, told as places; and the pages as `make serve` hands them out."""

import functools
import http.server
import threading
import urllib.error
import urllib.request

import pytest

from workshop import serve, site
from workshop.places import ROOT


def told(*rows):
    return site.complaints(list(rows)).splitlines()[1:]


def test_a_warning_is_told_with_its_line():
    row = f"{ROOT}/book/05_x.md:12: WARNING: undefined label: 'sec-y' [ref.ref]"
    assert told("reading sources... [ 50%]", row) == [
        "book/05_x.md:12: undefined label: 'sec-y' [ref.ref]"
    ]


def test_colours_and_repetitions_are_dropped():
    row = "\x1b[91mbook/05_x.md:3: ERROR: Unknown directive\x1b[39;49;00m"
    assert told(row, row) == ["book/05_x.md:3: Unknown directive"]


def test_a_page_without_a_line_is_named_by_its_first():
    assert told("book/05_x.md: WARNING: document isn't included") == [
        "book/05_x.md:1: document isn't included"
    ]


def test_other_failures_show_the_last_words():
    rows = [f"row {number}" for number in range(40)]
    assert told(*rows) == rows[-15:]


@pytest.fixture
def address(tmp_path):
    """The server of `make serve` on a folder with one page."""
    page = "<html><body>here</body></html>"
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "style.css").write_text("a {}", encoding="utf-8")
    handler = functools.partial(serve.Pages, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def get(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def test_served_pages_ask_whether_they_are_still_the_newest(address, monkeypatch):
    assert "/__built__" in get(f"{address}/")
    assert "/__built__" in get(f"{address}/index.html?highlight=x")
    assert get(f"{address}/style.css") == "a {}"
    before = get(f"{address}/__built__")
    monkeypatch.setattr(serve.Pages, "built", serve.Pages.built + 1)
    assert get(f"{address}/__built__") != before


def test_a_missing_page_is_404(address):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{address}/nowhere.html")


@pytest.mark.parametrize(
    "path, wanted",
    [
        ("book/05_x.md", True),
        ("needlebook/autograd.py", True),
        ("needlebook/native/x.cpp", True),
        ("book/conf.py", False),
        ("needlebook/__pycache__/x.py", False),
        ("book/x.md~", False),
    ],
)
def test_only_saves_of_sources_build(path, wanted):
    assert serve.interesting(None, f"{ROOT}/{path}") is wanted
