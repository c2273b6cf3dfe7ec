import warnings

import numpy as np
import pytest

from needlebook import nn, optim
from needlebook.autograd import Tensor
from needlebook.data import DataLoader, NDArrayDataset
from needlebook.errors import NeedlebookError, ShapeError
from needlebook.experiments.memory_cycles import growth_per_step
from needlebook.training import (
    Callback,
    CheckpointError,
    EarlyStop,
    EvaluationModeWarning,
    Metrics,
    NotFiniteError,
    Trainer,
    checkpoints,
    error_rate,
    evaluate,
)

pytestmark = pytest.mark.since("7")


def data(n=40):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4)).astype("float32")
    return NDArrayDataset(X, (X[:, 0] > 0).astype(int))


def trainer(*layers, lr=0.5, **options):
    np.random.seed(0)
    model = nn.Sequential(*(layers or [nn.Linear(4, 2)]))
    optimizer = optim.SGD(model.parameters(), lr=lr)
    return Trainer(model, nn.SoftmaxLoss(), optimizer, **options)


class Mode(nn.Module):
    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append(self.training)
        return x


def test_the_trainer_does_what_the_loop_does():
    ours = trainer(metrics={"error": error_rate})
    history = ours.fit(DataLoader(data(), 10), 3, DataLoader(data(), 40))
    np.random.seed(0)
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer, loss = optim.SGD(model.parameters(), lr=0.5), nn.SoftmaxLoss()
    for _ in range(3):
        for x, y in DataLoader(data(), 10):
            loss(model(x), y).backward()
            optimizer.step()
    for p, q in zip(ours.model.parameters(), model.parameters()):
        np.testing.assert_array_equal(p.numpy(), q.numpy())
    assert [row["epoch"] for row in history] == [1, 2, 3] and ours.step == 12
    assert history[-1]["validation loss"] < history[0]["validation loss"]
    assert history[-1]["validation error"] < 0.1


def test_training_and_evaluation_have_their_modes():
    mode = Mode()
    ours = trainer(mode, nn.Linear(4, 2))
    ours.fit(DataLoader(data(), 20), 1, DataLoader(data(), 40))
    assert mode.seen == [True, True, False] and mode.training


def test_a_forgotten_eval_is_named_and_the_warning_can_be_turned_off():
    model = nn.Sequential(Mode(), nn.Linear(4, 2))
    loader, loss = DataLoader(data(), 40), nn.SoftmaxLoss()
    with pytest.warns(EvaluationModeWarning, match=r"modules.0 \(Mode\) in training"):
        evaluate(model, loss, loader)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluate(model, loss, loader, warn=False)
        evaluate(nn.Sequential(nn.Linear(4, 2)), loss, loader)
        evaluate(model.eval(), loss, loader)


def test_means_weigh_batches_by_their_size():
    model, loss = nn.Sequential(nn.Linear(4, 2)), nn.SoftmaxLoss()
    uneven = evaluate(model, loss, DataLoader(data(), 15))["loss"]
    assert uneven == pytest.approx(
        evaluate(model, loss, DataLoader(data(), 40))["loss"]
    )


def test_memory_is_flat_over_steps():
    ours, kept = trainer(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), []
    x, y = next(iter(DataLoader(data(), 40)))

    def step(_):
        kept[:] = [ours.train_step(x, y)]

    left, _ = growth_per_step(step)
    assert left == 0


def meets_a_nan_in_a_weight(reason):
    ours = trainer(nn.Linear(4, 5), nn.Sequential(nn.ReLU(), nn.Linear(5, 2)))
    ours.model.modules[1].modules[1].weight.cached_data[0, 0] = np.nan
    place = r"nan at step 0 \(epoch 1\).*modules.1.modules.1 \(Linear\): "
    with pytest.raises(NotFiniteError, match=place + reason):
        ours.fit(DataLoader(data(), 10), 1)
    assert "forward" not in vars(ours.model.modules[0])


def meets_a_nan_in_the_data(reason):
    loader = DataLoader(
        NDArrayDataset(np.full((5, 4), np.nan, "float32"), np.zeros(5)), 5
    )
    with pytest.raises(NotFiniteError, match=reason):
        trainer().fit(loader, 1)


@pytest.mark.until("8")
def test_a_nan_is_found_where_it_began():
    meets_a_nan_in_a_weight("1 of 10 numbers of weight")
    meets_a_nan_in_the_data("its input was not finite already")


@pytest.mark.since("8")
def test_a_nan_is_found_by_the_search_of_the_modules():
    meets_a_nan_in_a_weight("10 of 20 are nan; weight holds nan")
    meets_a_nan_in_the_data("input 0 holds nan")


def test_a_rate_that_is_too_large_is_named_with_its_step():
    with (
        np.errstate(all="ignore"),
        pytest.raises(NotFiniteError, match="at step [1-9]"),
    ):
        trainer(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), lr=1e18).fit(
            DataLoader(data(), 10), 5
        )


def test_early_stop_waits_its_patience():
    ours = trainer(lr=1e-12, callbacks=[EarlyStop(2)])
    ours.loss = lambda outputs, y: (outputs * 0).sum()
    assert len(ours.fit(DataLoader(data(), 10), 50, DataLoader(data(), 40))) == 3
    with pytest.raises(NeedlebookError, match="no 'validation loss' among epoch"):
        trainer(callbacks=[EarlyStop(2)]).fit(DataLoader(data(), 10), 1)


def test_callbacks_hear_of_the_end_also_after_an_error():
    heard = []

    class Listener(Callback):
        def on_step(self, trainer, found):
            raise KeyError("a mistake")

        def on_end(self, trainer):
            heard.append("end")

    with pytest.raises(KeyError):
        trainer(callbacks=[Listener()]).fit(DataLoader(data(), 10), 1)
    assert heard == ["end"]


def test_metrics_keeps_every_other_step():
    metrics = Metrics(2)
    trainer(callbacks=[metrics]).fit(DataLoader(data(), 10), 2)
    assert [row["step"] for row in metrics.rows] == [2, 4, 6, 8]


def test_a_tree_comes_back_bit_for_bit(tmp_path):
    tree = {"a": [1, 2.5, None, True, "x"], 3: {"m.0": np.float32([0.1, np.nan])}}
    checkpoints.save(tmp_path / "file", tree)
    back = checkpoints.load(tmp_path / "file")
    assert back["a"] == tree["a"] and back[3]["m.0"].dtype == "float32"
    assert back[3]["m.0"].tobytes() == tree[3]["m.0"].tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_crash_while_writing_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    checkpoints.save(tmp_path / "file", {"epoch": 1})

    def crash(*_):
        raise OSError("no space left")

    monkeypatch.setattr(checkpoints.os, "fsync", crash)
    with pytest.raises(OSError):
        checkpoints.save(tmp_path / "file", {"epoch": 2})
    assert checkpoints.load(tmp_path / "file") == {"epoch": 1}


def test_damaged_missing_and_foreign_checkpoints_are_named(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(CheckpointError, match="file: no such"):
        checkpoints.load(path)
    checkpoints.save(path, {"a": np.arange(1000)})
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(CheckpointError, match="file: not a whole checkpoint"):
        checkpoints.load(path)
    with pytest.raises(CheckpointError, match="cannot store a Mode"):
        checkpoints.save(path, {"a": Mode()})
    state = checkpoints.model_state(nn.Linear(2, 3))
    with pytest.raises(ShapeError, match=r"weight has shape \(2, 3\).*\(3, 3\)"):
        checkpoints.load_model(nn.Linear(3, 3), state)
    with pytest.raises(CheckpointError, match="differ in bias"):
        checkpoints.load_model(nn.Linear(2, 3, bias=False), state)


def test_tensors_that_are_not_trained_are_kept_too():
    layer = nn.Linear(2, 2)
    layer.running_mean = Tensor(np.ones(2), requires_grad=False)
    state = checkpoints.model_state(layer)
    layer.running_mean = Tensor(np.zeros(2), requires_grad=False)
    checkpoints.load_model(layer, state)
    assert layer.running_mean.numpy().tolist() == [1, 1]
