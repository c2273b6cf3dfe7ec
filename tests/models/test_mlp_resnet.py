import numpy as np
import pytest

from needlebook import Tensor, nn, optim
from needlebook.models import MLPResNet, ResidualBlock, epoch

pytestmark = pytest.mark.since("9")


def batch(m=6, n=4, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(m, n)).astype("float32")
    y = rng.integers(0, classes, m)
    return Tensor(X, requires_grad=False), Tensor(y, requires_grad=False)


def test_a_block_keeps_the_shape_and_is_a_relu_of_a_sum():
    block = ResidualBlock(4, 2, nn.LayerNorm1d, drop_prob=0.0).eval()
    X, _ = batch()
    inside = block.modules[0].fn(X).numpy()
    want = np.maximum(inside + X.numpy(), 0)
    np.testing.assert_allclose(block(X).numpy(), want, rtol=1e-6)


def test_the_hidden_width_of_a_block_is_half_of_the_networks():
    model = MLPResNet(4, hidden_dim=10, num_blocks=2)
    shapes = [p.shape for p in model.parameters() if len(p.shape) == 2]
    weights = [shape for shape in shapes if shape[0] > 1]
    assert weights == [(4, 10), (10, 5), (5, 10), (10, 5), (5, 10), (10, 10)]


def test_images_are_flattened():
    images = Tensor(np.ones((3, 2, 2, 1), dtype="float32"), requires_grad=False)
    assert MLPResNet(4, 10, 1, 3)(images).shape == (3, 3)


def test_no_two_blocks_share_a_parameter():
    params = MLPResNet(4, 10, num_blocks=3).parameters()
    assert len(params) == 4 + 3 * 8 and len(set(params)) == len(params)


@pytest.mark.np
def test_the_mean_loss_counts_batches_by_their_size():
    np.random.seed(0)
    model = MLPResNet(4, 8, 1, 3).eval()
    first, second = batch(6), batch(2, seed=1)
    losses = [float(nn.SoftmaxLoss()(model(X), y).numpy()) for X, y in (first, second)]
    wrong = sum(
        int(np.sum(model(X).numpy().argmax(1) != y.numpy())) for X, y in (first, second)
    )
    err, loss = epoch([first, second], model)
    assert loss == pytest.approx((6 * losses[0] + 2 * losses[1]) / 8, rel=1e-6)
    assert err == pytest.approx(wrong / 8)
    assert loss != pytest.approx(np.mean(losses), rel=1e-3)


def test_looking_changes_nothing_and_is_done_in_evaluation_mode():
    model = MLPResNet(4, 8, 1, 3)
    before = [p.numpy().copy() for p in model.parameters()]
    assert epoch([batch()], model) == epoch([batch()], model)
    assert not model.training
    after = [p.numpy() for p in model.parameters()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_training_trains():
    np.random.seed(0)
    model = MLPResNet(4, 8, 1, 3, drop_prob=0.0)
    opt = optim.SGD(model.parameters(), lr=0.1)
    losses = [epoch([batch()], model, opt)[1] for _ in range(30)]
    assert model.training and losses[-1] < losses[0] / 2
