"""A force's premises move into the new force's range: each address keeps its offset, and no other address changes."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.merging.moving import moved, moves, placed
from tests.thorough import tries

often = settings(derandomize=True, deadline=None, max_examples=tries(1000))
BEFORE, AFTER = IPv4Network("10.165.0.0/16"), IPv4Network("10.193.0.0/16")
inside = st.integers(0, 2**16 - 1).map(lambda offset: IPv4Address(int(BEFORE.network_address) + offset))
outside = st.integers(0, 2**32 - 1).map(IPv4Address).filter(lambda address: address not in BEFORE)


@often
@given(inside, st.sampled_from(["", "/17", "/32"]))
def test_an_address_inside_the_range_keeps_its_offset(address: IPv4Address, suffix: str) -> None:
    made = moved({"sites": [{"endpoint": f"{address}{suffix}"}]}, BEFORE, AFTER)
    new = IPv4Address(made["sites"][0]["endpoint"].partition("/")[0])
    assert new in AFTER
    assert int(new) - int(AFTER.network_address) == int(address) - int(BEFORE.network_address)
    assert made["sites"][0]["endpoint"].endswith(suffix)
    (move,) = moves({"sites": [{"endpoint": f"{address}{suffix}"}]}, BEFORE, AFTER)
    assert (move.path, move.before) == ("sites[0].endpoint", f"{address}{suffix}")


@often
@given(outside)
def test_an_address_outside_the_range_is_unchanged(address: IPv4Address) -> None:
    assert moved([str(address)], BEFORE, AFTER) == [str(address)]
    assert list(moves([str(address)], BEFORE, AFTER)) == []


@often
@given(st.text(alphabet="0123456789./- v", max_size=30))
def test_text_that_is_no_address_is_unchanged(text: str) -> None:
    for word in moved(text, BEFORE, AFTER).split():
        assert word in text.split() or "10.193." in word


def test_a_version_is_not_an_address() -> None:
    assert moved("10.165.0.1.2", BEFORE, AFTER) == "10.165.0.1.2"


@often
@given(st.integers(8, 24), st.integers(8, 24))
def test_two_premises_get_one_half_each(first: int, second: int) -> None:
    whole = IPv4Network(f"10.0.0.0/{min(first, second) - 1}", strict=False)
    left, right = placed(IPv4Network((0, first)), IPv4Network((0, second)), whole)
    assert (left.prefixlen, right.prefixlen) == (first, second)
    assert left.subnet_of(whole)
    assert right.subnet_of(whole)
    assert not left.overlaps(right)
