import csv
import io
import struct
from importlib.util import find_spec

import pytest

from needlebook.training import load_runs
from needlebook.training.event_files import EventFile, crc32c, masked
from needlebook.training.tracking import Run, as_text, load_metrics

pytestmark = pytest.mark.since("7")


def crc_by_bits(content):
    """CRC-32C by long division, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def read_varint(content, at):
    number = shift = 0
    while True:
        byte, at = content[at], at + 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def decode(content):
    """Fields of a message by number, by the rules of protocol buffers."""
    fields, at = {}, 0
    while at < len(content):
        key, at = read_varint(content, at)
        kind = key & 7
        if kind == 0:
            value, at = read_varint(content, at)
        elif kind == 1:
            (value,), at = struct.unpack_from("<d", content, at), at + 8
        elif kind == 5:
            (value,), at = struct.unpack_from("<f", content, at), at + 4
        else:
            assert kind == 2
            size, at = read_varint(content, at)
            value, at = content[at : at + size], at + size
        fields[key >> 3] = value
    return fields


def read_events(content):
    """Messages of an event file; both checksums of each record must be right."""
    events, file = [], io.BytesIO(content)
    while head := file.read(8):
        (size,) = struct.unpack("<Q", head)
        sums = [struct.unpack("<I", file.read(4))[0]]
        body = file.read(size)
        sums.append(struct.unpack("<I", file.read(4))[0])
        for part, found in zip((head, body), sums):
            crc = crc_by_bits(part)
            turned = (crc >> 15 | crc << 17) & 0xFFFFFFFF
            assert found == (turned + 0xA282EAD8) % 2**32, "checksum"
        events.append(decode(body))
    return events


def written(folder):
    file = EventFile(folder)
    file.scalar("train/loss", 0.5, 3)
    file.scalar("train/loss", -1e-7, 300_000)
    file.close()
    return file.path


def test_the_checksum_has_its_published_value():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert masked(b"") == 0xA282EAD8


def test_an_independent_decoder_reads_the_numbers_back(tmp_path):
    path = written(tmp_path)
    head, *events = read_events(path.read_bytes())
    assert path.name.startswith("events.out.tfevents.") and head[3] == b"brain.Event:2"
    rows = [(e[2], decode(decode(e[5])[1])) for e in events]
    assert [(step, row[1], row[2]) for step, row in rows] == [
        (3, b"train/loss", 0.5),
        (300_000, b"train/loss", pytest.approx(-1e-7)),
    ]


def test_the_decoder_catches_a_flipped_bit(tmp_path):
    content = bytearray(written(tmp_path).read_bytes())
    content[-10] ^= 1
    with pytest.raises(AssertionError, match="checksum"):
        read_events(bytes(content))


if find_spec("tensorboard"):

    def test_tensorboard_opens_the_file(tmp_path):
        from tensorboard.backend.event_processing import event_accumulator

        written(tmp_path)
        events = event_accumulator.EventAccumulator(str(tmp_path))
        events.Reload()
        assert [(e.step, e.value) for e in events.Scalars("train/loss")] == [
            (3, 0.5),
            (300_000, pytest.approx(-1e-7)),
        ]


def test_runs_are_rows_of_a_table(tmp_path):
    for lr in (0.1, 0.01):
        run = Run(tmp_path, lr=lr, note="a")
        run.log(epoch=1, loss=2.0)
        run.log(epoch=2, loss=lr)
    Run(tmp_path, lr=9.0)
    rows = load_runs(tmp_path)
    assert [(row["lr"], row.get("loss")) for row in rows] == [
        (0.1, 0.1),
        (0.01, 0.01),
        (9.0, None),
    ]
    assert as_text(rows, ["lr", "loss"]).splitlines() == [
        "  lr  loss",
        " 0.1   0.1",
        "0.01  0.01",
        "   9      ",
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, ["run", "lr", "note", "epoch", "loss"])
    writer.writerows(rows)
    assert len(text.getvalue().splitlines()) == 3


def test_a_line_cut_by_a_crash_is_left_out(tmp_path):
    run = Run(tmp_path, lr=0.1)
    run.log(epoch=1)
    path = run.folder / "metrics.jsonl"
    path.write_text(path.read_text() + '{"epoch": 2, "lo')
    assert load_metrics(path) == [{"epoch": 1}]
