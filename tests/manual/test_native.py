"""The compiled epoch: equal to NumPy's, strict at its door, and plain when missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from needlebook.manual import native
from needlebook.manual.softmax import softmax_regression_epoch

pytestmark = [pytest.mark.since("3b"), pytest.mark.native]


def batch(m=53, n=6, k=4):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, n)).astype(np.float32)
    return X, rng.integers(0, k, m).astype(np.uint8), np.zeros((n, k), np.float32)


@pytest.mark.parametrize("size", [1, 7, 53, 1000])
def test_epoch_is_that_of_numpy_for_any_batch(size):
    X, y, theta = batch()
    other = theta.copy()
    softmax_regression_epoch(X, y, theta, lr=0.2, batch=size)
    native.softmax_regression_epoch_cpp(X, y, other, lr=0.2, batch=size)
    np.testing.assert_allclose(other, theta, rtol=1e-4, atol=1e-5)


@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 12))
def test_epoch_is_that_of_numpy_for_any_shape(m, n, k, size):
    X, y, theta = batch(m, n, k)
    other = theta.copy()
    softmax_regression_epoch(X, y, theta, lr=0.2, batch=size)
    native.softmax_regression_epoch_cpp(X, y, other, lr=0.2, batch=size)
    np.testing.assert_allclose(other, theta, rtol=1e-4, atol=1e-5)


def test_examples_and_labels_are_converted_where_needed():
    X, y, theta = batch()
    other = theta.copy()
    native.softmax_regression_epoch_cpp(X, y, theta)
    columns_first = np.asfortranarray(X.astype(np.float64))
    native.softmax_regression_epoch_cpp(columns_first, y.astype(int), other)
    np.testing.assert_array_equal(theta, other)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda theta: theta.astype(np.float64),
        np.asfortranarray,
        lambda theta: np.broadcast_to(theta, theta.shape),
        lambda theta: np.zeros((6, 8), np.float32)[:, ::2],
    ],
    ids=["float64", "column-major", "read-only", "strided"],
)
def test_theta_whose_update_would_be_lost_is_refused(spoil):
    X, y, theta = batch()
    with pytest.raises(TypeError, match="changed in place and must be a writeable"):
        native.softmax_regression_epoch_cpp(X, y, spoil(theta))


@pytest.mark.parametrize("label", [-1, 4, 256])
def test_labels_that_are_no_class_are_refused(label):
    X, y, theta = batch()
    y = y.astype(int)
    y[3] = label
    with pytest.raises(ValueError, match=r"theta \(6, 4\) allows 0 to 3"):
        native.softmax_regression_epoch_cpp(X, y, theta)
    assert not theta.any()


def test_door_checks_what_python_could_have_missed():
    X, y, theta = batch()
    epoch = native.require("_softmax_regression").epoch
    narrow = X[:, :-1].copy()
    for arguments in [(X, y[:-1], theta), (narrow, y, theta), (X[0], y, theta)]:
        with pytest.raises(ValueError, match="wanted are X"):
            epoch(*arguments, 0.1, 10)
    with pytest.raises(ValueError, match="batch must be at least 1"):
        epoch(X, y, theta, 0.1, 0)
    with pytest.raises(ValueError, match="a label is not below k = 4"):
        epoch(X, y + np.uint8(4), theta, 0.1, 10)
    with pytest.raises(TypeError):
        epoch(X.astype(np.float64), y, theta, 0.1, 10)


def test_no_examples_change_nothing():
    X, y, theta = batch()
    native.softmax_regression_epoch_cpp(X[:0], y[:0], theta)
    assert not theta.any()


def test_missing_part_is_remembered_with_its_reason_and_the_way_out():
    part = native.load("_nobody_compiled_this")
    assert part.module is None and native.load("_nobody_compiled_this") is part
    with pytest.raises(ImportError, match="_nobody_compiled_this is missing") as caught:
        native.require("_nobody_compiled_this")
    assert part.why_missing in str(caught.value)
    assert native.WAY_OUT in str(caught.value)


def test_reason_tells_a_module_of_another_python(tmp_path):
    (tmp_path / "_part.cpython-399-x86_64-linux-gnu.so").touch()
    why = native.reason("_part", ModuleNotFoundError("No module"), tmp_path)
    assert "_part.cpython-399" in why and "another Python" in why


def test_reason_tells_a_module_that_does_not_load(tmp_path):
    why = native.reason("_part", ImportError("undefined symbol: foo"), tmp_path)
    assert why == "it is there but does not load (undefined symbol: foo)"


def test_reason_tells_that_no_compiler_is_there(tmp_path, monkeypatch):
    missing = ModuleNotFoundError("No module")
    monkeypatch.setattr(native.shutil, "which", lambda name: None)
    assert "no C++ compiler" in native.reason("_part", missing, tmp_path)
    monkeypatch.setattr(native.shutil, "which", lambda name: f"/bin/{name}")
    assert native.reason("_part", missing, tmp_path) == "it was not compiled"
