import gzip
import hashlib
import io

import pytest

from needlebook.data.download import DownloadError, download, locate
from needlebook.data.sources import Source
from needlebook.errors import DatasetError
from needlebook.experiments.cut_server import serving
from needlebook.progress import Progress

pytestmark = pytest.mark.since("7")
CONTENT = bytes(range(256)) * 2000
RIGHT = hashlib.md5(CONTENT).hexdigest()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_under_its_name(tmp_path):
    with serving(CONTENT) as (address, asked):
        path = download(address, tmp_path / "deep" / "file", RIGHT, progress=False)
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ["file"] and asked == [None]


def test_a_cut_is_taken_up_where_it_was(tmp_path):
    with serving(CONTENT, cuts=[1000, 500]) as (address, asked):
        path = download(address, tmp_path / "file", RIGHT, progress=False)
    assert path.read_bytes() == CONTENT
    assert asked == [None, "bytes=1000-", "bytes=1500-"]


def test_a_server_without_ranges_starts_anew(tmp_path):
    with serving(CONTENT, cuts=[1000], ranges=False) as (address, asked):
        path = download(address, tmp_path / "file", RIGHT, progress=False)
    assert path.read_bytes() == CONTENT


def test_after_the_last_attempt_the_part_stays_for_a_later_call(tmp_path):
    with serving(CONTENT, cuts=[1000, 500]) as (address, _):
        with pytest.raises(DownloadError, match="after 1500 of 512000 bytes.*again"):
            download(address, tmp_path / "file", RIGHT, attempts=2, progress=False)
        assert names(tmp_path) == ["file.part"]
        path = download(address, tmp_path / "file", RIGHT, progress=False)
    assert path.read_bytes() == CONTENT


def test_a_wrong_sum_keeps_nothing(tmp_path):
    with serving(CONTENT) as (address, _):
        with pytest.raises(DownloadError, match=f"{RIGHT}, expected 0000"):
            download(address, tmp_path / "file", "0" * 32, progress=False)
    assert names(tmp_path) == []


def test_a_404_is_named_and_not_repeated(tmp_path):
    with serving(CONTENT, status=404) as (address, asked):
        with pytest.raises(DownloadError, match="file: http.* answers 404"):
            download(address, tmp_path / "file", progress=False)
    assert len(asked) == 1 and names(tmp_path) == []


def test_a_server_that_is_gone_is_named(tmp_path):
    with serving(CONTENT) as (address, _):
        pass
    with pytest.raises(DownloadError, match="URLError.*3 attempts"):
        download(address, tmp_path / "file", progress=False)
    assert names(tmp_path) == []


def test_the_sum_may_be_that_of_what_a_gzip_file_holds(tmp_path):
    with serving(gzip.compress(CONTENT)) as (address, _):
        download(address, tmp_path / "a.gz", RIGHT, unpacked=True, progress=False)
    with serving(b"<html>") as (address, _):
        with pytest.raises(DownloadError, match="sum impossible"):
            download(address, tmp_path / "b.gz", RIGHT, unpacked=True, progress=False)
    assert names(tmp_path) == ["a.gz"]


def test_loaded_once_and_never_into_a_readers_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("NEEDLEBOOK_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serving(CONTENT) as (address, asked):
        for _ in range(2):
            path = locate(Source(address, "set/file", RIGHT), progress=False)
        assert path == tmp_path / "needlebook" / "set" / "file" and len(asked) == 1
        monkeypatch.setenv("NEEDLEBOOK_DATA", str(tmp_path))
        with pytest.raises(DatasetError, match="no such file"):
            locate(Source(address, "other", RIGHT))
        assert len(asked) == 1


def test_plain_progress_is_a_line_for_each_tenth():
    stream = io.StringIO()
    with Progress("file", 100, stream=stream) as bar:
        for _ in range(100):
            bar.advance()
    assert stream.getvalue().splitlines()[::9] == ["file: 10 % ", "file: 100 % "]
