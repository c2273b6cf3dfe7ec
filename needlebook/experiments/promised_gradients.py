# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Every layer of chapter 3a against the oracle: its input and all its parameters."""

import numpy as np

from needlebook.differentiation.numerical import numerical_gradient, relative_error
from needlebook.manual import convolution, layers, learned, nonelementwise


def cases(rng):
    """Return {name: (layer, shape of its input)} for the layers of chapter 3a."""
    flat, image = (5, 6), (2, 4, 6, 3)
    return {
        "Linear": (layers.Linear(6, 4, rng), flat),
        "ReLU": (layers.ReLU(), flat),
        "Tanh": (layers.Tanh(), flat),
        "Cosine": (layers.Cosine(), flat),
        "PReLU": (learned.PReLU(6), flat),
        "Affine": (learned.Affine(6), flat),
        "LearnedSpline": (learned.LearnedSpline(6, knots=7), flat),
        "Mixture": (learned.Mixture((0.2, 0.5, -1.0, 0.7)), flat),
        "Maxout": (nonelementwise.Maxout(2), flat),
        "GatedLinear": (nonelementwise.GatedLinear(), flat),
        "GroupSort": (nonelementwise.GroupSort(3), flat),
        "SoftmaxUnits": (nonelementwise.SoftmaxUnits(), flat),
        "RootMeanSquare": (nonelementwise.RootMeanSquare(), flat),
        "AsImage": (convolution.AsImage(2, 3), flat),
        "Flatten": (convolution.Flatten(), image),
        "Convolution": (convolution.Convolution(3, 2, rng), image),
        "MaxPool": (convolution.MaxPool(), image),
    }


def layer_errors(layer, Z, rng):
    """Relative errors of a layer's gradients by its input "Z" and by each parameter.

    The loss is the sum of C o layer(Z) for a random C, so that backward receives C.
    """
    for array in layer.parameters.values():
        array += 0.1 * rng.normal(size=array.shape)
    C = rng.normal(size=layer.forward(Z).shape)
    claimed = {"Z": layer.backward(C), **layer.gradients}

    def measured(array):
        def loss(changed):
            array[...] = changed
            return np.sum(C * layer.forward(Z))

        start = array.copy()
        gradient = numerical_gradient(loss, start)
        array[...] = start
        return gradient

    arrays = {"Z": Z, **layer.parameters}
    return {
        name: relative_error(claimed[name], measured(array))
        for name, array in arrays.items()
    }


def all_errors(seed=0):
    """Return {layer name: layer_errors} for every case."""
    rng = np.random.default_rng(seed)
    return {
        name: layer_errors(layer, 1.5 * rng.normal(size=shape), rng)
        for name, (layer, shape) in cases(rng).items()
    }
