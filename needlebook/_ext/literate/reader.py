"""Read one page: its blocks, exercises and labels, and what is wrong with them.

The reader knows as much Markdown as the job needs: fences, front matter and
comments. A block is a fence at the left margin that no other directive holds.
"""

from __future__ import annotations

import re

from . import languages
from .model import OPTIONS, PLACING, Block, Exercise, Page
from .problems import Problem

FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,}|:{3,})(?P<info>.*)$")
DIRECTIVE = re.compile(r"^\{(?P<name>[\w:-]+)\}\s*(?P<argument>.*?)\s*$")
HIDDEN_BLOCK = re.compile(r"^[\s>*+\-\d.]*(?:`{3,}|~{3,}|:{3,})\{tangle\}")
OPTION = re.compile(r"^:(?P<key>[\w-]+):(?:\s+(?P<value>.*?))?\s*$")
LABEL = re.compile(r"^\((?P<label>[^()\s]+)\)=\s*$")
CONFLICT = re.compile(r"^(<{7}|\|{7}|>{7})( |$)")
CHAPTER = re.compile(r"^(\d\d)([a-z]?)_")
VERBATIM = {
    "code",
    "code-block",
    "code-cell",
    "sourcecode",
    "literalinclude",
    "math",
    "parsed-literal",
    "eval-rst",
    "raw",
    "mermaid",
    "prompt",
}
ROOT, ENGINE = "needlebook/", "needlebook/_ext/"


def chapter_id(docname: str) -> str | None:
    """The chapter that a file name stands for: `03a_…` is 3a, `05_…` is 5."""
    match = CHAPTER.match(docname.rsplit("/", 1)[-1])
    return f"{int(match[1])}{match[2]}" if match else None


def read_page(docname: str, path: str, text: str) -> tuple[Page, list[Problem]]:
    """Read a page; what cannot be understood is left out and named in the problems."""
    page = Page(docname, path, chapter_id(docname), text)
    reader = _Reader(page)
    reader.read()
    return page, reader.problems


class _Reader:
    """One pass over the lines of a page, fence by fence."""

    def __init__(self, page: Page):
        self.page = page
        self.lines = [line.removesuffix("\r") for line in page.text.split("\n")]
        self.problems: list[Problem] = []

    def problem(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(f"{self.page.path}:{line}", message, hint))

    def read(self) -> None:
        for number, line in enumerate(self.lines, 1):
            if CONFLICT.match(line):
                self.problem(
                    number,
                    f"a merge conflict is not resolved: {line}",
                    "keep one of the two versions, delete the marker lines",
                )
        at = self._after_front_matter()
        while at < len(self.lines):
            at = self._step(at)

    def _after_front_matter(self) -> int:
        if self.lines[0].lstrip("\ufeff") == "---":
            for at in range(1, len(self.lines)):
                if self.lines[at] == "---":
                    return at + 1
        return 0

    def _step(self, at: int) -> int:
        """Read what starts at an index, return the index after it."""
        line = self.lines[at]
        if line.startswith("<!--"):
            end = at
            while end < len(self.lines) and "-->" not in self.lines[end]:
                end += 1
            self._refuse_hidden(at, end, "a comment")
            return end + 1
        fence = FENCE.match(line)
        if fence is None:
            if label := LABEL.match(line):
                self.page.labels.setdefault(label["label"], at + 1)
            if HIDDEN_BLOCK.match(line):
                self.problem(
                    at + 1,
                    "a block inside a list, a quotation or an indent",
                    "blocks stand at the left margin, outside of lists",
                )
            return at + 1
        directive = DIRECTIVE.match(fence["info"])
        end = self._closing(at, fence["mark"])
        if directive and directive["name"] == "tangle":
            return self._tangle(at, end, directive["argument"])
        if directive and directive["name"] == "exercise":
            self._exercise(at, directive["argument"])
        if end is None:
            self.problem(at + 1, f"the fence {fence['mark']} is never closed")
            return len(self.lines)
        if directive and directive["name"] not in VERBATIM:
            self._refuse_hidden(at + 1, end, f"{{{directive['name']}}}")
        return end + 1

    def _closing(self, at: int, mark: str) -> int | None:
        for end in range(at + 1, len(self.lines)):
            line = self.lines[end].strip()
            if len(line) >= len(mark) and set(line) == {mark[0]}:
                return end
        return None

    def _refuse_hidden(self, start: int, end: int, container: str) -> None:
        for at in range(start, end):
            if HIDDEN_BLOCK.match(self.lines[at]):
                self.problem(
                    at + 1,
                    f"a block inside {container}",
                    "close what holds it before the block starts",
                )
            if label := LABEL.match(self.lines[at]):
                self.page.labels.setdefault(label["label"], at + 1)

    def _options(self, at: int) -> tuple[dict[str, str], int]:
        """The option lines after a fence, and the index of what follows them."""
        options: dict[str, str] = {}
        at += 1
        while at < len(self.lines) and (match := OPTION.match(self.lines[at])):
            if match["key"] in options:
                self.problem(at + 1, f"the option :{match['key']}: is given twice")
            options[match["key"]] = match["value"] or ""
            at += 1
        return options, at

    def _exercise(self, at: int, argument: str) -> None:
        options, _ = self._options(at)
        identity, _, title = argument.partition(" ")
        self.page.exercises.append(Exercise(identity, title.strip(), at + 1, options))

    def _tangle(self, at: int, end: int | None, target: str) -> int:
        """Read one block; `end` is the index of its closing fence."""
        known, line = len(self.problems), at + 1
        options, body = self._options(at)
        nested = self._next_directive(at, end or len(self.lines))
        if end is None or nested is not None:
            self.problem(
                line,
                "the block is never closed",
                "end it with a line of its own that repeats the fence",
            )
            return nested or len(self.lines)
        if body < end and self.lines[body].strip():
            self.problem(
                body + 1,
                f"read as an option, not as code: {self.lines[body]}",
                "leave a blank line between the options and the code",
            )
        self._check_options(line, options)
        self._check_target(line, target)
        last = end
        while body < end and not self.lines[body].strip():
            body += 1
        while last > body and not self.lines[last - 1].strip():
            last -= 1
        lines = self.lines[body:last]
        if not lines:
            self.problem(line, "the block is empty", "delete it, or write its code")
        for number, text in enumerate(lines, body + 1):
            if "\t" in text:
                self.problem(number, "a tab in the code", "indent with spaces")
        if len(self.problems) == known:
            self.page.blocks.append(
                Block(
                    options["name"], target, self.page, line, body + 1, lines, options
                )
            )
        return end + 1

    def _next_directive(self, at: int, end: int) -> int | None:
        """A directive that starts before the block ends: its closing fence is gone."""
        mark = FENCE.match(self.lines[at])["mark"]
        for k in range(at + 1, end):
            if self.lines[k].startswith(mark) and "{" in self.lines[k]:
                return k
        return None

    def _check_options(self, line: int, options: dict[str, str]) -> None:
        for key, value in options.items():
            if key not in OPTIONS:
                self.problem(
                    line,
                    f"unknown option :{key}:",
                    "known: " + " ".join(f":{k}:" for k in OPTIONS),
                )
            elif not value:
                self.problem(line, f"the option :{key}: has no value")
        if "name" not in options:
            self.problem(line, "the block has no name", "add a line such as :name: x")
        placing = [key for key in PLACING if key in options]
        if len(placing) > 1 and placing not in (["into", "after"], ["into", "before"]):
            self.problem(
                line,
                "more than one place: " + " ".join(placing),
                "only :into: goes with :after: or :before:",
            )

    def _check_target(self, line: int, target: str) -> None:
        inside = target.startswith(ROOT) and not target.startswith(ENGINE)
        if not inside or ".." in target or re.search(r"[\s\\:]|//", target):
            self.problem(
                line,
                f"the target {target!r} is outside of {ROOT}",
                f"blocks write files under {ROOT}, never under {ENGINE}",
            )
        elif languages.comment(target) is None:
            self.problem(
                line,
                f"the language of {target!r} is not known",
                "Python, C, C++, CUDA and CMake are",
            )
        elif self.page.chapter is None:
            self.problem(
                line,
                "a block outside of the chapters",
                "a chapter's file name starts with its number: 05_…",
            )
