"""The host's side of the backend: errors by name, memory that is lent, devices."""

import gc
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from needlebook.array import NDArray, all_devices, cpu_numpy, cuda, cuda_sim
from needlebook.array import device as devices
from needlebook.errors import (
    BackendError,
    CudaError,
    DeviceMemoryError,
    NeedlebookError,
)

pytestmark = pytest.mark.since("12")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def collected_by_hand():
    """Cycles are collected where a test says so, not in the middle of counting."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize(
    "call, words",
    [
        ("cudaMemcpy", "cudaMemcpy of 1024 bytes to the device: "),
        ("cudaMalloc", "cudaMalloc of 1024 bytes: "),
        ("launch", "launch of add, 1 blocks of 256 threads: "),
    ],
)
def test_a_failing_call_is_named_with_its_size(simulator, call, words):
    simulator.empty_cache()
    simulator.fail_next(call, 700)
    with pytest.raises(CudaError, match="cudaErrorOrdered") as raised:
        NDArray(np.zeros((16, 16)), device=simulator) + 1
    assert str(raised.value).startswith(words)
    assert isinstance(raised.value, NeedlebookError)
    assert (NDArray(np.zeros(3), device=simulator) + 1).sum().item() == 3


def test_copies_to_the_host_on_the_device_and_waiting_are_named_too(simulator):
    a = NDArray(np.zeros((4, 4)), device=simulator)
    for call, work, words in [
        ("cudaMemcpy", a.numpy, "cudaMemcpy of 64 bytes to the host"),
        ("cudaMemcpyAsync", a.copy, "cudaMemcpyAsync of 64 bytes on the device"),
        (
            "cudaDeviceSynchronize",
            simulator.synchronize,
            "cudaDeviceSynchronize, after",
        ),
        ("cudaMallocHost", lambda: simulator.pinned(4), "cudaMallocHost of 16 bytes"),
    ]:
        simulator.fail_next(call, 700)
        with pytest.raises(CudaError) as raised:
            work()
        assert str(raised.value).startswith(words)


def test_no_memory_is_an_answer_first_and_an_error_after_the_cache_was_emptied(
    simulator,
):
    simulator.empty_cache()
    kept = NDArray(np.arange(1000), device=simulator)
    simulator.set_memory_limit(simulator.counters()["bytes_lent"] + 50_000)
    cached = simulator.empty((8000,))
    del cached
    assert simulator.counters()["bytes_kept"] == 32_768
    assert simulator.full((10_000,), 1.0).sum().item() == 10_000
    with pytest.raises(DeviceMemoryError, match="cudaMalloc of 81920 bytes") as raised:
        simulator.empty((20_000,))
    assert isinstance(raised.value, MemoryError)
    assert simulator.counters()["bytes_kept"] == 0
    assert f"{simulator.counters()['bytes_lent']} bytes are in arrays" in str(
        raised.value
    )
    np.testing.assert_array_equal((kept + 1).numpy(), np.arange(1, 1001))


def test_memory_that_was_given_back_is_lent_again_in_its_class(simulator):
    first = simulator.empty((1000,))
    place = first._handle.ptr()
    asked = simulator.counters()
    del first
    again = simulator.empty((1020,))
    assert again._handle.ptr() == place
    found = simulator.counters()
    assert found["reused"] == asked["reused"] + 1
    assert found["bytes_lent"] == asked["bytes_lent"]
    other = simulator.empty((1020,))
    assert other._handle.ptr() != place


@pytest.mark.nd
def test_a_repeated_step_asks_the_device_for_nothing(simulator):
    from needlebook.experiments.on_devices import losses

    losses(simulator, steps=2)
    gc.collect()
    before = simulator.counters()
    losses(simulator, steps=2)
    gc.collect()
    after = simulator.counters()
    requests = after["requests"] - before["requests"]
    assert requests > 100
    assert after["reused"] - before["reused"] == requests
    assert after["bytes_lent"] == before["bytes_lent"]


def test_what_crosses_the_bus_is_counted(simulator):
    before = simulator.counters()
    a = NDArray(np.zeros(100), device=simulator)
    (a * 2 + 1).exp()
    middle = simulator.counters()
    a.numpy()
    after = simulator.counters()
    assert middle["bytes_to_device"] - before["bytes_to_device"] == 400
    assert middle["bytes_to_host"] == before["bytes_to_host"]
    assert after["bytes_to_host"] - middle["bytes_to_host"] == 400


def test_pinned_memory_is_a_numpy_array(simulator):
    a = simulator.pinned(10)
    a[:] = np.arange(10)
    np.testing.assert_array_equal(NDArray(a, device=simulator).numpy(), np.arange(10))


def test_an_array_may_live_longer_than_everything_else():
    code = (
        "from needlebook.array import cuda_sim, NDArray; import needlebook\n"
        "needlebook.kept = NDArray([1.0], device=cuda_sim()) + 1"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_devices_of_kernels_are_among_all_but_no_default_unasked(monkeypatch):
    assert [cuda(), cuda_sim()] == all_devices()[-2:]
    monkeypatch.setattr(devices, "chosen", None)
    assert devices.default_device() not in (cuda(), cuda_sim())
    assert cuda() is cuda() and repr(cuda_sim()) == "cuda_sim()"


def test_a_missing_device_says_which_of_the_four_reasons_it_is(monkeypatch):
    if not cuda().enabled():
        reasons = ("not built", "no driver", "driver too old", "no device")
        assert cuda().why_missing.startswith(reasons)
        with pytest.raises(BackendError, match="cuda: not available: "):
            cuda().fill(None, 0.0)
    missing = devices.load_kernels("cuda", "..ndarray_backend_nowhere")
    assert missing.why_missing.startswith("not built: install nvcc of CUDA 12 or 13")

    class Module:
        Array = None

        def __init__(self, status):
            self.status = lambda: status

    for status in ("no driver: …", "driver too old: …", "no device: …", "ok"):
        found = devices.BackendDevice("cuda", Module(status))
        monkeypatch.setattr(devices, "load", lambda name, module, found=found: found)
        device = devices.load_kernels("cuda", "..ndarray_backend_cuda")
        assert device.enabled() == (status == "ok")
        assert status == "ok" or device.why_missing == status


def test_a_module_that_is_there_but_does_not_load_is_told_apart(monkeypatch):
    broken = devices.BackendDevice("cuda", None, "libstdc++.so.6: no such file")
    monkeypatch.setattr(devices, "load", lambda name, module: broken)
    found = devices.load_kernels("cuda", "..ndarray_backend_cuda")
    assert found.why_missing == "not loaded: libstdc++.so.6: no such file"


@pytest.mark.parametrize("mode, wanted", [("nd", "cuda_sim()"), ("np", "False")])
def test_the_devices_are_exported_where_arrays_are_ours(mode, wanted):
    code = (
        "import needlebook as n; "
        "print(n.cuda_sim() if hasattr(n, 'cuda') else hasattr(n, 'cuda'))"
    )
    environment = os.environ | {"NEEDLEBOOK_BACKEND": mode}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == wanted, done.stderr


def test_the_default_device_is_chosen_by_a_call(monkeypatch):
    monkeypatch.setattr(devices, "chosen", None)
    for device in (cpu_numpy(), "cuda_sim"):
        devices.set_default_device(device)
        assert devices.default_device().name == getattr(device, "name", device)
        assert NDArray([1.0]).device == devices.default_device()
    for name, words in [
        ("tpu", "'tpu' is not known; there are .*cpu_numpy"),
        ("", "''"),
    ]:
        with pytest.raises(BackendError, match=f"device {words}"):
            devices.set_default_device(name)
    assert devices.default_device() == cuda_sim()
    devices.set_default_device()
    assert devices.default_device().name.startswith("cpu")


def test_a_default_that_is_missing_says_why(monkeypatch):
    lost = devices.BackendDevice("cuda", None, "no driver: install one")
    monkeypatch.setitem(devices.DEVICES, "cuda", lambda: lost)
    monkeypatch.setattr(devices, "chosen", "cuda")
    for _ in range(2):
        with pytest.raises(BackendError, match="cuda: not available: no driver"):
            devices.default_device()


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("cuda_sim", "cuda_sim()"),
        ("cpu_numpy", "cpu_numpy()"),
        ("", "cpu"),
        ("x", "'x'"),
    ],
)
def test_the_environment_chooses_the_default_device(name, wanted):
    code = (
        "import needlebook as n\n"
        "try: print(n.Tensor([1.0]).device, n.init.zeros(2).device)\n"
        "except n.errors.BackendError as error: print(error)"
    )
    environment = os.environ | {"NEEDLEBOOK_BACKEND": "nd", "NEEDLEBOOK_DEVICE": name}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert wanted in done.stdout


@pytest.mark.parametrize(
    "mode, name, status, words",
    [
        ("nd", "cuda_sim", 0, "1 passed"),
        ("nd", "cpu_numpy", 1, "cpu_numpy() != cuda_sim()"),
        ("nd", "tpu", 4, "--device: device 'tpu' is not known"),
        ("np", "cuda_sim", 4, "--device: NumPy's arrays have no devices"),
    ],
)
def test_the_suite_puts_its_arrays_on_the_device_that_is_named(
    tmp_path, mode, name, status, words
):
    (tmp_path / "test_here.py").write_text(
        "import pytest\n"
        "from needlebook import Tensor, cuda_sim\n"
        "pytestmark = pytest.mark.since('12')\n"
        "def test_here():\n"
        "    here = Tensor([1.0]).device\n"
        "    assert here == cuda_sim(), f'{here} != cuda_sim()'\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest"]
    command += ["-p", "no:cacheprovider", "--device", name, tmp_path]
    environment = os.environ | {"NEEDLEBOOK_BACKEND": mode}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout + done.stderr


def test_the_course_s_path_has_the_gpu_too():
    from needlebook import backend_ndarray

    assert backend_ndarray.cuda() is cuda() and backend_ndarray.cuda_sim() is cuda_sim()
    assert backend_ndarray.ndarray.cuda is cuda


def test_mixed_devices_are_refused(simulator):
    from needlebook.errors import DeviceError

    one, other = (NDArray([1.0], device=d) for d in (simulator, cpu_numpy()))
    with pytest.raises(DeviceError, match="cuda_sim.*cpu_numpy"):
        one + other
