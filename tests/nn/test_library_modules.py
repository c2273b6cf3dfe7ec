"""Losses, small modules, and the collection of parameters."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.errors import NeedlebookError, ShapeError
from needlebook.gradcheck import gradcheck
from tests.closeness import DTYPE

pytestmark = pytest.mark.since("8")


def test_parameters_are_found_in_dicts_lists_and_tuples_once():
    class Zoo(nn.Module):
        def __init__(self):
            super().__init__()
            self.kinds = {"a": [nn.Linear(2, 2), (nn.Parameter(np.ones(1)),)]}
            self.constant = Tensor(np.ones(1), requires_grad=False)
            self.again = self.kinds["a"][0]

    assert [p.shape for p in Zoo().parameters()] == [(2, 2), (1, 2), (1,)]


def test_scale_add_and_its_sum_over_paths():
    x = np.array([[1.0], [2.0]])
    one = nn.ScaleAdd(3.0, -1.0, dtype=DTYPE)
    assert one(Tensor(x)).numpy().tolist() == [[2.0], [5.0]]
    two = nn.MultiPathScaleAdd(dtype=DTYPE)
    assert two(Tensor(x)).numpy().tolist() == [[2.0], [4.0]]
    assert len(two.parameters()) == 4 and len(nn.MultiPathScaleAdd(3).parameters()) == 6
    gradcheck(lambda x: two(x), Tensor(x), verbose=False)


@pytest.mark.parametrize("wrong", [[0, 1], [0, 1, 3], [0, -1, 1], [0, 1.5, 1]])
def test_the_loss_refuses_labels_that_name_no_class(wrong):
    logits = Tensor(np.zeros((3, 3)))
    with pytest.raises(NeedlebookError):
        nn.SoftmaxLoss()(logits, np.array(wrong))
    with pytest.raises(NeedlebookError):
        nn.SoftmaxLoss()(logits, Tensor(np.array(wrong), requires_grad=False))


def test_the_squared_loss_refuses_shapes_that_would_broadcast():
    with pytest.raises(ShapeError, match=r"\(3, 1\) and targets \(3,\) differ"):
        nn.L2Loss()(Tensor(np.ones((3, 1))), Tensor(np.ones(3)))
