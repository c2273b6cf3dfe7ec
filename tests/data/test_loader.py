import threading
import traceback

import numpy as np
import pytest

from needlebook.data import (
    DataLoader,
    Dataset,
    Digits,
    GaussianNoise,
    LoaderError,
    NDArrayDataset,
)
from needlebook.data.data_basic import BATCH, ORDER, generator
from needlebook.errors import NeedlebookError

pytestmark = pytest.mark.since("7")
NUMBERS = NDArrayDataset(np.arange(10), np.arange(10) * 2.0)


def first(loader):
    return [batch[0].numpy().tolist() for batch in loader]


def loader_threads():
    return sum("needlebook-loader" in t.name for t in threading.enumerate())


def test_batches_in_order_and_the_last_one_shorter():
    loader = DataLoader(NUMBERS, 4)
    assert first(loader) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len(loader) == 3
    x, y = next(iter(loader))
    assert not x.requires_grad and y.numpy().tolist() == [0, 2, 4, 6]


def test_the_order_is_numpys_permutation_drawn_at_every_iter():
    loader = DataLoader(NUMBERS, 4, shuffle=True)
    np.random.seed(3)
    orders = [np.concatenate(first(loader)) for _ in range(2)]
    np.random.seed(3)
    expected = [np.random.permutation(10) for _ in range(2)]
    np.testing.assert_array_equal(orders, expected)
    assert not np.array_equal(*orders)


def test_a_seed_of_its_own_leaves_the_global_generator_alone():
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    loader = DataLoader(NUMBERS, 4, shuffle=True, seed=1)
    one, two = first(loader), first(loader)
    assert np.array_equal(before, np.random.get_state()[1])
    assert one != two
    assert first(DataLoader(NUMBERS, 4, shuffle=True, seed=1)) == one


def test_two_iterations_at_once_do_not_disturb_each_other():
    loader = DataLoader(NUMBERS, 4, shuffle=False)
    assert all(
        np.array_equal(a[0].numpy(), b[0].numpy()) for a, b in zip(loader, loader)
    )


def noisy(**options):
    data = Digits(transforms=[GaussianNoise(0.1)], size=90)
    loader = DataLoader(data, 20, shuffle=True, **options)
    return [batch[0].numpy() for _ in range(2) for batch in loader]


@pytest.mark.parametrize("workers", [1, 3])
def test_results_do_not_depend_on_the_number_of_threads(workers):
    for one, other in zip(noisy(seed=5), noisy(seed=5, prefetch=3, workers=workers)):
        np.testing.assert_array_equal(one, other)


def test_without_a_seed_prefetching_follows_the_global_generator():
    runs = []
    for workers in (1, 4):
        np.random.seed(7)
        runs.append(noisy(prefetch=2, workers=workers))
    for one, other in zip(*runs):
        np.testing.assert_array_equal(one, other)


def test_order_and_first_batch_draw_different_numbers():
    assert (
        generator(4, 1).rand() == generator(4, 1, 0).rand()
    )  # what the purpose avoids
    assert generator(ORDER, 4, 1).rand() != generator(BATCH, 4, 1, 0).rand()


class Failing(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, index):
        raise RuntimeError(f"cannot read {index[0]}")


def test_an_error_of_a_thread_arrives_with_its_traceback():
    with pytest.raises(RuntimeError, match="cannot read 0") as caught:
        list(DataLoader(Failing(), 10, prefetch=2))
    lines = "".join(traceback.format_tb(caught.value.__traceback__))
    assert 'raise RuntimeError(f"cannot read' in lines
    assert loader_threads() == 0


def test_a_loop_that_stops_early_leaves_no_thread():
    for _ in DataLoader(NUMBERS, 1, prefetch=3, workers=2):
        assert loader_threads() > 0
        break
    assert loader_threads() == 0


def test_the_loader_goes_on_where_another_was():
    loader = DataLoader(NUMBERS, 4, shuffle=True, seed=2)
    orders = [first(loader) for _ in range(3)]
    other = DataLoader(NUMBERS, 4, shuffle=True, seed=2)
    other.load_state_dict({"epoch": 2})
    assert first(other) == orders[2]


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"prefetch": -1}, {"workers": 0}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(LoaderError, match="wants"):
        DataLoader(NUMBERS, **wrong)


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(NeedlebookError, match=r"\[3, 4\]"):
        NDArrayDataset(np.zeros(3), np.zeros(4))
