"""Text files as lines, without forgetting how their lines end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .book import decode
from .problems import one

CONFLICT = re.compile(r"^(<{7}|\|{7}|>{7})( |$)")


@dataclass(frozen=True)
class TextFile:
    """The lines of a file, what ends each of them, and the bytes that were read."""

    lines: tuple[str, ...]
    eol: str
    raw: bytes

    def holding(self, lines: tuple[str, ...]) -> bytes:
        """The bytes of the file when it holds other lines; the last is ended too."""
        return "".join(line + self.eol for line in lines).encode()


def read(root: Path, path: str) -> TextFile | None:
    """Read an extracted file, None where there is none.

    Lines may end in LF or all in CRLF, as a checkout on Windows has them. A
    LiterateError refuses what could not be carried home: mixed line ends, a merge
    conflict, bytes that are not UTF-8.
    """
    file = root / path
    if not file.is_file():
        return None
    raw = file.read_bytes()
    text = decode(raw, path)
    eol = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(eol)
    for number, line in enumerate(lines, 1):
        if "\r" in line or "\n" in line:
            raise one(
                f"{path}:{number}",
                "lines end in different ways, LF and CRLF or CR",
                "save the file with one line end, LF",
            )
        if CONFLICT.match(line):
            raise one(
                f"{path}:{number}",
                f"a merge conflict is not resolved: {line}",
                "keep one of the two versions, delete the marker lines",
            )
    return TextFile(tuple(lines if lines[-1] else lines[:-1]), eol, raw)
