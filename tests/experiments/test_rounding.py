import re
from pathlib import Path

import numpy as np
import pytest

import needlebook
from needlebook.array import cpu
from needlebook.experiments import rounding

pytestmark = [pytest.mark.since("11"), pytest.mark.native]


def test_the_fit_is_better_than_the_series_by_a_factor():
    edge = np.log(2) / 2
    series = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720]
    rest = lambda r: np.polyval(  # noqa: E731
        [1 / np.prod(np.arange(1.0, k + 3)) for k in range(15)][::-1], r
    )
    fit = rounding.by_nodes(rest, -edge, edge, 4)
    r = np.linspace(-edge, edge, 2001)

    def error(c):
        return abs((1 + r + r * r * np.polyval(c[::-1], r)) / np.exp(r) - 1).max()

    assert error(fit) < error(series) / 10
    assert error(fit) < 2.0**-24 / 2 < error(rounding.by_nodes(rest, -edge, edge, 3))


def constants(name):
    """The hexadecimal floats in one struct or function of the C++ text, in order."""
    file = Path(needlebook.__file__).parent / "native/array/transcendental.hpp"
    body = file.read_text().split(name)[1].split("return")[0]
    return [
        float.fromhex(sign.replace(" ", "") + digits)
        for sign, digits in re.findall(
            r"(?:q = q \* \w ([+-] )|float q = )(0x[\w.+-]+)f", body
        )
    ]


def test_the_coefficients_in_the_text_are_those_of_the_fit():
    edge = np.log(2) / 2
    rest = lambda r: sum(  # noqa: E731
        r**k / np.prod(np.arange(1.0, k + 3)) for k in range(15)
    )
    fit = rounding.by_nodes(rest, -edge, edge, 4).astype("float32")
    assert constants("float expm1_near_zero") == [float(c) for c in fit[:0:-1]]
    assert fit[0] == np.float32(0.5)
    rest = lambda f: sum((-f) ** k / (k + 3) for k in range(80))  # noqa: E731
    low, high = 0.5**0.5 - 1, 2**0.5 - 1
    fit = rounding.by_nodes(rest, low, high, 8, lambda f: f**2).astype("float32")
    assert constants("struct Log") == [float(c) for c in fit[::-1]]


def test_units_in_the_last_place():
    one = np.array([1.0, 1.0, 0.0, np.inf, np.nan, np.inf], "float32")
    exact = np.array([1.0, 1 + 2.0**-24, 2.0**-149, np.inf, np.nan, 1.0])
    assert list(rounding.ulps(one, exact)) == [0.0, 0.5, 1.0, 0.0, 0.0, np.inf]


def test_every_class_of_numbers_is_in_the_sample():
    x = rounding.floats(4_001)
    assert np.isnan(x).any() and (x < 0).any() and len(x) > 10**6
    assert ((x != 0) & (abs(x) < 2.0**-126)).any()


def test_errors_of_the_plain_sum_grow_and_those_of_the_tree_do_not():
    def error(add, n):
        draws = [np.random.default_rng(s).random(n, dtype="float32") for s in range(10)]
        return np.mean([rounding.sum_error(add, x) for x in draws])

    def ours(x):
        from needlebook.array import NDArray

        return NDArray(x, device=cpu()).sum().numpy().item()

    plain, pairs, native = (
        [error(add, n) for n in (2**10, 2**20)]
        for add in (rounding.one_after_the_other, rounding.in_pairs, ours)
    )
    assert plain[1] > 10 * plain[0] and plain[1] > 20 * native[1]
    assert max(pairs[1], native[1]) < 2.0**-23
