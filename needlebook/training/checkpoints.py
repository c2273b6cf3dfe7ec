# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Trees of arrays and numbers, saved whole or not at all."""

import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np

from ..autograd import Tensor
from ..errors import NeedlebookError, ShapeError
from ..nn.module import walk


class CheckpointError(NeedlebookError, ValueError):
    """A checkpoint that is missing, damaged or does not fit."""


def save(path, tree):
    """Write `tree`: dictionaries, lists, arrays, numbers, text, None.

    The file appears under its name only when it is complete; an older one stays until
    then.
    """
    arrays, content = {}, io.BytesIO()
    text = json.dumps(described(tree, arrays))
    np.savez(content, tree=np.array(text), **arrays)
    replace(path, content.getvalue())


def replace(path, content):
    """Make `content` (bytes) the content of the file `path`, in one step."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f"{path.name}.{os.getpid()}.part")
    with open(waiting, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(waiting, path)


def load(path):
    """Return the tree that `save` wrote, bit for bit; tuples come back as lists."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return restored(json.loads(str(arrays["tree"])), arrays)
    except FileNotFoundError as error:
        raise CheckpointError(f"{path}: no such checkpoint") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path}: not a whole checkpoint ({error})") from error


def described(tree, arrays):
    """Return `tree` for JSON; its arrays go into `arrays` and are named in it."""
    if isinstance(tree, dict):
        return {"dict": [[k, described(v, arrays)] for k, v in tree.items()]}
    if isinstance(tree, (list, tuple)):
        return {"list": [described(item, arrays) for item in tree]}
    if isinstance(tree, Tensor):
        tree = tree.numpy()
    if isinstance(tree, (np.ndarray, np.generic)):
        name = f"array{len(arrays)}"
        arrays[name] = np.asarray(tree)
        return {"array": name}
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return {"value": tree}
    raise CheckpointError(f"save: cannot store a {type(tree).__name__}")


def restored(node, arrays):
    """The inverse of `described`."""
    ((kind, content),) = node.items()
    if kind == "dict":
        return {key: restored(value, arrays) for key, value in content}
    if kind == "list":
        return [restored(item, arrays) for item in content]
    return arrays[content] if kind == "array" else content


def tensors(model):
    """Return {dotted name: Tensor} of all that a model holds, parameters or not."""
    return {name: t for name, t in walk(model, "") if isinstance(t, Tensor)}


def model_state(model):
    """Return {dotted name: array} of all Tensors of a model."""
    return {name: tensor.numpy() for name, tensor in tensors(model).items()}


def load_model(model, state):
    """Put the arrays of `model_state` into a model of the same build."""
    own = tensors(model)
    if own.keys() != state.keys():
        strange = sorted(own.keys() ^ state.keys())
        raise CheckpointError(f"checkpoint and model differ in {', '.join(strange)}")
    for name, tensor in own.items():
        if tensor.shape != state[name].shape:
            raise ShapeError(
                f"checkpoint: {name} has shape {state[name].shape}, the model wants "
                f"{tensor.shape}"
            )
        tensor.data = Tensor(state[name], dtype=tensor.dtype, requires_grad=False)


def random_state():
    """Return the state of NumPy's global generator as a list."""
    return list(np.random.get_state())
