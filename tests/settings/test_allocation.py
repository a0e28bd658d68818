"""Address ranges by name: whatever is added, removed, moved or enlarged, kept ranges stay and nothing overlaps."""

from ipaddress import IPv4Network
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.infra.settings.allocation import HUB, Wanted, allocate, same_place
from tests.thorough import tries

ALLOCATION = {"uksouth": IPv4Network("10.30.0.0/16"), "ukwest": IPv4Network("10.94.0.0/16")}
many = settings(derandomize=True, deadline=None, max_examples=tries(2000))

names = st.sampled_from([f"zone-{number}" for number in range(12)])
regions = st.sampled_from(sorted(ALLOCATION))
steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "remove", "reorder", "rename", "region", "keep"]),
        names,
        names,
        regions,
        st.integers(0, 11),
    ),
    max_size=25,
)


def separate(ranges):
    return all(not one.overlaps(other) for one, other in combinations(ranges.values(), 2))


@many
@given(steps)
def test_kept_ranges_stay_through_every_sequence_of_changes(sequence):
    zones: list[tuple[str, str]] = []
    kept: dict[tuple[str, str], IPv4Network] = {}
    for how, name, other, region, place in sequence:
        there = [each for _, each in zones]
        if how == "insert" and name not in there:
            zones.insert(place % (len(zones) + 1), (region, name))
        elif how == "remove":
            zones = [each for each in zones if each[1] != name]
        elif how == "reorder":
            zones = [*zones[place:], *zones[:place]]
        elif how == "rename" and other not in there:
            zones = [(where, other if each == name else each) for where, each in zones]
        elif how == "region":
            zones = [(region if each == name else where, each) for where, each in zones]
        wanted = [Wanted(where, HUB) for where in ALLOCATION] + [Wanted(*each) for each in zones]
        found = allocate(ALLOCATION, kept, wanted)
        assert {each.key for each in wanted} == found.keys()
        assert all(found[key] == net for key, net in kept.items() if key in found)
        assert separate({**kept, **found})
        assert all(net.subnet_of(ALLOCATION[where]) for (where, _), net in found.items())
        assert found == allocate(ALLOCATION, kept, wanted[::-1]), "the place in the list does not count"
        kept = {**kept, **found}  # as every `up` does


@many
@given(
    st.dictionaries(st.tuples(regions, names), st.tuples(st.integers(0, 255), st.integers(22, 26)), max_size=8),
    st.lists(st.tuples(regions, names), unique=True, max_size=8),
)
def test_new_ranges_overlap_neither_kept_nor_written_ones(written, new):
    ranges: dict[tuple[str, str], IPv4Network] = {}
    for (region, name), (third, prefix) in written.items():
        base = int(ALLOCATION[region].network_address) + third * 256
        net = IPv4Network((base, prefix), strict=False)
        if not any(net.overlaps(other) for other in ranges.values()):
            ranges[region, name] = net
    half = dict(list(ranges.items())[::2])
    wanted = [Wanted(*key, net) for key, net in ranges.items() if key not in half] + [Wanted(*key) for key in new]
    found = allocate(ALLOCATION, half, {each.key: each for each in reversed(wanted)}.values())
    assert separate({**half, **found})


def test_a_full_region_omits_networks_without_space():
    small = {"uksouth": IPv4Network("10.30.0.0/21")}
    found = allocate(small, {}, [Wanted("uksouth", HUB), *(Wanted("uksouth", f"zone-{number}") for number in range(6))])
    assert [str(net) for net in found.values()][:2] == ["10.30.0.0/22", "10.30.4.0/24"]
    assert ("uksouth", "zone-3") in found
    assert ("uksouth", "zone-4") not in found


def test_a_new_range_follows_the_last_kept_one_before_any_gap():
    kept = {("uksouth", HUB): IPv4Network("10.30.0.0/22"), ("uksouth", "records"): IPv4Network("10.30.9.0/24")}
    assert str(allocate(ALLOCATION, kept, [Wanted("uksouth", "new")])["uksouth", "new"]) == "10.30.10.0/24"
    kept["uksouth", "last"] = IPv4Network("10.30.255.0/24")
    assert str(allocate(ALLOCATION, kept, [Wanted("uksouth", "new")])["uksouth", "new"]) == "10.30.4.0/24"


def test_a_hub_may_grow_around_its_subnets_and_a_landing_zone_may_not():
    hub = IPv4Network("10.30.0.0/22")
    assert same_place(hub, IPv4Network("10.30.0.0/21"), HUB)
    assert not same_place(hub, IPv4Network("10.30.4.0/22"), HUB)
    assert not same_place(IPv4Network("10.30.4.0/24"), IPv4Network("10.30.4.0/23"), "records")
