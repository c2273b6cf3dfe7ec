"""What is wrong, where it is written, and the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault of the book: its place (`book/05_autograd.md:123`), and what to do.

    `detail` is shown below them: a unified diff, or two versions.
    """

    place: str
    message: str
    hint: str = ""
    detail: str = ""

    @property
    def path(self) -> str:
        """The file of the place, without the line."""
        return self.place.split(":", 1)[0]

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        text += f"\n    {self.hint}" if self.hint else ""
        return text + "".join(f"\n    {line}" for line in self.detail.splitlines())


class LiterateError(Exception):
    """The book cannot be read, assembled or synchronised; `problems` says why."""

    def __init__(self, problems: list[Problem]):
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def one(place: str, message: str, hint: str = "") -> LiterateError:
    """An error with a single problem."""
    return LiterateError([Problem(place, message, hint)])
