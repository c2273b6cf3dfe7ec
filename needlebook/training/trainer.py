# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A training run: epochs, evaluation, callbacks, and going on from a checkpoint."""

import numpy as np

from ..progress import Progress
from . import checkpoints
from .diagnosis import NotFiniteError, first_not_finite
from .evaluation import evaluate, number


class Trainer:
    """Trains `model` on batches (x, *targets) so that loss(model(x), *targets) falls.

    `scheduler`: stepped after each step. `metrics`: functions of (outputs, *targets).
    `callbacks`: told of steps and epochs, in order. `history`: a record per epoch.
    """

    def __init__(
        self,
        model,
        loss,
        optimizer,
        *,
        scheduler=None,
        metrics=None,
        callbacks=(),
        progress=False,
    ):
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.scheduler, self.metrics = scheduler, metrics or {}
        self.callbacks, self.progress = list(callbacks), progress
        self.epoch = self.step = 0
        self.history, self.should_stop = [], False
        self.loader, self.resumed = None, None

    def fit(self, loader, epochs, validation=None):
        """Train until `epochs` epochs are made in all, or a callback says stop.

        `validation`: a loader; its means join each epoch's record. Returns history.
        """
        self.loader = loader
        if self.resumed:
            self._restore_draws()
        self.tell("on_start")
        try:
            while self.epoch < epochs and not self.should_stop:
                record = self.run_epoch(loader)
                if validation is not None:
                    found = self.evaluate(validation)
                    record |= {f"validation {name}": v for name, v in found.items()}
                self.history.append(record)
                self.tell("on_epoch", record)
                self.tell("after_epoch")
        finally:
            self.tell("on_end")
        return self.history

    def tell(self, event, *details):
        for callback in self.callbacks:
            getattr(callback, event)(self, *details)

    def evaluate(self, loader):
        """Return the means of loss and metrics in evaluation mode; then train again."""
        self.model.eval()
        try:
            return evaluate(self.model, self.loss, loader, self.metrics)
        finally:
            self.model.train()

    def run_epoch(self, loader):
        """Make one pass over `loader`; return its record: means, rate, counts."""
        self.model.train()
        self.epoch += 1
        sums, count, rate = {}, 0, self.optimizer.lr
        label = f"epoch {self.epoch}"
        with Progress(label, len(loader), shown=self.progress) as bar:
            for x, *targets in loader:
                found, m = self.train_step(x, *targets), len(x.realize_cached_data())
                for name, value in found.items():
                    sums[name] = sums.get(name, 0.0) + m * value
                count += m
                bar.advance(1, f"loss {found['loss']:.4f}")
        means = {name: total / count for name, total in sums.items()}
        return {"epoch": self.epoch, "step": self.step, "lr": rate, **means}

    def train_step(self, x, *targets):
        """Make one step; return the batch's loss and metrics from before it."""
        outputs = self.model(x)
        loss = self.loss(outputs, *targets)
        found = {"loss": number(loss)}
        if not np.isfinite(found["loss"]):
            self.not_finite(found["loss"], x)
        for name, metric in self.metrics.items():
            found[name] = number(metric(outputs, *targets))
        loss.backward()
        self.optimizer.step()
        self.step += 1
        if self.scheduler:
            self.scheduler.step()
        self.tell("on_step", found)
        return found

    def not_finite(self, value, x):
        """Raise NotFiniteError with the step and the layer."""
        where = first_not_finite(self.model, x)
        raise NotFiniteError(
            f"loss is {value} at step {self.step} (epoch {self.epoch}); first in "
            f"{where or 'the loss itself: the outputs are finite'}"
        )

    def state_dict(self):
        """Return everything that the rest of the run depends on."""
        state = {
            "model": checkpoints.model_state(self.model),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler and self.scheduler.state_dict(),
            "callbacks": [callback.state_dict() for callback in self.callbacks],
            "loader": self.loader.state_dict() if self.loader else None,
            "random": checkpoints.random_state(),
        }
        for name in ("epoch", "step", "history", "should_stop"):
            state[name] = getattr(self, name)
        return state

    def save(self, path):
        """Write a checkpoint from which `resume` goes on."""
        checkpoints.save(path, self.state_dict())

    def resume(self, path):
        """Take on the state in the checkpoint `path`; `fit` then goes on from there."""
        state = checkpoints.load(path)
        checkpoints.load_model(self.model, state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.scheduler:
            self.scheduler.load_state_dict(state["scheduler"])
        for callback, kept in zip(self.callbacks, state["callbacks"], strict=True):
            callback.load_state_dict(kept)
        for name in ("epoch", "step", "history", "should_stop"):
            setattr(self, name, state[name])
        self.resumed = state

    def _restore_draws(self):
        if self.resumed["loader"] is not None:
            self.loader.load_state_dict(self.resumed["loader"])
        np.random.set_state(tuple(self.resumed["random"]))
        self.resumed = None
