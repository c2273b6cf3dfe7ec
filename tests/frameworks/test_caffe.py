"""Layers with their gradients, in place or not (chapter 7)."""

import numpy as np
import pytest

from needlebook.errors import InPlaceError, ShapeError
from needlebook.experiments.in_place import CASES, chain_bytes, gradient_error, refusal
from needlebook.experiments.source_lines import code_lines
from needlebook.experiments.three_styles import Layers, batches, draw_weights
from needlebook.frameworks import caffe
from needlebook.frameworks.caffe_residual import ResidualLayer
from needlebook.nn import Residual

pytestmark = pytest.mark.since("7")


@pytest.mark.parametrize("case", CASES)
def test_what_the_check_accepts_in_place_has_a_right_gradient(case):
    assert refusal(CASES[case]) or gradient_error(CASES[case]) < 1e-5


@pytest.mark.parametrize("case", ["Square", "Sigmoid, then Scale"])
def test_layers_in_place_that_break_the_gradient_are_refused(case):
    assert gradient_error(CASES[case]) > 0.1
    assert refusal(CASES[case])


def test_the_check_also_refuses_what_would_be_right():
    for case in ("ReLU, then Scale", "Sigmoid, then ReLU"):
        assert refusal(CASES[case])
        assert gradient_error(CASES[case]) < 1e-5


def test_a_planted_claim_of_a_layer_is_caught_by_its_gradient():
    class Boastful(caffe.Square):
        backward_reads = ()
        in_place_works = True

    assert refusal([Boastful]) is None
    assert gradient_error([Boastful]) > 0.1


def test_in_place_saves_towards_half():
    shares = [chain_bytes(d, True) / chain_bytes(d, False) for d in (1, 4, 16)]
    assert shares[0] > shares[1] > shares[2]
    assert 0.5 < shares[2] < 0.52


def test_in_place_and_not_train_alike():
    weights = draw_weights()
    one, two = Layers(weights), Layers(weights, in_place=False)
    for X, y in batches(5):
        assert one.step(X, y, 0.1) == two.step(X, y, 0.1)
    assert one.net.nbytes() < two.net.nbytes()


def residual_nets(seed=0):
    rng = np.random.default_rng(seed)
    A, a, B, b = (rng.normal(size=s) for s in ((4, 3), 3, (3, 4), 4))
    ip = caffe.InnerProduct
    start = ip("start", "x", "h", rng.normal(size=(5, 4)), np.zeros(4))
    end = caffe.SoftmaxWithLoss("loss", "z y", "l")
    wired = [
        caffe.Split("split", "h", "branch skip"),
        ip("1", "branch", "r", A, a),
        caffe.ReLU("relu", "r", "r"),
        ip("2", "r", "r2", B, b),
        caffe.Eltwise("sum", "r2 skip", "z"),
    ]
    start2 = ip("start", "x", "h", start.blobs[0].data, np.zeros(4))
    whole = [ResidualLayer("block", "h", "z", A, a, B, b)]
    inputs = {"x": (6, 5), "y": (6,)}
    fed = {"x": rng.normal(size=(6, 5)), "y": rng.integers(4, size=6)}
    return [
        caffe.Net([first, *block, end], inputs)
        for first, block in ((start, wired), (start2, whole))
    ], fed


def test_the_residual_layer_by_hand_equals_the_wiring():
    (one, two), fed = residual_nets()
    assert one.forward(**fed) == two.forward(**fed)
    one.backward()
    two.backward()
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        np.testing.assert_allclose(a.diff, b.diff, rtol=1e-12)


def test_a_residual_layer_that_forgets_the_skip_is_caught():
    class Forgetful(ResidualLayer):
        def backward(self, top, propagate_down, bottom):
            super().backward(top, propagate_down, bottom)
            bottom[0].diff -= top[0].diff

    (one, two), fed = residual_nets()
    two.steps[1][0].__class__ = Forgetful
    for net in (one, two):
        net.forward(**fed)
        net.backward()
    assert abs(one.parameters()[0].diff - two.parameters()[0].diff).max() > 1e-3


def test_by_hand_takes_four_times_the_lines():
    assert len(code_lines(ResidualLayer)) >= 4 * len(code_lines(Residual))
    assert len(code_lines(Residual.forward)) == 2


def test_the_gradient_of_data_is_not_computed():
    net = Layers(draw_weights()).net
    X, y = next(batches(1))
    net.forward(data=X, label=y)
    net.backward()
    assert not net.blobs["data"].diff.any()


def test_a_blob_with_two_readers_is_refused():
    relus = [caffe.ReLU("a", "x", "p"), caffe.ReLU("b", "x", "q")]
    with pytest.raises(caffe.NetError, match="put a Split between"):
        caffe.Net(relus, {"x": (2, 3)})


def test_errors_name_the_layer():
    ip = caffe.InnerProduct("ip", "x", "z", np.ones((4, 2)), np.zeros(2))
    with pytest.raises(ShapeError, match="ip: bottom 'x' has 5 features"):
        caffe.Net([ip], {"x": (3, 5)})
    with pytest.raises(InPlaceError, match="give top 'x' another name"):
        caffe.Net([caffe.Square("s", "x", "x")], {"x": (3, 5)})
