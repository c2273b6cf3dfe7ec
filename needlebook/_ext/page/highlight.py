"""Colour for listings, line by line, from a lexer that saw the whole file.

A listing is a part of a file: a line inside a docstring or a comment of several lines
can only be coloured by a lexer that has read what stands above it.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

from pygments.lexers import get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound


def lexer_for(path: str):
    """The lexer for a file of this name, plain text where there is none."""
    try:
        return get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def _css_class(token) -> str:
    while token not in STANDARD_TYPES:
        token = token.parent
    return STANDARD_TYPES[token]


@lru_cache(maxsize=2048)
def highlight_lines(path: str, text: str) -> tuple[str, ...]:
    """The HTML of every line of a file.

    Args:
        path: name of the file, which decides the language.
        text: the whole file.

    Returns:
        as many strings as ``text.split("\\n")`` has; each closes the spans it opens.
    """
    lines: list[list[str]] = [[]]
    for token, value in lexer_for(path).get_tokens(text):
        css = _css_class(token)
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if piece:
                html = escape(piece, quote=False)
                lines[-1].append(f'<span class="{css}">{html}</span>' if css else html)
    return tuple("".join(parts) for parts in lines)
