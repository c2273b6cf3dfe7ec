# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""Parameters, and modules that hold them."""

from ..autograd import Tensor


class Parameter(Tensor):
    """A Tensor that a module trains."""

    __slots__ = ()


class Module:
    """A forward pass, and the parameters that it needs.

    Whatever is an attribute, or lies in a dict, list or tuple that is one, belongs to
    the module. A subclass gives `forward`. Course homework 2.
    """

    training = True

    def __init__(self):
        self.training = True

    def forward(self, *args, **kwargs):
        """Return the output, from Tensors to a Tensor."""
        raise NotImplementedError(
            f"{type(self).__name__}: forward is missing; define forward(self, x)"
        )

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def parameters(self):
        """Return every Parameter of this module and of those inside it, each once."""
        found = [value for _, value in walk(self, "") if isinstance(value, Parameter)]
        return list(dict.fromkeys(found))

    def _children(self):
        """Return the modules that this one holds directly, each once."""
        found = [value for _, value in walk(self, "", deep=False)]
        return list(dict.fromkeys(m for m in found if isinstance(m, Module)))

    def _set_training(self, training):
        inside = [value for _, value in walk(self, "") if isinstance(value, Module)]
        for module in (self, *inside):
            module.training = training
        return self

    def train(self):
        """Put this module and those inside it into training mode; return it."""
        return self._set_training(True)

    def eval(self):
        """Put this module and those inside it into evaluation mode; return it."""
        return self._set_training(False)

    def __repr__(self):
        own, inside = [], []
        for name, item in vars(self).items():
            if hidden(name):
                continue
            if isinstance(item, Tensor):
                own.append(f"{name} {item.shape}")
            elif isinstance(item, (int, float, str)):
                own.append(f"{name}={item}")
        for name, item in walk(self, "", deep=False):
            if isinstance(item, Module) and not hidden(name):
                inside.append(f"\n{name}: {item!r}".replace("\n", "\n  "))
        return f"{type(self).__name__}({', '.join(own)}{''.join(inside)})"

    def state_dict(self):
        """Return {dotted name: copy of the array} of all Tensors kept here."""
        return {name: item.numpy() for name, item in named_tensors(self).items()}

    def load_state_dict(self, state):
        """Take on the arrays of `state`, converted to the dtypes of this module.

        Raises StateError, which lists what is missing, unexpected or of another shape;
        nothing is then changed.
        """
        own = named_tensors(self)
        problems = [f"missing     {name}" for name in own if name not in state]
        problems += [f"unexpected  {name}" for name in state if name not in own]
        for name in own.keys() & state.keys():
            if state[name].shape != own[name].shape:
                given, wanted = state[name].shape, own[name].shape
                problems.append(f"shape       {name}: {given} given, {wanted} wanted")
        if problems:
            lines = "\n  ".join(sorted(problems))
            from ..errors import StateError

            raise StateError(f"{type(self).__name__}: no state was loaded\n  {lines}")
        for name, item in own.items():
            given = state[name]
            array = given.numpy() if isinstance(given, Tensor) else given
            item.data = Tensor(array, dtype=item.dtype, requires_grad=False)


def walk(value, name, deep=True, inside=()):
    """Yield (dotted name, Tensor or Module) for all that `value` holds, in order.

    `deep`: also what the modules that are found hold. A module that lies inside itself
    is entered once.
    """
    if isinstance(value, Module):
        pairs = vars(value).items()
    elif isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, (list, tuple)):
        pairs = enumerate(value)
    else:
        return
    inside = (*inside, id(value))
    for key, item in pairs:
        path = f"{name}.{key}" if name else str(key)
        if isinstance(item, (Tensor, Module)):
            yield path, item
        if id(item) not in inside and (deep or not isinstance(item, Module)):
            yield from walk(item, path, deep, inside)


def hidden(name):
    """Whether a dotted name has a private part, or is the mode of the module."""
    return name == "training" or any(part[:1] == "_" for part in name.split("."))


def named_tensors(module):
    """Return {dotted name: Tensor}, each Tensor once, without private names."""
    found = {}
    for name, item in walk(module, ""):
        if isinstance(item, Tensor) and not hidden(name):
            found.setdefault(id(item), (name, item))
    return dict(found.values())
