"""The page: a thin Sphinx extension over the engine ``literate``.

The engine knows every block, file and line; the workshop has executed the cells. This
package shows what they know, and asks again whenever a page is written.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.errors import SphinxError

from literate import LiterateError

from . import (
    directives,
    downloads,
    exercise_table,
    ledger_page,
    nodes,
    notebooks,
    pages,
    source,
    theme,
    transforms,
    unchanged,
)

VERSION = "0.1.0"


def read_book(app) -> None:
    """Read the book before any page is read."""
    try:
        source.load(Path(app.srcdir).resolve().parent)
    except LiterateError as error:
        raise SphinxError(f"the book cannot be read\n{error}") from error


def setup(app) -> dict:
    """Connect every phase, in the order in which Sphinx goes through them."""
    # While the extension loads: nodes, directives and roles get their names.
    nodes.register(app)
    directives.register(app)
    exercise_table.register(app)
    ledger_page.register(app)

    # 1. config-inited: our static files, templates and the vendored MathJax.
    # 6. html-page-context: nothing that another host would have to send.
    theme.register(app)

    # 2. builder-inited: the engine reads the book, then myst-nb learns where the
    #    executed notebooks are (after it has made its own configuration).
    app.connect("builder-inited", read_book, priority=100)
    app.connect("builder-inited", lambda app: notebooks.use_results(app), priority=900)

    # 3. env-get-outdated: pages whose neighbours, outputs or ledger entries changed.
    #    env-purge-doc and env-merge-info: mentions of the ledger, page by page.
    app.connect("env-get-outdated", transforms.outdated)
    app.connect("env-purge-doc", ledger_page.purge)
    app.connect("env-merge-info", ledger_page.merge)

    # 4. Reading: the directives run; transforms complete the head of each chapter and
    #    name outputs that are wider than the column.
    app.add_transform(transforms.ChapterHead)
    app.add_transform(transforms.WideOutput)

    # 5. env-updated, env-check-consistency: every page is read; remember their state,
    #    write the ledger's table again, and demand that every mention has an entry.
    app.connect("env-before-read-docs", ledger_page.note_reading)
    app.connect("env-updated", ledger_page.refresh)
    app.connect("env-updated", transforms.remember)
    app.connect("env-check-consistency", ledger_page.check_mentions)

    # 6. html-collect-pages: whole files, trees, differences and tests as pages.
    # 7. build-finished: zips, diffs and notebooks to take home.
    app.connect(
        "html-collect-pages",
        lambda app: unchanged.only_changed(app, pages.collect(app)),
    )
    app.connect("build-finished", downloads.write_all)
    return {
        "version": VERSION,
        "env_version": 1,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
