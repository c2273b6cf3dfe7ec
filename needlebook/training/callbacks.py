# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What a trainer tells of its steps and epochs, and what is done with it."""

from pathlib import Path

from ..errors import NeedlebookError
from .event_files import EventFile


class Callback:
    """Does nothing at every event; subclasses choose theirs."""

    def on_start(self, trainer):
        """`fit` begins."""

    def on_step(self, trainer, found):
        """A step was made; `found`: loss and metrics of its batch."""

    def on_epoch(self, trainer, record):
        """An epoch was made and evaluated; `record` joined the history."""

    def after_epoch(self, trainer):
        """Every callback has seen the epoch."""

    def on_end(self, trainer):
        """`fit` ends, with or without an error."""

    def state_dict(self):
        """Return what the rest of the run depends on."""
        return {}

    def load_state_dict(self, state):
        """Take on what `state_dict` returned."""


class Metrics(Callback):
    """Keeps (step, values) of every `every`-th step."""

    def __init__(self, every=1):
        self.every, self.rows = every, []

    def on_step(self, trainer, found):
        if trainer.step % self.every == 0:
            self.rows.append({"step": trainer.step, **found})

    def state_dict(self):
        return {"rows": self.rows}

    def load_state_dict(self, state):
        self.rows = state["rows"]


class EarlyStop(Callback):
    """Stops when `key` has not fallen for `patience` epochs."""

    def __init__(self, patience=3, key="validation loss"):
        self.patience, self.key = patience, key
        self.best, self.waited = float("inf"), 0

    def on_epoch(self, trainer, record):
        if self.key not in record:
            known = ", ".join(record)
            raise NeedlebookError(f"EarlyStop: no {self.key!r} among {known}")
        better = record[self.key] < self.best
        self.best = min(self.best, record[self.key])
        self.waited = 0 if better else self.waited + 1
        trainer.should_stop = self.waited >= self.patience

    def state_dict(self):
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state):
        self.best, self.waited = state["best"], state["waited"]


class Checkpoint(Callback):
    """Writes a checkpoint after every `every`-th epoch."""

    def __init__(self, path, every=1):
        self.path, self.every = Path(path), every

    def after_epoch(self, trainer):
        if trainer.epoch % self.every == 0:
            trainer.save(self.path)


class TensorBoard(Callback):
    """Writes each step's numbers as train/… and each epoch's as epoch/…"""

    def __init__(self, folder, every=1):
        self.folder, self.every = Path(folder), every

    def on_start(self, trainer):
        self.events = EventFile(self.folder)

    def on_step(self, trainer, found):
        if trainer.step % self.every == 0:
            for name, value in {**found, "lr": trainer.optimizer.lr}.items():
                self.events.scalar(f"train/{name}", value, trainer.step)

    def on_epoch(self, trainer, record):
        for name in record.keys() - {"epoch", "step"}:
            self.events.scalar(f"epoch/{name}", record[name], trainer.epoch)

    def on_end(self, trainer):
        self.events.close()
