# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""A test set that is not like the training set: three ways to normalize it."""

import json
from pathlib import Path

import numpy as np

from needlebook import nn, ops, optim
from needlebook.experiments import normalized as net
from needlebook.manual import toy


def clean(images, rng):
    """The images as they are."""
    return images


def contrast(images, rng):
    """A fifth of the contrast, around the mean of each image."""
    mean = images.mean(axis=(1, 2), keepdims=True)
    return mean + 0.2 * (images - mean)


def brightness(images, rng):
    """Everything brighter by half, cut at 1."""
    return np.minimum(images + 0.5, 1)


def blur(images, rng):
    """The mean of each pixel and its four neighbours."""
    near = [np.roll(images, s, axis) for axis in (1, 2) for s in (-1, 1)]
    return (images + sum(near)) / 5


def noise(images, rng):
    """Normal noise of standard deviation 0.35."""
    return images + rng.normal(0, 0.35, images.shape)


def inverted(images, rng):
    """White on black."""
    return 1 - images


CORRUPTIONS = (clean, contrast, brightness, blur, noise, inverted)

WAYS = ("eval mode", "batch", "tent")


def entropy(outputs):
    """Return the mean entropy of the softmax of each row of logits, a Tensor."""
    log_shares = ops.logsoftmax(outputs)
    return -(ops.exp(log_shares) * log_shares).sum() / outputs.shape[0]


def adapt(model, lr):
    """Return a function of logits that moves the norms towards less entropy."""
    trained = [p for n in net.norms_of(model) for p in (n.weight, n.bias)]
    step_by = optim.Adam(trained, lr=lr)

    def step(outputs):
        entropy(outputs).backward()
        step_by.step()

    return step


def errors(model, X, y, batch=100, lr=0.01):
    """Return the errors of the three WAYS; the model is as before afterwards."""
    found = [net.error(model, X, y)]
    for way in WAYS[1:]:
        after = adapt(model, lr) if way == "tent" else None
        with net.restored(model):
            found.append(net.error_in_training_mode(model, X, y, batch, after))
    return found


def study(X, y, X_test, y_test, seed, widths=(100, 100), steps=200):
    """Train on X, pixels in [0, 1]; return errors (corruptions and one more, ways).

    The row after the corruptions: clean images in batches of mostly one class.
    """
    rng, side = np.random.default_rng(seed), round(X.shape[1] ** 0.5)
    mean, std = X.mean(0), X.std(0) + 0.1
    sizes = [X.shape[1], *widths, int(y.max()) + 1]
    model = net.mlp(sizes, nn.BatchNorm1d, seed=seed)
    net.fit(model, ((X - mean) / std).astype("float32"), y, steps, 0.3, seed=seed)
    rows = []
    for corrupt in CORRUPTIONS:
        images = corrupt(X_test.reshape(-1, side, side), rng).reshape(X_test.shape)
        rows.append(errors(model, ((images - mean) / std).astype("float32"), y_test))
    order = np.argsort(y_test, kind="stable")
    ordered = ((X_test[order] - mean) / std).astype("float32")
    return np.array([*rows, errors(model, ordered, y_test[order])])


def digits_study(seed):
    """Return the study on the digits, half of them to train on."""
    X, y = toy.digits()
    return study(*toy.split(X, y, np.random.default_rng(seed), 897), seed)


def main(path, seeds=5):
    """Run the study on MNIST's 10,000 test images; keep the errors in `path`."""
    from needlebook.manual.mnist import find_mnist

    found = find_mnist("test")
    if found is None:
        raise FileNotFoundError("shift: set NEEDLEBOOK_DATA to MNIST's folder")
    tables = []
    for seed in range(seeds):
        parts = toy.split(*found, np.random.default_rng(seed), 8000)
        tables.append(study(*parts, seed, (200, 200), 600).round(4).tolist())
        print(seed, tables[-1], flush=True)
    Path(path).write_text(json.dumps({"ways": WAYS, "errors": tables}))


def stored(folder="measurements"):
    """Return the newest file of `main`: errors (seeds, rows, ways), and its name."""
    path = max(Path(folder).glob("*-shift.json"))
    return np.array(json.loads(path.read_text())["errors"]), path.name


if __name__ == "__main__":
    import sys

    main(sys.argv[1])
