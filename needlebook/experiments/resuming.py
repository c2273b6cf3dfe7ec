# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A run that is stopped and resumed, against one that is not (L7.36)."""

import numpy as np

from needlebook import nn, optim
from needlebook.data import DataLoader, Digits, GaussianNoise
from needlebook.training import (
    Checkpoint,
    EarlyStop,
    Scheduler,
    Trainer,
    checkpoints,
    one_cycle,
)
from needlebook.training.evaluation import error_rate

EPOCHS = 4


def build(path, seed, loader_seed=3):
    """A trainer that writes checkpoints to `path`, its loaders; weights by `seed`."""
    np.random.seed(seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    data = Digits(transforms=[GaussianNoise(0.1)], size=600)
    loader = DataLoader(data, 50, shuffle=True, seed=loader_seed, prefetch=2)
    trainer = Trainer(
        model,
        nn.SoftmaxLoss(),
        optimizer,
        scheduler=Scheduler(optimizer, one_cycle(EPOCHS * len(loader))),
        metrics={"error": error_rate},
        callbacks=[EarlyStop(5), Checkpoint(path)],
    )
    return trainer, loader, DataLoader(Digits(train=False), 100)


def state(trainer):
    """All numbers of the model, one after the other."""
    arrays = checkpoints.model_state(trainer.model).values()
    return np.concatenate([array.ravel() for array in arrays])


def whole(folder, loader_seed=3):
    """Parameters and history of a run that is not stopped."""
    trainer, *loaders = build(folder / "whole", 0, loader_seed)
    trainer.fit(loaders[0], EPOCHS, loaders[1])
    return state(trainer), trainer.history


def stopped(folder, loader_seed=3, parameters_only=False):
    """Parameters and history of a run that is stopped in the middle and resumed."""
    trainer, *loaders = build(folder / "half", 0, loader_seed)
    trainer.fit(loaders[0], EPOCHS // 2, loaders[1])
    trainer, *loaders = build(folder / "half", 99, loader_seed)
    if parameters_only:
        kept = checkpoints.load(folder / "half")
        checkpoints.load_model(trainer.model, kept["model"])
        trainer.epoch = kept["epoch"]
    else:
        trainer.resume(folder / "half")
    trainer.fit(loaders[0], EPOCHS, loaders[1])
    return state(trainer), trainer.history
