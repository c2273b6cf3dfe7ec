import numpy as np
import pytest

from needlebook import optim
from needlebook.autograd import Tensor
from needlebook.training import Scheduler, cosine, one_cycle, step_decay, warm_up

pytestmark = pytest.mark.since("7")


def test_the_schedules_at_their_corners():
    assert [step_decay(10)(t) for t in (0, 9, 10, 20)] == pytest.approx(
        [1, 1, 0.1, 0.01]
    )
    assert [cosine(10, 0.0)(t) for t in (0, 5, 10, 99)] == pytest.approx([1, 0.5, 0, 0])
    assert [warm_up(4)(t) for t in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]
    cycle = [one_cycle(100)(t) for t in range(101)]
    assert np.argmax(cycle) == 30 and cycle[0] == pytest.approx(0.04)
    assert np.all(np.diff(cycle[:31]) > 0) and np.all(np.diff(cycle[30:]) < 0)


def test_the_scheduler_acts_on_the_rate_and_goes_on_from_its_state():
    optimizer = optim.SGD([Tensor(np.ones(2))], lr=0.5)
    scheduler = Scheduler(optimizer, warm_up(5, cosine(10)))
    for _ in range(7):
        scheduler.step()
    other = optim.SGD([Tensor(np.ones(2))], lr=9.0)
    resumed = Scheduler(other, warm_up(5, cosine(10)))
    resumed.load_state_dict(scheduler.state_dict())
    assert other.lr == optimizer.lr
    scheduler.step()
    resumed.step()
    assert other.lr == optimizer.lr == 0.5 * cosine(10)(3)
