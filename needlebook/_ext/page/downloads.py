"""Files that a chapter offers: its library as a zip, a diff, itself as a notebook."""

from __future__ import annotations

import difflib
import tempfile
import zipfile
from pathlib import Path

from . import notebooks
from .chapter_bar import diff_name, notebook_name, zip_name
from .links import download
from .source import Source, current
from .take_home import notebook_text

EPOCH = (1980, 1, 1, 0, 0, 0)
_LEFT_OUT = {".literate-map.json", "__pycache__"}


def file_diff(source: Source, chapter: str, path: str) -> list[str]:
    """The unified diff of one file from the chapter before to this one."""
    earlier = source.before(chapter)
    files = [source.tree(earlier).files if earlier else {}, source.tree(chapter).files]
    texts = [tree[path].text.splitlines() if path in tree else [] for tree in files]
    names = [
        f"{side}/{path}" if path in tree else "/dev/null"
        for side, tree in zip("ab", files, strict=True)
    ]
    return list(difflib.unified_diff(*texts, *names, lineterm=""))


def whole_diff(source: Source, chapter: str) -> str:
    """The diff of the whole library, fit for ``patch -p1``."""
    parts = [
        "\n".join(file_diff(source, chapter, path))
        for path in sorted(source.changed(chapter))
    ]
    return "".join(f"{part}\n" for part in parts if part)


def write_zip(source: Source, chapter: str, target: Path) -> None:
    """Write the library as of a chapter; equal libraries give equal archives."""
    top = f"needlebook-{chapter}"
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        tree = Path(folder, top)
        source.book.asof(chapter, tree)
        for file in sorted(tree.rglob("*")):
            inside = file.relative_to(tree)
            if file.is_dir() or _LEFT_OUT & set(inside.parts):
                continue
            entry = zipfile.ZipInfo(f"{top}/{inside.as_posix()}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


def write_all(app, error: Exception | None) -> None:
    """Put what every chapter offers into the finished site."""
    if error or app.builder.format != "html":
        return
    source = current()
    for page in source.book.chapters:
        chapter = page.chapter
        folder = Path(app.outdir, download(chapter, "")).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        write_zip(source, chapter, folder / zip_name(chapter))
        diff = whole_diff(source, chapter)
        (folder / diff_name(chapter)).write_text(diff, encoding="utf-8")
        if notebooks.is_notebook(page):
            path = notebooks.path_of(page)
            executed = notebooks.read(page.text, str(path))
            text = notebook_text(page, app.config.html_title, executed)
            (folder / notebook_name(page)).write_text(text, encoding="utf-8")
