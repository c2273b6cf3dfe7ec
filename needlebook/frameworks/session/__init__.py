# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Describe a graph, then run it: a small TensorFlow 1."""

from .control import cond, while_loop
from .devices import run_on_devices
from .gradients import gradients
from .graph import Graph, GraphError, Node, constant, placeholder, variable
from .memory import PlanError
from .operations import (
    assign,
    exp,
    log,
    matmul,
    positive,
    reduce_max,
    reduce_sum,
    relu,
    row,
    rows,
    softmax_loss,
    stop_gradient,
)
from .passes import FeedError
from .serialize import load, run_elsewhere, save
from .session import Session, UninitializedError
