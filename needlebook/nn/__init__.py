# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Modules: layers, activations, losses and what holds them."""

from .activations import ReLU
from .containers import Identity, Residual, Sequential
from .linear import Flatten, Linear
from .losses import SoftmaxLoss
from .module import Module, Parameter

from .losses import ClassIndexError, L2Loss, WeightedLoss

from .activations import GELU, Sigmoid, Tanh

from .scale_add import MultiPathScaleAdd, ScaleAdd

from .inspection import NotFinite, Summary, first_nan, named_modules, summary, watching

from .serialization import load, read_tensors, save, write_tensors

from .normalization import BatchNorm1d, LayerNorm1d

from .dropout import Dropout

from .convolution import AvgPool2d, BatchNorm2d, Conv, ConvBN, MaxPool2d
