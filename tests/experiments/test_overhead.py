"""Values that backward makes, and what fusing saves: counts, no times (chapter 5)."""

import numpy as np
import pytest

from needlebook.autograd import Tensor
from needlebook.experiments.fusion import fused_shifts, two_shifts
from needlebook.experiments.overhead import costs, product_chain, values_per_node

pytestmark = pytest.mark.since("5")


def test_backward_makes_no_value_per_node_and_its_graph_makes_some():
    by_backward, by_graph = values_per_node()
    assert by_backward < 0.01
    assert by_graph > 2


def test_the_chain_computes_a_power():
    weight, value = product_chain(10)
    assert value.numpy() == pytest.approx(weight.numpy() ** 11)


def test_every_cost_is_measured():
    cost = costs(length=50, runs=2)
    assert min(vars(cost).values()) > 0


def test_fusing_two_additions_records_one_node_more_and_the_same_gradient():
    gradients = []
    for shifts, nodes_wanted in ((two_shifts, 2), (fused_shifts, 3)):
        x = Tensor(np.linspace(1.0, 2.0, 4))
        one, two, nodes = shifts(x)
        assert nodes == nodes_wanted
        (one * two).sum().backward()
        gradients.append(x.grad.numpy())
    assert (gradients[0] == gradients[1]).all()
