"""Names of tensors, state in and out, and the text of a module."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.errors import StateError
from needlebook.nn.module import named_tensors

pytestmark = pytest.mark.since("8")


class Nest(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.scale = nn.Parameter(np.ones(1))
        self.running = Tensor(np.zeros(width), requires_grad=False)
        self._scratch = Tensor(np.zeros(7), requires_grad=False)
        self.paths = {"a": [nn.Linear(2, width)], "b": (nn.ReLU(),)}
        self.again = self.paths["a"][0]

    def forward(self, x):
        return self.paths["a"][0](x) * self.scale


def test_names_are_paths_and_each_tensor_stands_once():
    names = ["scale", "running", "paths.a.0.weight", "paths.a.0.bias"]
    assert list(named_tensors(Nest())) == names
    assert len(Nest().parameters()) == 3


def test_a_state_is_a_copy_and_comes_back():
    one, other = Nest(), Nest()
    one.running.data = Tensor(np.arange(3.0))
    state = one.state_dict()
    before = other.paths["a"][0].weight
    other.load_state_dict(state)
    assert other.paths["a"][0].weight is before
    for name, tensor in named_tensors(other).items():
        np.testing.assert_array_equal(tensor.numpy(), state[name])
    state["scale"][0] = 9
    assert one.scale.numpy() == other.scale.numpy() == 1


def test_dtypes_are_those_of_the_module_and_tensors_are_taken_too():
    model = nn.Linear(2, 3)
    state = {k: Tensor(v.astype("float64")) for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    assert model.weight.dtype == "float32"


def test_everything_that_is_wrong_is_listed_and_nothing_is_loaded():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    before = model.state_dict()
    state = {k: v + 1 for k, v in before.items() if k != "modules.1.bias"}
    state["modules.0.weight"] = np.zeros((5, 3))
    state["head.weight"] = np.zeros(1)
    with pytest.raises(StateError) as caught:
        model.load_state_dict(state)
    text = str(caught.value)
    assert "missing     modules.1.bias" in text
    assert "unexpected  head.weight" in text
    assert "modules.0.weight: (5, 3) given, (2, 3) wanted" in text
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_repr_shows_numbers_shapes_and_what_lies_inside():
    text = repr(nn.Sequential(nn.Flatten(), nn.Residual(nn.Linear(2, 2))))
    assert text.splitlines() == [
        "Sequential(",
        "  modules.0: Flatten()",
        "  modules.1: Residual(",
        "    fn: Linear(in_features=2, out_features=2, weight (2, 2), bias (1, 2))))",
    ]
    assert "_scratch" not in repr(Nest()) and "training" not in repr(Nest())
