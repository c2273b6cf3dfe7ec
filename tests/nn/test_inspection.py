"""Looking into a model must find what is there, and change nothing."""

import numpy as np
import pytest

from needlebook import nn, ops
from needlebook.autograd import Tensor

pytestmark = pytest.mark.since("8")


class Restless(nn.Module):
    """Changes its state, draws random numbers, and fails on request."""

    def __init__(self):
        super().__init__()
        self.count = Tensor(np.zeros(1), requires_grad=False)
        self.calls, self.fail = 0, False

    def forward(self, x):
        self.calls += 1
        self.count.data = self.count + 1
        np.random.rand(3)
        if self.fail:
            raise RuntimeError("as asked")
        return x


def test_a_summary_has_shapes_and_counts_shared_parameters_once():
    layer = nn.Linear(4, 4)
    model = nn.Sequential(layer, nn.ReLU(), layer, nn.Linear(4, 2))
    found = nn.summary(model, (7, 4))
    assert found.parameters == 4 * 4 + 4 + 4 * 2 + 2
    shapes = {row.name: row.shape for row in found.rows}
    assert shapes == {
        "": (7, 2),
        "modules.0": (7, 4),
        "modules.1": (7, 4),
        "modules.3": (7, 2),
    }
    assert "modules.3" in str(found) and "30" in str(found).splitlines()[-1]


@pytest.mark.parametrize("fail", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_looking_changes_nothing_even_when_the_model_fails(fail, training):
    restless = Restless()
    restless.fail = fail
    model = nn.Sequential(restless, nn.Linear(2, 2))
    (model.train if training else model.eval)()
    np.random.seed(5)
    wanted = np.random.rand()
    np.random.seed(5)
    attributes = dict(vars(restless))
    for look in (
        lambda: nn.summary(model, (1, 2)),
        lambda: nn.first_nan(model, Tensor(np.ones((1, 2)))),
    ):
        if fail:
            with pytest.raises(RuntimeError, match="as asked"):
                look()
        else:
            look()
    assert vars(restless) == attributes and "forward" not in vars(restless)
    assert restless.count.numpy() == 0 and restless.training is training
    assert np.random.rand() == wanted


class Exponential(nn.Module):
    def forward(self, x):
        return ops.exp(x)


def network():
    inner = nn.Sequential(nn.Linear(3, 3), Exponential())
    return nn.Sequential(nn.Linear(3, 3), nn.Residual(inner), nn.Linear(3, 2))


def test_the_innermost_layer_is_named_with_the_reason():
    model, x = network(), Tensor(np.ones((2, 3), "float32"), requires_grad=False)
    assert nn.first_nan(model, x) is None
    for name, plant, source in [
        ("modules.2", lambda m: m.modules[2].bias, "bias holds nan"),
        ("modules.1.fn.modules.0", lambda m: m.modules[1].fn.modules[0].weight, "weig"),
    ]:
        model = network()
        tensor = plant(model)
        tensor.data = Tensor(np.full(tensor.shape, np.nan, "float32"))
        found = nn.first_nan(model, x)
        assert (found.name, found.found, found.kind) == (name, "nan", "Linear")
        assert found.source.startswith(source) and name in str(found)


def test_an_overflow_in_a_healthy_layer_and_a_hole_in_the_data():
    model = network()
    far = Tensor(np.full((2, 3), 1e30, "float32"), requires_grad=False)
    inner = model.modules[1].fn.modules[0]
    inner.weight.data = Tensor(np.eye(3, dtype="float32"))
    model.modules[0].weight.data = Tensor(np.eye(3, dtype="float32"))
    found = nn.first_nan(model, far)
    assert (found.name, found.found) == ("modules.1.fn.modules.1", "inf")
    assert found.source == "its inputs and its tensors are finite"
    hole = Tensor(np.array([[1, np.nan, 1]], "float32"), requires_grad=False)
    assert nn.first_nan(model, hole).source == "input 0 holds nan"
