# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""What stands around a model: schedules, search, trainer, callbacks, records."""

from .callbacks import Callback, Checkpoint, EarlyStop, Metrics, TensorBoard
from .checkpoints import CheckpointError
from .diagnosis import NotFiniteError
from .evaluation import EvaluationModeWarning, error_rate, evaluate
from .schedulers import Scheduler, cosine, one_cycle, step_decay, warm_up
from .tracking import Run, load_runs
from .trainer import Trainer
from .tuning import (
    Choice,
    LogUniform,
    Uniform,
    grid_search,
    optuna_search,
    random_search,
    successive_halving,
)
