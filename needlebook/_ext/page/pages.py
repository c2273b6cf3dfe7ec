"""Whole files as pages: the library as of every chapter, its changes, and the tests.

A file gets a page for each chapter that changes it; a chapter that leaves it alone
links to the page of the chapter that touched it last.
"""

from __future__ import annotations

from html import escape

from .downloads import file_diff
from .highlight import highlight_lines
from .html import line_html
from .links import Links, changes_page, file_page, test_page, tree_page
from .listing import describe
from .source import Source, current

LIBRARY = "files/index"


def collect(app):
    """Give Sphinx every page that no document stands behind."""
    source, builder = current(), app.builder
    for chapter in source.chapters:
        for path in sorted(source.changed(chapter)):
            if path in source.tree(chapter).files:
                name = file_page(chapter, path)
                yield _page(name, path, file_html(source, chapter, path, builder))
        name = tree_page(chapter)
        title = f"The library at the end of chapter {chapter}"
        yield _page(
            name, title, tree_html(source, chapter, Links(builder, name, source))
        )
        name = changes_page(chapter)
        links = Links(builder, name, source)
        title = f"What chapter {chapter} changes"
        yield _page(name, title, changes_html(source, chapter, links))
    for test in source.tests:
        yield _page(test_page(test), test, test_html(source, test, builder))
    if source.chapters:
        links = Links(builder, LIBRARY, source)
        yield _page(LIBRARY, "The files of the book", library_html(source, links))


def _page(name: str, title: str, body: str):
    context = {
        "title": escape(title),
        "body": f'<div class="nb-file-page">{body}</div>',
        "nb_generated": True,
        "metatags": "",
    }
    return name, context, "page.html"


def _heading(path: str, about: str) -> str:
    folder, _, name = path.rpartition("/")
    folder = f'<span class="nb-folder">{escape(folder)}/<wbr></span>' if folder else ""
    return (
        f'<h1 class="nb-file-name">{folder}{escape(name)}</h1>'
        f'<p class="nb-file-about">{about}</p>'
    )


def file_html(source: Source, chapter: str, path: str, builder) -> str:
    """A file as of a chapter; each of its parts links to the listing that wrote it."""
    links = Links(builder, file_page(chapter, path), source)
    file = source.tree(chapter).files[path]
    coloured = highlight_lines(path, "\n".join(line.text for line in file.lines))
    parts, run, owner, section = [], [], None, None
    for number, (line, html) in enumerate(zip(file.lines, coloured, strict=True), 1):
        if line.block is not owner and run:
            parts.append(_part(owner, run, section, links))
            run, section = [], _section(source, owner)
        owner = line.block
        run.append(line_html(html, number, f"L{number}"))
    parts.append(_part(owner, run, section, links))
    about = _about_file(source, chapter, path, links, len(file.lines))
    return f"{_heading(path, about)}{_scroller(path, ''.join(parts))}"


def _scroller(path: str, parts: str) -> str:
    return (
        f'<div class="highlight nb-file" tabindex="0" role="region" '
        f'aria-label="{escape(path)}">{parts}</div>'
    )


def _section(source: Source, block):
    return block and (block.chapter, source.section_of(block.page, block.line))


def _part(block, lines: list[str], above, links: Links) -> str:
    """Lines that one listing wrote; named after its section if that is new."""
    label = ""
    if block is not None:
        words = f'<span class="nb-part-name">{escape(block.name)}</span>'
        if _section(links.source, block) != above:
            title = describe(links.source, block)
            words = f'<span class="nb-part-section">{escape(title)}</span> {words}'
        label = f'<a href="{escape(links.block(block))}">{words}</a>'
    code = f'<pre translate="no">{"".join(lines)}</pre>'
    return f'<div class="nb-part"><div class="nb-part-of">{label}</div>{code}</div>'


def _about_file(source, chapter, path, links, count) -> str:
    about = [f"As of chapter {_chapter_link(source, chapter, links)}", f"{count} lines"]
    others = [
        f'<a href="{escape(links.page(file_page(other, path)))}">{other}</a>'
        for other in source.chapters
        if other != chapter
        and path in source.changed(other)
        and path in source.tree(other).files
    ]
    if others:
        about.append(f"as of other chapters: {', '.join(others)}")
    test = source.tests_of(path)
    if test:
        about.append(f'<a href="{escape(links.test(test))}">its tests</a>')
    tree = escape(links.page(tree_page(chapter)))
    about.append(f'<a href="{tree}">all files of this chapter</a>')
    return " · ".join(about)


def _chapter_link(source: Source, chapter: str, links: Links) -> str:
    page = source.book.chapter(chapter)
    title = escape(f"{chapter}, {source.title_of(page)}")
    return f'<a href="{escape(links.page(page.docname))}">{title}</a>'


def test_html(source: Source, test: str, builder) -> str:
    """A test file; tests are written by hand, so there is one state of them."""
    text = (source.root / test).read_text(encoding="utf-8").rstrip("\n")
    lines = [
        line_html(html, number, f"L{number}")
        for number, html in enumerate(highlight_lines(test, text), 1)
    ]
    links = Links(builder, test_page(test), source)
    about = f'{len(lines)} lines · <a href="{links.page(LIBRARY)}">all files</a>'
    code = f'<pre translate="no">{"".join(lines)}</pre>'
    part = f'<div class="nb-part nb-alone">{code}</div>'
    return f"{_heading(test, about)}{_scroller(test, part)}"


def tree_html(source: Source, chapter: str, links: Links) -> str:
    """The files of the library at the end of a chapter."""
    files, changed = source.tree(chapter).files, source.changed(chapter)
    earlier = source.before(chapter)
    then = source.tree(earlier).files if earlier else {}
    rows = []
    for path in sorted(files):
        state = "" if path not in changed else "changed" if path in then else "new"
        address = escape(links.file(chapter, path))
        rows.append(
            f'<tr><td><a href="{address}"><code>{escape(path)}</code></a></td>'
            f'<td class="nb-number">{len(files[path].lines)}</td><td>{state}</td></tr>'
        )
    total = sum(len(file.lines) for file in files.values())
    changes = escape(links.page(changes_page(chapter)))
    about = (
        f"At the end of chapter {_chapter_link(source, chapter, links)}: {len(files)} "
        f'files, {total} lines. <a href="{changes}">What this chapter changed</a>, '
        f'<a href="{links.page(LIBRARY)}">all files of the book</a>.'
    )
    head = "<thead><tr><th>file</th><th>lines</th><th>in this chapter</th></tr></thead>"
    return (
        f"<h1>The library at the end of chapter {escape(chapter)}</h1><p>{about}</p>"
        f'<table class="table nb-tree">{head}<tbody>{"".join(rows)}</tbody></table>'
    )


def changes_html(source: Source, chapter: str, links: Links) -> str:
    """The difference from the chapter before, file by file."""
    earlier = source.before(chapter)
    since = f"since the end of chapter {earlier}" if earlier else "from an empty folder"
    parts = []
    for path in sorted(source.changed(chapter)):
        text = "\n".join(file_diff(source, chapter, path)[2:])
        coloured = highlight_lines("x.diff", f"{text}\n")[:-1]
        code = f'<pre class="nb-diff">{"".join(map(line_html, coloured))}</pre>'
        address = links.file(chapter, path)
        name = f"<code>{escape(path)}</code>"
        name = f'<a href="{escape(address)}">{name}</a>' if address else name
        parts.append(f"<h2>{name}</h2>{_scroller(path, code)}")
    about = f"Chapter {_chapter_link(source, chapter, links)}, {since}."
    return (
        f"<h1>What chapter {escape(chapter)} changes</h1><p>{about}</p>{''.join(parts)}"
    )


def library_html(source: Source, links: Links) -> str:
    """The way into all files: the finished library, every chapter's, the tests."""
    last = source.chapters[-1]
    chapters = "".join(
        f'<li><a href="{escape(links.page(tree_page(chapter)))}">at the end of chapter '
        f"{chapter}</a>: {len(source.tree(chapter).files)} files, "
        f"{len(source.changed(chapter))} changed</li>"
        for chapter in source.chapters
    )
    files = "".join(
        f'<li><a href="{escape(links.file(last, path))}">'
        f"<code>{escape(path)}</code></a></li>"
        for path in sorted(source.tree(last).files)
    )
    tests = "".join(
        f'<li><a href="{escape(links.test(test))}"><code>{escape(test)}</code></a></li>'
        for test in source.tests
    )
    return (
        "<h1>The files of the book</h1><h2>The library, chapter by chapter</h2>"
        f"<ul>{chapters}</ul><h2>The finished library</h2><ul>{files}</ul>"
        f"<h2>Its tests</h2><ul>{tests}</ul>"
    )
