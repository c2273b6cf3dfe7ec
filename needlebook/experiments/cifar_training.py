# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Train ResNet9 on CIFAR-10, where its batches lie in a folder (L10.K3)."""

import argparse
from pathlib import Path

from needlebook import data, nn, optim
from needlebook.resnet9 import ResNet9
from needlebook.training import Checkpoint, Trainer, error_rate


def loaders(folder=None, batch=128, seed=0):
    """Return loaders of the training set, images flipped and moved, and the test set.

    `folder` holds the batches; None is the data folder, filled by a download if needed.
    """
    transforms = [data.RandomFlipHorizontal(), data.RandomCrop(4)]
    make = data.CIFAR10Dataset.find
    if folder is not None:

        def make(train, transforms=None):
            return data.CIFAR10Dataset(folder, train, transforms=transforms)

    train, test = make(True, transforms=transforms), make(False)
    shuffled = data.DataLoader(train, batch, shuffle=True, seed=seed)
    return shuffled, data.DataLoader(test, batch)


def trainer(checkpoint=None, rate=0.001, progress=True):
    """Return a Trainer of ResNet9 with Adam; it goes on from `checkpoint` if there."""
    network = ResNet9()
    optimizer = optim.Adam(network.parameters(), lr=rate, weight_decay=0.001)
    callbacks = [] if checkpoint is None else [Checkpoint(checkpoint)]
    options = {"metrics": {"error": error_rate}, "callbacks": callbacks}
    made = Trainer(network, nn.SoftmaxLoss(), optimizer, progress=progress, **options)
    if checkpoint is not None and Path(checkpoint).exists():
        made.resume(checkpoint)
    return made


def main(arguments=None):
    """Train as the command line says; return the history."""
    parser = argparse.ArgumentParser(prog="cifar_training", description=__doc__)
    parser.add_argument("--folder", help="with data_batch_1 to 5 and test_batch")
    parser.add_argument("--epochs", type=int, default=10, help="in all (default 10)")
    parser.add_argument("--batch", type=int, default=128, help="default 128")
    parser.add_argument("--rate", type=float, default=0.001, help="default 0.001")
    parser.add_argument("--checkpoint", help="file to write and to go on from")
    asked = parser.parse_args(arguments)
    train, test = loaders(asked.folder, asked.batch)
    history = trainer(asked.checkpoint, asked.rate).fit(train, asked.epochs, test)
    for record in history:
        one, other = 1 - record["error"], 1 - record["validation error"]
        print(f"epoch {record['epoch']}: {one:.3f} in training, {other:.3f} test")
    return history


if __name__ == "__main__":
    main()
