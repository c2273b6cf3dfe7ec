# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Event files for TensorBoard: records with checksums around encoded messages.

Record: length (8 bytes), masked CRC-32C of it, content, masked CRC-32C of that. Message
Event: 1 wall time, 2 step, 3 file version, 5 Summary; Summary: 1 Value; Value: 1 tag,
2 number. Sources: the TFRecord format, and event.proto and summary.proto of TensorFlow.
"""

import os
import socket
import struct
import time
from pathlib import Path

POLYNOMIAL = 0x82F63B78


def crc_table():
    """Return what each byte does to the CRC-32C."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = crc_table()


def crc32c(content):
    """CRC-32C (Castagnoli) of bytes."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def masked(content):
    """The checksum as records store it: turned by 15 bits, plus a constant."""
    crc = crc32c(content)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(content):
    """Frame bytes as one record."""
    length = struct.pack("<Q", len(content))
    sums = struct.pack("<I", masked(length)), struct.pack("<I", masked(content))
    return length + sums[0] + content + sums[1]


def varint(n):
    """A whole number from 0 on, seven bits a byte, the last byte below 128."""
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def field(number, value):
    """One field: text and bytes with their length, whole numbers, floats as given."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return bytes([number << 3 | 2]) + varint(len(value)) + value
    return bytes([number << 3]) + varint(value)


def scalar_event(tag, value, step, wall_time):
    """The message for one number under the name `tag`."""
    number = bytes([2 << 3 | 5]) + struct.pack("<f", value)
    summary = field(1, field(1, tag) + number)
    clock = bytes([1 << 3 | 1]) + struct.pack("<d", wall_time)
    return clock + field(2, step) + field(5, summary)


class EventFile:
    """An event file in `folder`, open for numbers; each is on disk when written."""

    def __init__(self, folder):
        now = time.time()
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        host = f"{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
        self.path = folder / f"events.out.tfevents.{int(now):010d}.{host}"
        self.file = open(self.path, "xb", buffering=0)
        clock = bytes([1 << 3 | 1]) + struct.pack("<d", now)
        self.file.write(record(clock + field(3, "brain.Event:2")))

    def scalar(self, tag, value, step):
        """Append one number."""
        self.file.write(record(scalar_event(tag, float(value), step, time.time())))

    def close(self):
        self.file.close()
