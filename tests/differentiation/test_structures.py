"""Dictionaries in the graph."""

import numpy as np
import pytest

from needlebook.differentiation.graph import Node
from needlebook.differentiation.reverse import adjoints, backprop
from needlebook.differentiation.structures import lookup, merge, pack

pytestmark = pytest.mark.since("4")


def graph():
    a, b = Node(2.0), Node(3.0)
    d = pack(cat=a, dog=b)
    return a, b, d, lookup(d, "cat") * lookup(d, "cat") * lookup(d, "dog")


def test_the_adjoint_of_a_dictionary_is_a_dictionary():
    a, b, d, y = graph()
    bar = adjoints(y)
    assert bar[d].value == {"cat": 12.0, "dog": 4.0}
    assert (bar[a].value, bar[b].value) == (12.0, 4.0)


def test_the_sweep_of_numbers_gives_the_same():
    a, b, d, y = graph()
    backprop(y)
    assert d.grad == {"cat": 12.0, "dog": 4.0}
    assert (a.grad, b.grad) == (12.0, 4.0)


def test_an_entry_that_is_not_used_gets_no_adjoint():
    a, b = Node(2.0), Node(3.0)
    d = pack(cat=a, dog=b)
    bar = adjoints(lookup(d, "cat") * 5.0)
    assert bar[d].value == {"cat": 5.0}
    assert bar[b].value == 0.0


def test_entries_may_be_arrays():
    x = Node(np.ones((2, 2)))
    d = pack(w=x)
    y = (lookup(d, "w") * lookup(d, "w")).sum()
    np.testing.assert_array_equal(adjoints(y)[x].value, np.full((2, 2), 2.0))


def test_merge_adds_key_by_key():
    assert merge({"a": 1, "b": 2}, {"b": 3, "c": 4}) == {"a": 1, "b": 5, "c": 4}


def test_a_missing_key_is_named():
    with pytest.raises(KeyError, match="no key 'cow'; the dictionary has 'cat'"):
        lookup(pack(cat=Node(1.0)), "cow")
