"""A chapter as a notebook that Jupyter can show: plain Markdown, and how to run it.

The page understands directives and roles, Jupyter does not. Listings become code that
is shown, exercises become headed paragraphs, and roles leave their words behind.
"""

from __future__ import annotations

import re

import nbformat

from .chapter_bar import zip_name
from .listing import language

_FENCE = re.compile(r"^(?P<mark>`{3,}|:{3,})\{(?P<name>[\w-]+)\}\s*(?P<argument>.*)$")
_OPTION = re.compile(r"^:(?P<key>[\w-]+):\s*(?P<value>.*)$")
_LABEL = re.compile(r"^\([^()\s]+\)=\s*$")
_ROLE = re.compile(r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`]+)`")
_LINKED = re.compile(r"^(?P<words>.*?)\s*<[^<>]+>$", re.DOTALL)
_LEXERS = {"Python": "python", "C++": "cpp", "CUDA C++": "cpp", "CMake": "cmake"}


def notebook_text(page, title: str, executed) -> str:
    """The chapter as the text of an .ipynb file, its outputs included."""
    notebook = nbformat.v4.new_notebook(cells=[_preface(page, title)])
    notebook.metadata["kernelspec"] = executed.metadata.get("kernelspec", {})
    for cell in executed.cells:
        new = _code(cell) if cell.cell_type == "code" else _prose(cell.source)
        notebook.cells.append(new)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return nbformat.writes(notebook)


def _preface(page, title: str):
    archive = zip_name(page.chapter)
    folder = archive.removesuffix(".zip")
    return nbformat.v4.new_markdown_cell(
        f"*Chapter {page.chapter} of “{title}”, as a notebook. Its cells use the "
        f"library as it stands at the end of this chapter: unpack `{archive}`, which "
        f"lies beside this file, and run `pip install './{folder}[book,data]'`.*"
    )


def _code(cell):
    return nbformat.v4.new_code_cell(
        cell.source, outputs=cell.outputs, execution_count=cell.execution_count
    )


def _prose(source: str):
    return nbformat.v4.new_markdown_cell(plain_markdown(source))


def plain_markdown(source: str) -> str:
    """MyST as Markdown without directives, roles and labels."""
    lines, result, at = source.split("\n"), [], 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence is None:
            if not _LABEL.match(lines[at]):
                result.append(_ROLE.sub(_words, lines[at]))
            at += 1
            continue
        end = _closing(lines, at, fence["mark"])
        result += _directive(fence, lines[at + 1 : end])
        at = end + 1
    return "\n".join(result).strip("\n")


def _closing(lines: list[str], start: int, mark: str) -> int:
    for at in range(start + 1, len(lines)):
        line = lines[at].strip()
        if len(line) >= len(mark) and set(line) == {mark[0]}:
            return at
    return len(lines)


def _words(role: re.Match) -> str:
    text, name = role["text"], role["role"]
    if name == "math":
        return f"${text}$"
    if name.startswith("cite"):
        return f"[{text}]"
    linked = _LINKED.match(text)
    return linked["words"] if linked else text


def _options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    options, at = {}, 0
    while at < len(lines) and (option := _OPTION.match(lines[at])):
        options[option["key"]] = option["value"]
        at += 1
    return options, lines[at:]


def _directive(fence: re.Match, inside: list[str]) -> list[str]:
    name, argument = fence["name"], fence["argument"]
    options, body = _options(inside)
    text = "\n".join(body).strip("\n")
    if name == "tangle":
        lexer = _LEXERS.get(language(argument), "")
        solved = options.get("solution")
        about = f"Solution of {solved}, in" if solved else "In"
        return [f"{about} `{argument}`:", "", f"```{lexer}", text, "```"]
    if name == "math":
        return ["$$", text, "$$"]
    if name == "exercise":
        minutes = options.get("minutes")
        about = f" (about {minutes} min)" if minutes else ""
        number, _, title = argument.partition(" ")
        head = f"**Exercise {number}: {plain_markdown(title)}**{about}"
        signature = options.get("signature")
        asked = [f"```python\ndef {signature}: ...\n```"] if signature else []
        return [head, "", plain_markdown(text), "", *asked]
    if name == "index":
        return []
    head = [f"**{plain_markdown(argument)}**", ""] if argument else []
    return [*head, plain_markdown(text)]
