# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One training program as text, and what must change in it (L7.39, L7.40)."""

import difflib

PROGRAM = """
import numpy as np
from needlebook import nn, optim
from needlebook.data import DataLoader, Digits
from needlebook.training import Trainer, error_rate
from needlebook.experiments.margin import HingeLoss, PixelsFromPixels

np.random.seed(seed)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
loss = nn.SoftmaxLoss()
optimizer = optim.SGD(model.parameters(), lr=0.2)
train = DataLoader(Digits(), 50, shuffle=True)
test = DataLoader(Digits(train=False), 99)
metrics = {"error": error_rate}
trainer = Trainer(model, loss, optimizer, metrics=metrics)
trainer.fit(train, 4)
result = trainer.evaluate(test)
"""
CHANGES = {
    "nothing": {},
    "loss: hinge": {"nn.SoftmaxLoss()": "HingeLoss()"},
    "optimizer: momentum": {"lr=0.2)": "lr=0.2, momentum=0.9)"},
    "optimizer: Adam": {
        "SGD(model.parameters(), lr=0.2)": "Adam(model.parameters())",
    },
    "optimizer: RMSProp": {
        "SGD(model.parameters(), lr=0.2)": "RMSProp(model.parameters(), lr=0.003)",
    },
    "task: draw the digit": {
        "nn.Linear(32, 10))": "nn.Linear(32, 64))",
        "nn.SoftmaxLoss()": "nn.L2Loss()",
        "(Digits(), ": "(PixelsFromPixels(Digits()), ",
        "(Digits(train=False), ": "(PixelsFromPixels(Digits(train=False)), ",
        '{"error": error_rate}': "{}",
        "lr=0.2": "lr=0.02",
    },
}


def changed(name):
    """The program after CHANGES[name]."""
    text = PROGRAM
    for old, new in CHANGES[name].items():
        text = text.replace(old, new)
    return text


def lines_changed(name):
    """Number of lines of the program that the change touches."""
    lines = difflib.ndiff(PROGRAM.splitlines(), changed(name).splitlines())
    return sum(line.startswith("- ") for line in lines)


def result(name, seed=0):
    """Run the changed program; what it found on the test set."""
    names = {"seed": seed}
    exec(changed(name), names)
    return names["result"]
