"""An upgrade, and a climb from profile to profile, replaces and deletes nothing."""

import copy

import pulumi
import pytest

from bluelamp.infra.force import ROOT
from bluelamp.planning import plan_program
from tests import thorough
from tests.golden.graph import FORCES, broken, graph, plan, read

CLIMBERS = thorough.some(["west-midlands", "dyfed-powys", "essex", "kent"], 2)


@pytest.mark.parametrize("name", FORCES)
def test_this_release_takes_over_what_the_previous_one_made(name: str) -> None:
    planned = plan(FORCES[name])
    assert not planned.refused
    assert planned.errors == ()
    assert broken(read(name), planned) == [], (
        "give what was renamed or moved an alias; where a replacement is meant, say so in CHANGELOG.md and `make golden`"
    )


@pytest.mark.parametrize("slug", ["west-midlands", "essex", "dyfed-powys"])
def test_the_first_release_is_still_taken_over(slug: str) -> None:
    assert broken(read(f"0.1.0-{slug}"), plan(slug)) == []


@pytest.mark.parametrize("slug", CLIMBERS)
def test_climbing_replaces_and_deletes_nothing(slug: str) -> None:
    below = graph(plan(slug, profile="starter"))
    for profile in ("hybrid", "full"):
        planned = plan(slug, profile=profile)
        assert not planned.refused
        assert broken(below, planned) == []
        above = graph(planned)
        assert len(above) > len(below)
        below = above


def test_a_full_force_is_large() -> None:
    full = plan("west-midlands")
    assert len([resource for resource in full.resources if resource.custom]) >= 300


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


def test_what_would_be_lost_or_replaced_is_named_until_it_has_an_alias() -> None:
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
