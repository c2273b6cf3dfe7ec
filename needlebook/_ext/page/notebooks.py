"""Chapters with the outputs of their cells.

The workshop executes the chapters before Sphinx starts; this module reads its results
and hands them to myst-nb with the line numbers of the Markdown, so that a warning names
the line of the chapter.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.util import logging

from workshop.notebooks import executed_key, executed_notebook, read_notebook
from workshop.places import WorkshopError

from .source import current

LOGGER = logging.getLogger(__name__)


def is_notebook(page) -> bool:
    """Whether a page has cells to run."""
    return is_myst_markdown_notebook(page.text)


def read(text: str, path: str) -> nbformat.NotebookNode:
    """Read a chapter for myst-nb: its cells from the text, its outputs from the run."""
    try:
        return executed_notebook(Path(path), text)
    except WorkshopError as error:
        LOGGER.warning(
            "shown without outputs: %s", error, type="needlebook", subtype="execution"
        )
        return read_notebook(path, text)


def path_of(page) -> Path:
    """Where a page lies."""
    return current().root / page.path


def seconds(page) -> float | None:
    """How long the cells of a page ran, None where they did not."""
    return _seconds(str(path_of(page)), page.text, executed_key(path_of(page)))


@lru_cache(maxsize=256)
def _seconds(path: str, text: str, _key: str | None) -> float | None:
    try:
        ran = executed_notebook(Path(path), text)
    except WorkshopError:
        return None
    return ran.metadata.get("needlebook", {}).get("seconds")


def digest(page) -> str:
    """Changes whenever the outputs of a page change."""
    return str(executed_key(path_of(page))) if is_notebook(page) else ""


def use_results(app) -> None:
    """Make myst-nb read every notebook page of the book through :func:`read`."""
    formats = {
        str(app.env.doc2path(docname)): (
            "page.notebooks.read",
            {"path": str(path_of(page))},
        )
        for docname, page in current().pages.items()
        if is_notebook(page)
    }
    config = app.env.mystnb_config
    app.env.mystnb_config = config.copy(
        custom_formats={**config.custom_formats, **formats}
    )
