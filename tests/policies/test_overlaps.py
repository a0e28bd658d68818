"""Overlapping address ranges."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies.azure.network._overlaps import last_overlapping, network_of, overlap
from tests.thorough import tries

_TEXTS = st.builds(
    "{}.{}.{}.0/{}".format, st.integers(10, 11), st.integers(0, 1), st.sampled_from([0, 64, 128]), st.integers(7, 24)
) | st.sampled_from(["fd00::/8", "fd00:1::/32", "fd00:1::/33", "not a range", "0.0.0.0/0", "::/0"])


@given(st.lists(st.tuples(_TEXTS, st.sampled_from("abc")), max_size=12))
@settings(max_examples=tries(100), derandomize=True, deadline=None)
def test_the_last_overlapping_range_of_another_owner_is_found_without_comparing_all_pairs(ranges) -> None:
    parsed = [(network_of(text), owner) for text, owner in ranges]
    expected = {}
    for one, other in combinations(range(len(parsed)), 2):
        (range_, owner), (other_range, other_owner) = parsed[one], parsed[other]
        if owner != other_owner and range_ and other_range and overlap(range_, other_range):
            expected[one] = max(other, expected.get(one, other))
            expected[other] = max(one, expected.get(other, one))
    assert last_overlapping(parsed) == expected
