"""The register of forces and the address plan."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.settings.register import read_register

SPACE = IPv4Network("10.0.0.0/8")
NATIONAL = IPv4Network("10.0.0.0/12")


def test_every_force_is_there():
    forces = read_register(ROOT).forces
    assert len(forces) == 48
    assert sum(force.ons_code is not None and force.ons_code[0] in "EW" for force in forces.values()) == 43
    assert {slug for slug, force in forces.items() if force.kind == "special"} == {
        "btp",
        "civil-nuclear",
        "ministry-of-defence",
    }
    assert len({force.code for force in forces.values()}) == 48


def test_no_two_ranges_overlap_and_space_is_left():
    ranges = [net for net, _, _ in read_register(ROOT).ranges]
    assert len(ranges) == 144
    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]
    assert all(net.subnet_of(SPACE) and not net.overlaps(NATIONAL) for net in ranges)
    free = SPACE.num_addresses - NATIONAL.num_addresses - sum(net.num_addresses for net in ranges)
    assert free >= 3 * 16 * 2**16, "each block takes at least 16 more forces"


def test_the_plan_is_regular():
    for index, (slug, force) in enumerate(read_register(ROOT).forces.items()):
        expected = [f"10.{start + index}.0.0/16" for start in (16, 80, 144)]
        assert [str(net) for net in force.allocation.ranges().values()] == expected, slug


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("10.31.0.0/16", "10.30.128.0/17", "forces.gloucestershire.addresses.uksouth: 10.30.128.0/17 overlaps essex (10.30.0.0/16)"),
        ("10.31.0.0/16", "10.3.0.0/16", "forces.gloucestershire.addresses.uksouth: 10.3.0.0/16 is in 10.0.0.0/12, which is kept for national use"),
        ("10.31.0.0/16", "172.16.0.0/16", "forces.gloucestershire.addresses.uksouth: 172.16.0.0/16 is outside the plan's 10.0.0.0/8"),
        ("10.31.0.0/16", "10.31.0.0/99", "forces.gloucestershire.addresses.uksouth: '10.31.0.0/99' is not an IPv4 address range; for example 10.61.0.0/22"),
        ("code: glos", "code: essex", "forces.gloucestershire.code: essex is the code of essex already"),
        ("code: glos", "successor: severn", "forces.gloucestershire.code: is missing; add `code: …`"),
        ("code: glos", "code: glos\n    successor: severn", "forces.gloucestershire.successor: unknown force 'severn'"),
        ("code: glos", "kode: glos", "forces.gloucestershire.kode: there is no setting called 'kode' here; did you mean code?"),
    ],
)  # fmt: skip
def test_mistakes_in_the_register_are_named(root, old, new, problem):
    file = root / "stacks/forces.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises(SettingsError) as caught:
        load("essex", root=root)
    [output] = [str(each) for each in caught.value.problems]
    place, _, rest = output.partition(": ")
    assert rest == problem
    file_name, line, _column = place.split(":")
    assert file_name == "stacks/forces.yaml"
    assert text.splitlines()[int(line) - 1].startswith("    ") or "gloucestershire" in text.splitlines()[int(line) - 1]


def test_a_range_changed_in_the_register_is_used(base, root):
    file = root / "stacks/forces.yaml"
    file.write_text(file.read_text().replace("uksouth: 10.30.0.0/16", "uksouth: 10.200.0.0/16"))
    (root / "stacks/Pulumi.essex.yaml").write_text(base.replace("10.30.0.0/22", "10.200.4.0/22"))
    assert str(load("essex", root=root).azure.hub.address_space) == "10.200.4.0/22"


def test_a_missing_register_is_reported(tmp_path):
    with pytest.raises(SettingsError, match=r"^stacks/forces\.yaml: cannot be read: no such file or directory$"):
        load("essex", root=tmp_path)
