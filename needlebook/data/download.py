# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Files that are downloaded once, whole, into a folder."""

import gzip
import hashlib
import os
import urllib.error
import urllib.request
import zlib
from pathlib import Path

from ..errors import DatasetError
from ..progress import Progress

CHUNK = 1 << 16


class DownloadError(DatasetError, OSError):
    """A download that did not end with the file that was wanted."""


def data_folder():
    """Return (folder, whether downloads may go there).

    The folder that NEEDLEBOOK_DATA names is the reader's and is only read. Otherwise
    it is needlebook's folder in the user's cache.
    """
    named = os.environ.get("NEEDLEBOOK_DATA")
    if named:
        return Path(named), False
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "needlebook", True


def locate(source, **options):
    """Return the path of a Source, downloaded if need be; DatasetError if missing.

    `options` go to `download`.
    """
    folder, may_load = data_folder()
    path = folder / source.name
    if path.exists():
        return path
    if not may_load:
        raise DatasetError(
            f"{path}: no such file, and NEEDLEBOOK_DATA names this folder; put the "
            f"file of {source.url} there, or unset NEEDLEBOOK_DATA to download it"
        )
    return download(source.url, path, source.md5, unpacked=source.unpacked, **options)


def download(
    url, path, md5=None, *, unpacked=False, attempts=3, timeout=20.0, progress=True
):
    """Load `url` into `path` and return it; nothing is there unless all of it is.

    `md5`: of the file, or with `unpacked` of what the gzip file holds. A cut connection
    is taken up again, `attempts` times in all; what arrived stays in `path`.part for a
    later call. `timeout`: seconds of silence. Raises DownloadError.
    """
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, attempts + 1):
        try:
            total = fetch(url, part, timeout, progress)
        except urllib.error.HTTPError as error:
            raise DownloadError(
                f"{path.name}: {url} answers {error.code} {error.reason}"
            ) from error
        except OSError as error:
            failed = f"{type(error).__name__}: {error}"
            cause = error
        else:
            have = part.stat().st_size
            if total is None or have >= total:
                return checked(url, path, part, md5, unpacked)
            failed, cause = f"the connection ended after {have} of {total} bytes", None
        if attempt == attempts:
            raise DownloadError(
                f"{path.name}: {failed} ({attempts} attempts); call again to continue, "
                f"or put the file of {url} at {path}"
            ) from cause


def fetch(url, part, timeout, progress):
    """Append to the file `part` what it lacks of `url`; return the whole size, or None.

    A server that does not know ranges sends all of it, and `part` starts anew.
    """
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code == 416:
            part.unlink()
            return fetch(url, part, timeout, progress)
        raise
    with answer:
        continues = answer.status == 206
        length = answer.headers.get("Content-Length")
        start = have if continues else 0
        total = None if length is None else start + int(length)
        with (
            open(part, "ab" if continues else "wb") as file,
            Progress(part.stem, total, start, shown=progress) as bar,
        ):
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                bar.advance(len(chunk))
    return total


def checked(url, path, part, md5, unpacked=False):
    """Rename `part` to `path` if its MD5 sum is right; else remove it and raise."""
    found = file_md5(part, unpacked)
    if md5 is not None and found != md5:
        size = part.stat().st_size
        part.unlink()
        raise DownloadError(
            f"{path.name}: {url} gave {size} bytes with MD5 sum {found}, "
            f"expected {md5}; nothing was kept"
        )
    os.replace(part, path)
    return path


def file_md5(path, unpacked=False):
    """Return the MD5 sum of a file, or of what a gzip file holds, or why not."""
    found = hashlib.md5()
    try:
        with (gzip.open if unpacked else open)(path, "rb") as file:
            while chunk := file.read(CHUNK):
                found.update(chunk)
    except (OSError, EOFError, zlib.error) as error:
        return f"impossible ({error})"
    return found.hexdigest()
