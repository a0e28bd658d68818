"""An upgrade, and a move from profile to profile, replaces and deletes nothing."""

import copy

import pulumi
import pytest

from bluelamp.infra.force import ROOT
from bluelamp.planning import Plan, plan_force, plan_program
from tests import thorough
from tests.golden.graph import FORCES, HERE, broken, graph, plan, read
from tests.golden.unchanged import Facts, at_noon, differences, digest, facts, facts_of, kept

CLIMBERS = thorough.some(["west-midlands", "dyfed-powys", "essex", "kent"], 2)
SHAPES = ["bedfordshire", "btp", "metropolitan", "wiltshire", "cumbria"]
"""With those of the golden files, a force for each way in which the stack files are built."""
OTHERS = thorough.some(
    [*SHAPES, *(force for force in sorted(kept()["forces"]) if force not in {*SHAPES, *FORCES.values()})], len(SHAPES)
)
CHANGED = "run `python -m tests.golden.unchanged {}`; where the change is meant, run it with --write"


@pytest.fixture(scope="module", params=[pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in FORCES])
def golden(request: pytest.FixtureRequest) -> tuple[str, Plan]:
    """The name of a golden file, and the plan of its force on the day of the digests."""
    with at_noon():
        return request.param, plan_force(FORCES[request.param], ROOT)


def test_this_release_keeps_the_resources_of_the_previous_one(golden: tuple[str, Plan]) -> None:
    name, planned = golden
    assert not planned.refused
    assert planned.errors == ()
    assert broken(read(name), planned) == [], (
        "give what was renamed or moved an alias; where a replacement is meant, say so in CHANGELOG.md and `make golden`"
    )
    first = f"0.1.0-{planned.stack}"
    assert not (HERE / f"{first}.json").exists() or broken(read(first), planned) == []


def test_a_force_of_the_golden_files_is_planned_and_judged_as_before(golden: tuple[str, Plan]) -> None:
    planned = golden[1]
    with at_noon():
        assert digest(facts(planned, ROOT)) == kept()["forces"][planned.stack], CHANGED.format(planned.stack)


@pytest.mark.parametrize("force", OTHERS)
def test_every_force_is_planned_and_judged_as_before(force: str) -> None:
    assert digest(facts_of(force, ROOT)) == kept()["forces"][force], CHANGED.format(force)


def test_differences_are_shown_in_words() -> None:
    def found(verdict: str, **inputs: object) -> Facts:
        return {"inputs": {"urn:a": inputs}, "verdicts": {"BL-NET-001 urn:a": verdict}}

    before = found("pass", name="one", tags=[{"x": 1}])
    assert differences(before, before) == []
    assert differences(before, found("fail", name="one", tags=[{"x": 2}])) == [
        "urn:a: tags[0].x: was 1, is 2",
        "BL-NET-001 urn:a: was pass, is fail",
    ]
    after = {"inputs": {"urn:b": {}}, "verdicts": {}}
    assert differences(before, after) == [
        "urn:a is gone",
        "urn:b is new",
        "BL-NET-001 urn:a: was pass, is not judged",
    ]
    assert digest(before) == digest(found("pass", tags=[{"x": 1}], name="one"))
    assert digest(before) != digest(after)


@pytest.mark.parametrize("slug", CLIMBERS)
def test_a_higher_profile_replaces_and_deletes_nothing(slug: str) -> None:
    below = graph(plan(slug, profile="starter"))
    for profile in ("hybrid", "full"):
        planned = plan(slug, profile=profile)
        assert not planned.refused
        assert broken(below, planned) == []
        above = graph(planned)
        assert len(above) > len(below)
        below = above


def _program(name: str, network: str, location: str, aliases: list[pulumi.Alias] | None = None):
    def make() -> None:
        from pulumi_azure_native import network as azure
        from pulumi_azure_native import resources

        group = resources.ResourceGroup("group", resource_group_name="rg", location="uksouth")
        azure.VirtualNetwork(
            name,
            virtual_network_name=network,
            resource_group_name=group.name,
            location=location,
            address_space={"address_prefixes": ["10.30.0.0/22"]},
            opts=pulumi.ResourceOptions(aliases=aliases),
        )

    return make


def _planned(*words: object):
    return plan_program("essex", _program(*words), {}, root=ROOT)


def test_a_loss_or_replacement_is_named_until_there_is_an_alias() -> None:
    before = graph(_planned("network", "vnet-one", "uksouth"))
    assert broken(before, _planned("network", "vnet-one", "uksouth")) == []
    urn = next(urn for urn in before if urn.endswith("::network"))

    assert broken(before, _planned("renamed", "vnet-one", "uksouth")) == [f"deleted: {urn}"]
    assert broken(before, _planned("renamed", "vnet-one", "uksouth", [pulumi.Alias(name="network")])) == []
    assert broken(before, _planned("network", "vnet-two", "ukwest")) == [
        f"replaced: {urn}: location was 'uksouth' and would be 'ukwest'",
        f"replaced: {urn}: virtualNetworkName was 'vnet-one' and would be 'vnet-two'",
    ]


def test_children_follow_their_renamed_parent() -> None:
    def program(name: str, aliases: list[pulumi.Alias] | None = None):
        def make() -> None:
            from bluelamp.modules.azure.resource_group import ResourceGroup

            label = {
                "force": "essex",
                "code": "essex",
                "environment": "test",
                "cost_centre": "EXP-1",
                "business_owner": "Head of ICT",
                "classification": "OFFICIAL",
                "roadmap_milestone": "landing-zone",
                "spend_type": "strategic",
            }
            options = pulumi.ResourceOptions(aliases=aliases)
            ResourceGroup(name, {"label": label, "location": "uksouth", "workload": "network"}, options)

        return lambda: plan_program("essex", make, {}, root=ROOT)

    before = copy.deepcopy(graph(program("network")()))
    assert len(broken(before, program("platform")())) == 2
    assert broken(before, program("platform", [pulumi.Alias(name="network")])()) == []
