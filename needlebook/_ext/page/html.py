"""The HTML of a listing and of whole files: text in, text out."""

from __future__ import annotations

from html import escape

from .highlight import highlight_lines
from .links import Links
from .listing import Listing, Row, anchor, language
from .source import Source


def line_html(html: str, number: int | None = None, ident: str = "") -> str:
    """One line of code; its number stands in an attribute, so that no copy takes it."""
    ident = f' id="{ident}"' if ident else ""
    mark = f' data-n="{number}"' if number else ""
    return f'<span class="nb-line"{ident}{mark}>{html}\n</span>'


def lines_html(rows: list[Row], css: str) -> str:
    """Lines that belong together; nothing where there are none."""
    if not rows:
        return ""
    return f'<span class="{css}">{_with_gaps(rows)}</span>'


def _with_gaps(rows: list[Row]) -> str:
    parts, last = [], None
    for row in rows:
        if row.number and last and row.number > last + 1:
            count = row.number - last - 1
            noun = "line" if count == 1 else "lines"
            text = f"{count} {noun} put here by other listings"
            parts.append(f'<span class="nb-gap" data-text="{text}"></span>')
        parts.append(line_html(row.html, row.number))
        last = row.number or last
    return "".join(parts)


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _link(address: str | None, html: str, css: str = "") -> str:
    if address is None:
        return html
    css = f' class="{css}"' if css else ""
    return f'<a{css} href="{escape(address)}">{html}</a>'


def place_html(listing: Listing, links: Links) -> str:
    """Where in its file a listing goes, in words."""
    block, source = listing.block, links.source
    options = block.options
    if listing.replaces:
        old = listing.replaces
        where = _link(links.block(old), _code(old.name))
        when = "" if old.chapter == block.chapter else f" of chapter {old.chapter}"
        return f"replaces {where}{when}"
    if options.get("at"):
        return f"at the slot {_code(options['at'])}"
    inside = f"in class {_code(options['into'])}" if options.get("into") else ""
    beside = ""
    for side in ("after", "before"):
        if options.get(side):
            beside = f"{side} {_neighbour_html(options[side], links, source)}"
    if inside or beside:
        return ", ".join(part for part in (inside, beside or "at its end") if part)
    return "new file" if listing.new_file else "at the end"


def _neighbour_html(name: str, links: Links, source: Source) -> str:
    block = source.book.named.get(name)
    return _link(links.block(block) if block else None, _code(name))


def listing_html(listing: Listing, links: Links) -> str:
    """A whole listing: what it is, the code, and the ways on from it."""
    block = listing.block
    before, own, after = listing.rows()
    css = "nb-listing" if listing.live else "nb-listing nb-replaced"
    label = f"{language(block.target)} listing, {block.target}".strip(" ,")
    return (
        f'<figure class="{css}" id="{anchor(block)}">'
        f"{_head_html(listing, links)}"
        f'<div class="highlight nb-code" tabindex="0" role="region"'
        f' aria-label="{escape(label)}{_span_words(listing)}"><pre translate="no">'
        f"{lines_html(before, 'nb-context')}{lines_html(own, 'nb-own')}"
        f"{lines_html(after, 'nb-context')}</pre></div>"
        f"{_foot_html(listing, links)}</figure>\n"
    )


def _span_words(listing: Listing) -> str:
    if not listing.span:
        return ""
    first, last = listing.span
    return f", line {first}" if first == last else f", lines {first} to {last}"


def _head_html(listing: Listing, links: Links) -> str:
    block = listing.block
    line = listing.span[0] if listing.span and listing.live else None
    address = links.file(block.chapter, block.target, line)
    folder, _, name = block.target.rpartition("/")
    folder = f'<span class="nb-folder">{escape(folder)}/<wbr></span>' if folder else ""
    path = _link(address, f"{folder}<b>{escape(name)}</b>", "nb-path")
    permalink = _link(f"#{anchor(block)}", "#", "nb-permalink").replace(
        "<a ", '<a aria-label="Link to this listing" ', 1
    )
    return (
        f'<figcaption class="nb-head"><span class="nb-what">{path}'
        f'<span class="nb-place">{place_html(listing, links)}</span></span>'
        f'<span class="nb-tools">{permalink}</span></figcaption>'
    )


def _foot_html(listing: Listing, links: Links) -> str:
    block, source = listing.block, links.source
    ways = []
    whole = links.file(block.chapter, block.target)
    if whole:
        ways.append(_link(whole, "whole file"))
    if listing.replaced:
        ways.append(f"replaced in {_place_link(listing.replaced, block, links)}")
    elif not listing.live:
        ways.append("no longer in the file at the end of the chapter")
    if listing.follows:
        ways.append(f"goes on in {_place_link(listing.follows, block, links)}")
    if listing.tests:
        ways.append(_link(links.test(listing.tests), "tests"))
    items = "".join(f"<li>{way}</li>" for way in ways)
    return f'<ul class="nb-ways">{items}</ul>' if items and source else ""


def _place_link(other, block, links: Links) -> str:
    section = links.source.section_of(other.page, other.line)
    here = links.source.section_of(block.page, block.line)
    title = section.title if section else links.source.title_of(other.page)
    if other.page.docname != block.page.docname:
        words = f"chapter {other.chapter}, {title}"
    else:
        words = "this section" if section == here else title
    return _link(links.block(other), escape(words))


def engine_html(path: str, code: str, ident: str) -> str:
    """A file of the machine: the look of a listing, the whole file, nothing around."""
    folder, _, name = f"needlebook/_ext/{path}".rpartition("/")
    lines = highlight_lines(path, code)
    own = [Row(number, html) for number, html in enumerate(lines, 1)]
    return (
        f'<figure class="nb-listing nb-engine" id="{ident}">'
        f'<figcaption class="nb-head"><span class="nb-what"><span class="nb-path">'
        f'<span class="nb-folder">{escape(folder)}/<wbr></span><b>{escape(name)}</b>'
        f"</span></span>"
        f'<span class="nb-tools"><a class="nb-permalink" href="#{ident}"'
        f' aria-label="Link to this file">#</a></span></figcaption>'
        f'<div class="highlight nb-code" tabindex="0" role="region"'
        f' aria-label="{escape(path)}"><pre translate="no">'
        f"{lines_html(own, 'nb-own')}</pre></div></figure>\n"
    )
