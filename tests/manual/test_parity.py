import numpy as np
import pytest

from needlebook.manual.parity import (
    all_bits,
    implicants,
    parity,
    parity_tree_network,
    shallow_gates,
    shallow_parity_network,
    tree_gates,
    walsh_coefficients,
)

pytestmark = pytest.mark.since("3a")


def test_all_bits_lists_each_row_once_in_order():
    np.testing.assert_array_equal(all_bits(2), [[0, 0], [0, 1], [1, 0], [1, 1]])
    assert len(np.unique(all_bits(6), axis=0)) == 64


@pytest.mark.parametrize("n", range(2, 14))
def test_both_networks_equal_parity_on_every_input(n):
    bits = all_bits(n)
    for build in (shallow_parity_network, parity_tree_network):
        np.testing.assert_array_equal(build(n)(bits)[:, 0], parity(bits))


@pytest.mark.parametrize("n", [2, 4, 8, 16, 64])
def test_the_tree_is_logarithmically_deep_and_linearly_large(n):
    network = parity_tree_network(n)
    units = [layer.parameters["W"].shape[1] for layer in network.layers[:-1:2]]
    assert len(units) == int(np.log2(n))
    assert sum(units) == 2 * (n - 1)
    assert set(np.unique(network.theta)) <= {-1.0, 0.0, 1.0}


def test_one_hidden_layer_of_n_units_is_enough():
    assert shallow_parity_network(9).layers[0].parameters["W"].shape == (9, 9)


def test_a_tree_of_one_bit_is_refused():
    with pytest.raises(ValueError, match="two or more bits, got 1"):
        parity_tree_network(1)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_every_and_under_parity_contains_all_variables(n):
    found = implicants(parity(all_bits(n)))
    assert len(found) == 2 ** (n - 1) == shallow_gates(n) - 1
    assert {len(term) for term in found} == {n}


def test_implicants_of_a_function_that_has_short_ones():
    either = all_bits(3)[:, 0].astype(bool) | all_bits(3)[:, 1].astype(bool)
    assert ((0, 1),) in implicants(either)


def test_tree_gates_compute_parity():
    def tree(bits):
        gates = 0
        while len(bits) > 1:
            pairs = list(zip(bits[::2], bits[1::2], strict=False))
            rest = bits[2 * len(pairs) :]
            bits = [(a | b) & ~(a & b) for a, b in pairs] + rest
            gates += 3 * len(pairs)
        return bits[0], gates

    for n in (2, 5, 8):
        rows = all_bits(n).astype(bool)
        out, gates = tree(list(rows.T))
        np.testing.assert_array_equal(out, parity(rows))
        assert gates == tree_gates(n)[0]


def test_walsh_coefficients_agree_with_their_definition():
    n = 4
    signs = 1.0 - 2.0 * all_bits(n)
    f = np.random.default_rng(0).normal(size=(2**n, 3))
    for number, subset in enumerate(all_bits(n).astype(bool)):
        chi = signs[:, subset].prod(axis=1)
        expected = np.mean(f * chi[:, None], axis=0)
        np.testing.assert_allclose(walsh_coefficients(f)[number], expected)
