# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Weights in safetensors files: a length, a header in JSON, the arrays."""

import json
import os
import tempfile
from math import prod
from pathlib import Path

import numpy as np

from ..errors import WeightFileError

DTYPES = {
    f"{letter}{8 * size}": np.dtype(f"<{kind}{size}")
    for letter, kind, sizes in (("F", "f", (2, 4, 8)), ("I", "i", (1, 2, 4, 8)))
    for size in sizes
}
DTYPES |= {f"U{8 * n}": np.dtype(f"<u{n}") for n in (1, 2, 4, 8)}
DTYPES["BOOL"] = np.dtype("?")
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def write_tensors(path, arrays, metadata=None):
    """Write {name: array} to `path`, with `metadata`, {text: text}.

    A reader sees the old file or the new one, never a part: the bytes go to a temporary
    file, which is renamed when it is complete.
    """
    header = {"__metadata__": dict(metadata)} if metadata else {}
    parts, end = [], 0
    for name, array in arrays.items():
        array = np.asarray(array)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in NAMES:
            raise WeightFileError(f"{path}: dtype {array.dtype} of {name} has no code")
        parts.append(array.astype(dtype, order="C", copy=False).tobytes())
        start, end = end, end + len(parts[-1])
        place = {"shape": list(array.shape), "data_offsets": [start, end]}
        header[name] = {"dtype": NAMES[dtype], **place}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    replace_file(path, [len(text).to_bytes(8, "little"), text, *parts])


def replace_file(path, parts):
    """Write the byte strings `parts` to `path`, all of them or nothing."""
    handle, temporary = tempfile.mkstemp(dir=Path(path).parent, prefix=".weights-")
    try:
        with open(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_tensors(path):
    """Return ({name: array}, {metadata}) of a file; WeightFileError if damaged."""
    content = Path(path).read_bytes()
    if len(content) < 8:
        raise WeightFileError(f"{path}: {len(content)} bytes, too short for a header")
    start = 8 + int.from_bytes(content[:8], "little")
    if start > len(content):
        raise WeightFileError(
            f"{path}: the header wants {start} bytes, the file has {len(content)}; "
            "cut short, or no safetensors file"
        )
    try:
        header = json.loads(content[8:start].decode(), object_pairs_hook=no_twins)
        metadata = header.pop("__metadata__", {})
        places = {name: place_of(entry) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightFileError(f"{path}: damaged header: {error}") from error
    body, end, arrays = content[start:], 0, {}
    for name, (dtype, shape, first, last) in sorted(places.items(), key=position):
        if first != end or last - first != prod(shape) * dtype.itemsize:
            raise WeightFileError(
                f"{path}: {name}, {shape} of {dtype}, cannot lie at {first} to {last}"
            )
        end = last
        if end > len(body):
            raise WeightFileError(
                f"{path}: cut short: {name} ends at byte {end} of {len(body)}"
            )
        arrays[name] = np.frombuffer(body[first:last], dtype).reshape(shape).copy()
    if end != len(body):
        raise WeightFileError(f"{path}: {len(body) - end} bytes belong to no tensor")
    return {name: arrays[name] for name in places}, metadata


def no_twins(pairs):
    """Return `pairs` as a dict; ValueError if a name stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def place_of(entry):
    """Return (dtype, shape, first byte, last byte) of an entry of the header."""
    shape, (first, last) = tuple(entry["shape"]), entry["data_offsets"]
    if not all(type(n) is int and n >= 0 for n in (*shape, first, last)):
        raise ValueError(f"shape {shape} at {first} to {last}")
    return DTYPES[entry["dtype"]], shape, first, last


def position(item):
    """Return where a tensor lies, to sort by."""
    return item[1][2:]


def save(model, path, metadata=None):
    """Store the state of `model` in the safetensors file `path`."""
    write_tensors(path, model.state_dict(), metadata)


def load(model, path):
    """Load a file that `save` wrote into `model`; return its metadata.

    Raises WeightFileError for a damaged file, StateError if it is another model's.
    """
    arrays, metadata = read_tensors(path)
    model.load_state_dict(arrays)
    return metadata
