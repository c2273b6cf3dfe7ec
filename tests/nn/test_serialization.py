"""safetensors files: byte for byte, whole or refused."""

import importlib.util
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from needlebook import nn
from needlebook.errors import StateError, WeightFileError

pytestmark = pytest.mark.since("8")
DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"]


@given(
    state=st.dictionaries(
        st.text(min_size=1).filter(lambda name: name != "__metadata__"),
        st.sampled_from(DTYPES).flatmap(
            lambda dtype: arrays(dtype, array_shapes(min_dims=0, min_side=0))
        ),
        max_size=4,
    )
)
def test_what_was_written_is_read(tmp_path_factory, state):
    path = tmp_path_factory.mktemp("weights") / "file"
    nn.write_tensors(path, state, {"key": "ä"})
    found, metadata = nn.read_tensors(path)
    assert list(found) == list(state) and metadata == {"key": "ä"}
    for name, array in state.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_a_file_written_by_hand_after_the_format_is_read(tmp_path):
    text = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    body = np.array([1.5, -2], "<f4").tobytes()
    path = tmp_path / "hand"
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    assert nn.read_tensors(path)[0]["a"].tolist() == [1.5, -2]


def test_the_layout_of_a_written_file_is_that_of_the_format(tmp_path):
    path = tmp_path / "file"
    nn.write_tensors(path, {"a": np.array([[1], [2]], "int16"), "b": np.ones(3)})
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    assert size % 8 == 0
    assert header["a"] == {"dtype": "I16", "shape": [2, 1], "data_offsets": [0, 4]}
    assert header["b"] == {"dtype": "F64", "shape": [3], "data_offsets": [4, 28]}
    assert content[8 + size :] == b"\1\0\2\0" + np.ones(3, "<f8").tobytes()


def test_every_file_that_was_cut_short_is_refused(tmp_path):
    path = tmp_path / "file"
    nn.save(nn.Linear(3, 2), path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightFileError, match="file: "):
            nn.read_tensors(path)


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY | {"dtype": "F33"},
        ENTRY | {"shape": [3]},
        ENTRY | {"shape": [-2]},
        ENTRY | {"data_offsets": [8, 0]},
        ENTRY | {"data_offsets": [4, 12]},
        {"dtype": "F32"},
        [1, 2],
    ],
)
def test_a_header_that_lies_is_refused(tmp_path, entry):
    text = json.dumps({"a": entry}).encode()
    path = tmp_path / "file"
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"\0" * 8)
    with pytest.raises(WeightFileError):
        nn.read_tensors(path)


def test_bytes_that_belong_to_no_tensor_and_names_given_twice_are_refused(tmp_path):
    path = tmp_path / "file"
    nn.write_tensors(path, {"a": np.ones(2)})
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(WeightFileError, match="1 bytes belong to no tensor"):
        nn.read_tensors(path)
    entry = json.dumps(ENTRY)
    text = f'{{"a": {entry}, "a": {entry}}}'.encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"\0" * 8)
    with pytest.raises(WeightFileError, match="twice"):
        nn.read_tensors(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "file"
    nn.save(nn.Linear(2, 2), path)
    before = path.read_bytes()
    with pytest.raises(WeightFileError, match="complex128"):
        nn.write_tensors(path, {"a": np.ones(2, complex)})
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_another_model_s_file_is_refused(tmp_path):
    nn.save(nn.Linear(2, 2), tmp_path / "file", {"from": "a test"})
    model = nn.Linear(2, 2)
    assert nn.load(model, tmp_path / "file") == {"from": "a test"}
    with pytest.raises(StateError):
        nn.load(nn.Linear(2, 3), tmp_path / "file")


if importlib.util.find_spec("safetensors"):

    def test_the_package_reads_ours_and_we_read_its(tmp_path):
        from safetensors.numpy import load_file, save_file

        rng = np.random.default_rng(0)
        state = {
            "a": rng.normal(size=(3, 4)).astype("float32"),
            "b.c": np.arange(5),
            "flag": np.array(True),
            "half": np.ones((2, 0), "float16"),
        }
        nn.write_tensors(tmp_path / "ours", state, {"key": "value"})
        save_file(state, tmp_path / "theirs", metadata={"key": "value"})
        theirs, metadata = nn.read_tensors(tmp_path / "theirs")
        assert metadata == {"key": "value"}
        for found in (load_file(tmp_path / "ours"), theirs):
            assert set(found) == set(state)
            for name, array in state.items():
                assert found[name].dtype == array.dtype
                np.testing.assert_array_equal(found[name], array)
