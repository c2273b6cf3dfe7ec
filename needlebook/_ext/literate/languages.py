"""What the engine knows about a file from its name: comments and the first line."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

WORDS = 'Extracted from the book: edit the chapter, or edit here and run "make sync".'
HASH_SUFFIXES = {".py", ".pyi", ".cmake", ".toml", ".cfg"}
SLASH_SUFFIXES = {".c", ".cc", ".cpp", ".cu", ".cuh", ".h", ".hpp"}
SLOT = re.compile(r"^(?P<indent> *)(?:#|//) <<(?P<name>[\w-]+)>>$")


def comment(target: str) -> str | None:
    """The comment sign of a file's language, None where the language is unknown."""
    path = PurePosixPath(target)
    if path.name == "CMakeLists.txt" or path.suffix in HASH_SUFFIXES:
        return "#"
    return "//" if path.suffix in SLASH_SUFFIXES else None


def header(target: str) -> str:
    """The constant first line of an extracted file."""
    return f"{comment(target)} {WORDS}"


def is_python(target: str) -> bool:
    """Whether blocks of this file have an outline of classes and functions."""
    return target.endswith((".py", ".pyi"))


def slot_name(text: str) -> str | None:
    """The name in a slot line such as `# <<imports>>`, None for any other line."""
    match = SLOT.match(text)
    return match["name"] if match else None
