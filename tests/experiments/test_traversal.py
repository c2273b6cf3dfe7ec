"""Orders of passing adjoints on."""

import pytest

from needlebook.differentiation.graph import Node
from needlebook.differentiation.reverse import backprop
from needlebook.experiments.traversal import (
    breadth_first_order,
    doubling_chain,
    push_down,
    sweep_steps,
)

pytestmark = pytest.mark.since("4")


@pytest.mark.parametrize("k", [1, 4, 10])
def test_recursion_is_exponential_and_the_sweep_linear(k):
    leaf, out = doubling_chain(k)
    assert push_down(out) == 2 ** (k + 1) - 1
    assert leaf.grad == 2**k
    leaf, out = doubling_chain(k)
    assert sweep_steps(out) == 2 * k
    assert leaf.grad == 2**k


def test_the_sweep_handles_a_thousand_doublings():
    leaf, out = doubling_chain(1000)
    assert sweep_steps(out) == 2000
    assert leaf.grad == 2.0**1000


def test_breadth_first_order_gives_a_wrong_number():
    a = Node(3.0)
    b = a * 2.0
    y = b + b * 5.0
    backprop(y, order=breadth_first_order(y))
    assert a.grad == 2.0
    backprop(y)
    assert a.grad == 12.0
