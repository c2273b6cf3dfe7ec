# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""The data sets."""

from .cifar10_dataset import CIFAR10Dataset
from .digits_dataset import Digits
from .image_dataset import ImageDataset
from .mnist_dataset import FashionMNIST, MNISTDataset
from .ndarray_dataset import NDArrayDataset
from .ptb_dataset import Corpus, Dictionary, batchify, get_batch
