"""Intervals of the negative binomial distribution, against sums of its probabilities."""

from itertools import pairwise
from math import exp, inf, lgamma, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.workloads.patterns.negative_binomial import intervals
from tests.thorough import tries

MANY = settings(derandomize=True, deadline=None, max_examples=tries(600), database=None)
MEANS = st.floats(1e-4, 3_000)
SIZES = st.one_of(st.floats(0.02, 5_000), st.just(inf))
LEVEL = st.floats(0.05, 0.99)


def probability(count: int, mean: float, size: float) -> float:
    if size == inf:
        return exp(count * log(mean) - mean - lgamma(count + 1))
    return exp(
        lgamma(count + size)
        - lgamma(size)
        - lgamma(count + 1)
        + size * log(size / (size + mean))
        + count * log(mean / (size + mean))
    )


@MANY
@given(mean=MEANS, size=SIZES, level=LEVEL)
def test_an_interval_has_its_level_and_no_shorter_one_would(mean, size, level):
    [found] = intervals(mean, size, [level])
    below = sum(probability(each, mean, size) for each in range(found.low))
    inside = sum(probability(each, mean, size) for each in range(found.low, found.high + 1))
    tail = (1 - level) / 2
    assert inside == pytest.approx(found.mass, abs=1e-5)
    assert found.mass >= level - 1e-5
    assert below < tail + 1e-5
    assert below + probability(found.low, mean, size) > tail - 1e-5
    assert below + inside - probability(found.high, mean, size) < 1 - tail + 1e-5


@MANY
@given(mean=st.floats(1, 2e4), size=st.floats(1, 1e6), levels=st.lists(LEVEL, min_size=2, max_size=4))
def test_wider_levels_give_wider_intervals_also_of_large_counts(mean, size, levels):
    found = intervals(mean, size, levels)
    assert [each.level for each in found] == levels
    in_order = sorted(found, key=lambda each: each.level)
    for narrow, wide in pairwise(in_order):
        assert wide.low <= narrow.low <= narrow.high <= wide.high
        assert wide.low >= 0
        assert wide.mass <= 1
    assert all(abs(each.mass - each.level) < 1e-5 + 2 / sqrt(mean) for each in found)


def test_an_expected_value_of_zero_gives_zero():
    [found] = intervals(0, 3, [0.95])
    assert (found.low, found.high, found.mass) == (0, 0, 1)
    assert 0 in found
    assert 1 not in found


@pytest.mark.parametrize(
    ("mean", "size", "level"),
    [(-1, 1, 0.5), (inf, 1, 0.5), (float("nan"), 1, 0.5), (1, 0, 0.5), (1, float("nan"), 0.5), (1, 1, 0), (1, 1, 1)],
)
def test_invalid_parameters_are_refused(mean, size, level):
    with pytest.raises(ValueError, match="no distribution"):
        intervals(mean, size, [level])
