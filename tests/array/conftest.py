"""What the tests of the array leave as they found it."""

import pytest


@pytest.fixture(autouse=True)
def settings_of_the_backend():
    """Threads and instruction set of the C++ backend are put back after each test."""
    from needlebook.array import cpu

    module = cpu().mod
    if module is None:
        yield
        return
    threads, isa = module.get_threads(), module.isa()
    yield
    module.set_threads(threads)
    module.use_isa(isa)
