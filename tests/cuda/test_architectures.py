"""What the data sheets say of three cards: lanes, threads that wait, fast memory."""

import pytest

from needlebook.gpu.occupancy import A100, H100, RTX4090

pytestmark = pytest.mark.since("12")


def test_a_card_keeps_many_threads_ready_for_each_lane():
    ready = [card.threads / card.lanes for card in (A100, RTX4090, H100)]
    assert ready == [32, 12, 16]
    assert H100.multiprocessors * H100.lanes == 16_896


def test_peaks_are_those_of_the_data_sheets():
    peaks = [card.peak / 1e12 for card in (A100, RTX4090, H100)]
    assert peaks == pytest.approx([19.5, 82.6, 66.9], abs=0.05)


@pytest.mark.parametrize("card", [A100, RTX4090, H100], ids=lambda card: card.name)
def test_registers_are_the_largest_fast_memory(card):
    assert 4 * card.registers > 1024 * card.shared
    assert 4 * card.registers == 256 * 1024


def test_all_registers_of_an_h100_are_33_mebibytes():
    assert 4 * H100.registers * H100.multiprocessors == 33 * 2**20
