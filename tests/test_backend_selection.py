"""The seam behind which arrays live: the device, and the choice at import."""

import os
import subprocess
import sys

import numpy as np
import pytest

import needlebook
from needlebook.backend_numpy import Device, all_devices, cpu, default_device

pytestmark = pytest.mark.since("5")


def in_new_process(code, **environment):
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_BACKEND")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=clean | environment,
        capture_output=True,
        text=True,
    )


def test_importing_prints_nothing():
    done = in_new_process("import needlebook")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "environment",
    [
        {"NEEDLEBOOK_BACKEND": "np"},
        {"NEEDLE_BACKEND": "np"},
        {"NEEDLEBOOK_BACKEND": "np", "NEEDLE_BACKEND": "nonsense"},
        pytest.param({"NEEDLEBOOK_BACKEND": ""}, marks=pytest.mark.until("11")),
    ],
)
def test_numpy_can_be_asked_for_in_these_ways(environment):
    done = in_new_process("import needlebook as n; print(n.BACKEND)", **environment)
    assert done.stdout == "np\n"


def test_a_backend_that_is_not_known_is_refused_with_the_names_that_are():
    done = in_new_process("import needlebook", NEEDLEBOOK_BACKEND="abc")
    assert done.returncode == 1
    assert "'abc' is not known; set NEEDLEBOOK_BACKEND to np or nd" in done.stderr


@pytest.mark.until("11")
def test_the_backend_that_is_still_missing_says_so():
    done = in_new_process("import needlebook", NEEDLEBOOK_BACKEND="nd")
    assert done.returncode == 1
    assert "BackendError: backend nd" in done.stderr


def test_there_is_one_device_and_it_is_the_default():
    assert all_devices() == [cpu()] == [default_device()]
    assert isinstance(cpu(), Device) and cpu().enabled()
    assert repr(cpu()) == "cpu()" and hash(cpu()) == hash(default_device())
    assert cpu() != "cpu"


def test_the_device_makes_arrays():
    device = cpu()
    assert device.zeros(2, 3).tolist() == [[0.0] * 3] * 2
    assert device.ones(2, dtype="float64").dtype == np.float64
    assert device.full((2,), 7).tolist() == [7.0, 7.0]
    assert device.empty((2, 1)).shape == (2, 1)
    assert device.one_hot(3, np.array([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_draws_come_from_the_global_generator():
    np.random.seed(3)
    want = np.random.rand(2, 2), np.random.randn(3)
    np.random.seed(3)
    assert (cpu().rand(2, 2) == want[0]).all() and (cpu().randn(3) == want[1]).all()


COURSE = """
EWiseAdd AddScalar EWiseMul MulScalar EWisePow PowerScalar EWiseDiv DivScalar
Transpose Reshape BroadcastTo Summation MatMul Negate Log Exp ReLU add add_scalar
multiply mul_scalar power power_scalar divide divide_scalar transpose reshape
broadcast_to summation matmul negate log exp relu Tensor cpu all_devices ones zeros
zeros_like ones_like autograd ops init backend_numpy NDArray Op TensorOp TensorTuple
TensorTupleOp Value Number List Optional Tuple Union numpy array_api BACKEND""".split()


@pytest.mark.parametrize("name", COURSE)
def test_the_names_of_homework_1_are_at_the_top(name):
    assert hasattr(needlebook, name)
