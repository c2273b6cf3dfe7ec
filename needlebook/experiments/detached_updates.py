# Extracted from the book: edit the chapter, or edit here and run "make sync".
"""One training step with its update written in six ways: what each leaves behind."""

from needlebook.autograd import Tensor, find_topo_sort
from needlebook.experiments.memory_cycles import Steps, growth_per_step

RATE = 0.001


class Updates(Steps):
    """Gradient descent on one weight; `walked`: nodes behind the last loss."""

    walked = 0

    def gradient(self):
        loss = self.loss(wanted=False)
        self.walked = len(find_topo_sort([loss]))
        loss.backward()
        return self.weight.grad

    def nothing_detached(self, _=None):
        self.weight = self.weight - RATE * self.gradient()

    def parameter_detached(self, _=None):
        self.weight = self.weight.detach() - RATE * self.gradient()

    def gradient_detached(self, _=None):
        self.weight = self.weight - RATE * self.gradient().detach()

    def both_detached(self, _=None):
        new = self.weight.detach() - RATE * self.gradient().detach()
        self.weight = Tensor(new, requires_grad=True)

    def set_attached(self, _=None):
        self.weight.data = self.weight - RATE * self.gradient()

    def set_detached(self, _=None):
        self.weight.data = self.weight.data - RATE * self.gradient().data


WAYS = (
    *("nothing_detached", "parameter_detached", "gradient_detached"),
    *("both_detached", "set_attached", "set_detached"),
)


def left_behind(way, steps=20):
    """Return values left per step, values left at the end, nodes walked, the weight."""
    updates = Updates()
    per_step, at_the_end = growth_per_step(getattr(updates, way), steps)
    return per_step, at_the_end, updates.walked, updates.weight.numpy()
