# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Convolution and pooling on small images, by im2col, for one comparison."""

from __future__ import annotations

import numpy as np

from .layers import Layer


class AsImage(Layer):
    """Reshape rows (m, h * w) to images (m, h, w, 1), and back for gradients."""

    def __init__(self, height, width):
        super().__init__()
        self.shape = (height, width, 1)

    def forward(self, Z):
        return Z.reshape(len(Z), *self.shape)

    def backward(self, G):
        return G.reshape(len(G), -1)


class Flatten(Layer):
    """Reshape images (m, h, w, c) to rows (m, h * w * c)."""

    def forward(self, Z):
        self.shape = Z.shape
        return Z.reshape(len(Z), -1)

    def backward(self, G):
        return G.reshape(self.shape)


class Convolution(Layer):
    """A 3 x 3 convolution with zero padding: (m, h, w, c_in) to (m, h, w, c_out)."""

    def __init__(self, c_in, c_out, rng):
        W = rng.normal(size=(9 * c_in, c_out)) * np.sqrt(2.0 / (9 * c_in))
        super().__init__(W=W, b=np.zeros(c_out))

    def forward(self, Z):
        m, h, w, c = self.shape = Z.shape
        padded = np.pad(Z, ((0, 0), (1, 1), (1, 1), (0, 0)))
        patches = [padded[:, i : i + h, j : j + w] for i in range(3) for j in range(3)]
        self.columns = np.concatenate(patches, axis=-1).reshape(-1, 9 * c)
        out = self.columns @ self.parameters["W"] + self.parameters["b"]
        return out.reshape(m, h, w, -1)

    def backward(self, G):
        m, h, w, c = self.shape
        G = G.reshape(m * h * w, -1)
        self.gradients["W"] = self.columns.T @ G
        self.gradients["b"] = G.sum(axis=0)
        patches = (G @ self.parameters["W"].T).reshape(m, h, w, 9, c)
        padded = np.zeros((m, h + 2, w + 2, c))
        for i in range(3):
            for j in range(3):
                padded[:, i : i + h, j : j + w] += patches[:, :, :, 3 * i + j]
        return padded[:, 1:-1, 1:-1]


class MaxPool(Layer):
    """The largest of each 2 x 2 square: (m, h, w, c) to (m, h / 2, w / 2, c)."""

    def forward(self, Z):
        m, h, w, c = Z.shape
        if h % 2 or w % 2:
            raise ValueError(f"MaxPool: wants even height and width, got {Z.shape}")
        squares = Z.reshape(m, h // 2, 2, w // 2, 2, c).swapaxes(2, 3)
        self.squares = squares.reshape(m, h // 2, w // 2, 4, c)
        self.first = self.squares.argmax(axis=3)[:, :, :, None]
        return np.take_along_axis(self.squares, self.first, axis=3)[:, :, :, 0]

    def backward(self, G):
        m, h, w, _, c = self.squares.shape
        squares = np.zeros_like(self.squares)
        np.put_along_axis(squares, self.first, G[:, :, :, None], axis=3)
        return squares.reshape(m, h, w, 2, 2, c).swapaxes(2, 3).reshape(m, 2 * h, -1, c)
