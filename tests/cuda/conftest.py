"""Devices of kernels: the GPU where there is one, the simulator always."""

import pytest


@pytest.fixture(params=["cuda_sim", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request):
    from needlebook import array

    found = getattr(array, request.param)()
    if not found.enabled():
        lacking = "no GPU here, " if request.param == "cuda" else ""
        pytest.skip(f"{lacking}{found}: {found.why_missing}")
    return found


@pytest.fixture
def simulator():
    """The simulator, its memory unlimited again afterwards."""
    from needlebook.array import cuda_sim

    found = cuda_sim()
    if not found.enabled():
        pytest.skip(found.why_missing)
    yield found
    found.set_memory_limit(2**32)
    found.fail_next("", 0)
