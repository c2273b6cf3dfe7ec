"""The exercises of chapter 7, first half."""

import numpy as np
import pytest

from needlebook import nn
from needlebook.autograd import Tensor
from needlebook.experiments import in_place
from needlebook.experiments.in_place import gradient_error, refusal
from needlebook.frameworks import session as tf
from needlebook.frameworks.caffe import InnerProduct, ReLU, Scale, Sigmoid, Square
from needlebook.gradcheck import gradcheck
from needlebook.solutions import ch07

pytestmark = pytest.mark.since("7")


def test_7_1_tanh_is_right_in_place():
    assert refusal([ch07.TanhLayer]) is None
    assert gradient_error([ch07.TanhLayer]) < 1e-5


@pytest.mark.parametrize("before", [ReLU, Sigmoid])
@pytest.mark.parametrize("after", [ReLU, Sigmoid, Scale, Square])
def test_7_2_what_is_accepted_is_right(before, after):
    one, two = in_place.in_place([before, after])
    if ch07.may_follow_in_place(one, two):
        assert gradient_error([before, after]) < 1e-5


def test_7_2_the_sharper_check_accepts_more():
    relu, scale = in_place.in_place([ReLU, Scale])
    assert ch07.may_follow_in_place(relu, scale)
    assert not ch07.may_follow_in_place(relu, Scale("s", "h", "h", -1.0))
    product = InnerProduct("ip", "x", "h", np.ones((2, 2)), np.zeros(2))
    assert ch07.may_follow_in_place(product, relu)


def test_7_4_the_first_node_that_is_not_finite():
    with tf.Graph() as graph:
        x = tf.placeholder((2,), "x")
        out = tf.exp(apply_log(x)) + x
    session = tf.Session(graph)
    with np.errstate(all="ignore"):
        name, file, line = ch07.first_not_finite(session, out, {x: [1.0, -1.0]})
    assert (name, file) == ("log", "test_ch07.py")
    assert line == apply_log.__code__.co_firstlineno + 1
    assert ch07.first_not_finite(session, out, {x: [1.0, 2.0]}) is None


def apply_log(x):
    return tf.log(x, name="log")


def test_7_5_the_narrowest_place():
    assert ch07.best_cut([32, 16, 64, 10], batch=5) == (1, 2 * 8 * 5 * 16)


@pytest.mark.np
def test_7_7_a_highway_has_a_right_gradient():
    np.random.seed(0)
    parts = [nn.Linear(3, 3, dtype="float64") for _ in range(2)]
    highway = ch07.Highway(*parts)
    x = Tensor(np.random.randn(4, 3))
    gradcheck(highway, x, verbose=False)
    g = 1 / (1 + np.exp(-parts[1](x).numpy()))
    want = g * parts[0](x).numpy() + (1 - g) * x.numpy()
    np.testing.assert_allclose(highway(x).numpy(), want, rtol=1e-12)
    assert len(highway.parameters()) == 4


def test_7_8_an_unrolled_loop_has_a_gradient_and_grows():
    sizes = []
    for rounds in (2, 5):
        with tf.Graph() as graph:
            w = tf.placeholder((), "w")
            out = ch07.unrolled(lambda i, s, w: s * w, w, rounds, w)
            (slope,) = tf.gradients(out, [w])
        got = tf.Session(graph).run(slope, {w: 1.1})
        assert got == pytest.approx((rounds + 1) * 1.1**rounds)
        sizes.append(len(graph.nodes))
    assert sizes[1] > 2 * sizes[0]
