"""The document nodes of the book, and how HTML shows them.

Nodes carry names, never addresses: what a listing links to is looked up when its page
is written, so a page that was read long ago still links to what stands in the book now.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

from . import chapter_bar, ledger_page, listing
from .html import engine_html, listing_html
from .links import Links
from .source import current


class listing_node(nodes.General, nodes.Element):
    """A tangled block; attributes ``docname`` and ``line`` find it in the engine."""


class engine_file(nodes.General, nodes.Element):
    """A file of the machine; attributes ``path`` and ``code``."""


class solution_node(nodes.General, nodes.Element):
    """The folded solution of an exercise; attribute ``exercise``."""


class exercise_node(nodes.General, nodes.Element):
    """An exercise; attributes ``number``, ``minutes``, children title and text."""


class exercise_title(nodes.TextElement):
    """The words that name an exercise."""


class chapter_bar_node(nodes.General, nodes.Element):
    """What a chapter offers to take home; attribute ``chapter``."""


class ledger_chip(nodes.Inline, nodes.TextElement):
    """A mention of a statement of the notes; attribute ``item``, its id."""


def _links(translator) -> Links:
    return Links(translator.builder, translator.builder.current_docname, current())


def visit_listing(translator, node) -> None:
    """Write a listing from what the engine knows of it."""
    source = current()
    block = source.block_at(node["docname"], node["line"])
    built = listing.build(source, block)
    translator.body.append(listing_html(built, _links(translator)))
    raise nodes.SkipNode


def visit_listing_plain(translator, node) -> None:
    """Show a listing as a literal block where the output is not HTML."""
    block = current().block_at(node["docname"], node["line"])
    text = "\n".join(block.lines)
    literal = nodes.literal_block(text, text, language="none")
    literal.walkabout(translator)
    raise nodes.SkipNode


def visit_engine_file(translator, node) -> None:
    """Write a file of the machine as a listing that has no neighbours."""
    ident = node["ids"][0]
    translator.body.append(engine_html(node["path"], node["code"], ident))
    raise nodes.SkipNode


def visit_engine_file_plain(translator, node) -> None:
    """Show a file of the machine as a literal block where the output is not HTML."""
    literal = nodes.literal_block(node["code"], node["code"], language="none")
    literal.walkabout(translator)
    raise nodes.SkipNode


def visit_solution(translator, node) -> None:
    """Open the fold of a solution."""
    number = escape(node["exercise"])
    translator.body.append(
        f'<details class="nb-solution"><summary>Solution of {number}</summary>'
    )


def depart_solution(translator, _node) -> None:
    """Close the fold of a solution."""
    translator.body.append("</details>\n")


def visit_exercise(translator, node) -> None:
    """Open the frame of an exercise."""
    ident = node["ids"][0]
    translator.body.append(
        f'<section class="nb-exercise" id="{ident}" aria-labelledby="{ident}-title">'
    )


def depart_exercise(translator, _node) -> None:
    """Close the frame of an exercise."""
    translator.body.append("</section>\n")


def visit_exercise_title(translator, node) -> None:
    """Open the line that names an exercise, with what it will cost."""
    exercise = node.parent
    ident = exercise["ids"][0]
    minutes = exercise.get("minutes")
    about = f'<span class="nb-minutes">about {_time(minutes)}</span>' if minutes else ""
    number = escape(exercise["number"])
    translator.body.append(
        '<div class="nb-exercise-head">'
        f'<p class="nb-exercise-title" id="{ident}-title">'
        f'<span class="nb-exercise-number">Exercise {number}</span> '
    )
    permalink = (
        f'<a class="headerlink" href="#{ident}" title="Link to this exercise">#</a>'
    )
    translator.context.append(f"{permalink}</p>{about}</div>\n")


def _time(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes / 60
    return "1 hour" if hours == 1 else f"{hours:g} hours"


def depart_exercise_title(translator, _node) -> None:
    """Close the line that names an exercise."""
    translator.body.append(translator.context.pop())


def visit_chip(translator, node) -> None:
    """A chip that leads to the row of the ledger, and is a target for the way back."""
    translator.body.append(ledger_page.chip_html(translator.builder, node))
    raise nodes.SkipNode


def visit_chapter_bar(translator, node) -> None:
    """The small bar at the head of a chapter."""
    translator.body.append(
        chapter_bar.bar_html(current(), node["chapter"], _links(translator))
    )
    raise nodes.SkipNode


def visit_citation(translator, node) -> None:
    """A work of the bibliography, as an item of its list.

    docutils gives these items a role that stands in no list, and the list none of its
    own, so that a screen reader would count nothing.
    """
    HTML5Translator.visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace("doc-biblioentry", "listitem")


def depart_citation(translator, node) -> None:
    """Close a work of the bibliography."""
    HTML5Translator.depart_citation(translator, node)


def pass_through(_translator, _node) -> None:
    """Nothing to write around the children."""


def skip(_translator, _node) -> None:
    """Leave a node out."""
    raise nodes.SkipNode


def register(app) -> None:
    """Tell Sphinx every node, for HTML and, plainly, for the other builders."""
    both = (pass_through, pass_through)
    others = ("latex", "text", "man", "texinfo")
    plans = {
        listing_node: ((visit_listing, None), (visit_listing_plain, None)),
        engine_file: ((visit_engine_file, None), (visit_engine_file_plain, None)),
        solution_node: ((visit_solution, depart_solution), both),
        exercise_node: ((visit_exercise, depart_exercise), both),
        exercise_title: ((visit_exercise_title, depart_exercise_title), both),
        chapter_bar_node: ((visit_chapter_bar, None), (skip, None)),
        ledger_chip: ((visit_chip, None), both),
    }
    works = (visit_citation, depart_citation)
    app.add_node(nodes.citation, override=True, html=works)
    for node, (html, plain) in plans.items():
        app.add_node(node, html=html, **dict.fromkeys(others, plain))
