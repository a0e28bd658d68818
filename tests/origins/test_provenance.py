"""The answers of `explain` for real programs, compared with full plans."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.infra.force import Force, load
from bluelamp.origins import Kind, Origin, trace
from bluelamp.origins.code import argument
from bluelamp.origins.leaves import Leaf, Variants, leaves
from bluelamp.origins.reads import differences, reads
from bluelamp.paths import parse
from bluelamp.planning import Plan, PlannedResource, plan_settings
from bluelamp.planning.single_resource import Frame, declared_resources, plan_force_resource
from tests.conftest import ROOT, bluelamp
from tests.thorough import tries

pytestmark = pytest.mark.xdist_group("provenance")

SLUG = "dyfed-powys"
ALTERNATIVES = 2


@cache
def force(slug: str = SLUG) -> Force:
    return load(slug, root=ROOT)


@cache
def plan() -> Plan:
    return plan_settings(force(), ROOT)


def made() -> list[PlannedResource]:
    return [each for each in plan().resources if each.custom and not each.type.startswith("pulumi:")]


@given(st.sampled_from(range(35)))
@settings(derandomize=True, deadline=None, max_examples=35)
def test_a_resource_planned_alone_equals_that_of_the_full_plan(place: int) -> None:
    resource = made()[place % len(made())]
    pulled = plan_force_resource(force(), resource.urn, ROOT).resource
    assert pulled == replace(resource, position=None), "the place is that of the whole plan alone"


def test_the_declared_resources_are_those_of_the_plan() -> None:
    assert [each.urn for each in declared_resources(force(), ROOT)] == [each.urn for each in plan().resources]


def test_the_program_is_unchanged() -> None:
    before = plan_settings(force(), ROOT)
    plan_force_resource(force(), made()[0].urn, ROOT)
    assert plan_settings(force(), ROOT) == before
    assert plan_force_resource(force(), "urn:pulumi:dyfed-powys::bluelamp::a::b", ROOT).resource is None


def test_a_program_with_its_own_provider_is_planned_alone_repeatedly() -> None:
    (tenant,) = [each for each in leaves(force(), ROOT) if each.path == "bluelamp:azure.tenantId"]
    other = Variants(force(), ROOT)([(tenant, tenant.others[0])])
    pulled = [plan_force_resource(other, made()[0].urn, ROOT, stack=SLUG).resource for _ in range(3)]
    assert pulled[0] is not None
    assert pulled[0].provider.endswith("::azure")
    assert pulled[0] == pulled[1] == pulled[2]


@cache
def truth() -> dict[tuple[str, str], set[str]]:
    """The settings that each property of each resource depends on, from a full plan for each value of some settings."""
    found: dict[tuple[str, str], set[str]] = {}
    variant = Variants(force(), ROOT)
    before = {each.urn: each.inputs for each in made()}
    for leaf in sample():
        for other in leaf.others[:ALTERNATIVES]:
            after = {
                each.urn: each.inputs for each in plan_settings(variant([(leaf, other)]), ROOT, stack=SLUG).resources
            }
            for urn, inputs in before.items():
                for key in {*inputs, *after.get(urn, {})}:
                    if urn in after and inputs.get(key) != after[urn].get(key):
                        found.setdefault((urn, key), set()).add(leaf.path)
    return found


@cache
def sample() -> tuple[Leaf, ...]:
    """Settings of each kind: text, switch, number, address, list, profile and register."""
    wanted = {
        "bluelamp:costCentre",
        "bluelamp:environment",
        "bluelamp:components.ddosPlan",
        "bluelamp:azure.hub.addressSpace",
        "bluelamp:azure.hub.firewall.enabled",
        "bluelamp:azure.hub.rules",
        "bluelamp:azure.logAnalytics.retentionDays",
        "bluelamp:azure.logAnalytics.dailyQuotaGb",
        "bluelamp:azure.keyVault.sku",
        "bluelamp:azure.budget.contacts",
        "bluelamp:azure.managementGroups.parent",
        f"forces.{SLUG}.code",
        f"forces.{SLUG}.addresses.uksouth",
    }
    found = tuple(each for each in leaves(force(), ROOT) if each.path in wanted)
    assert {each.path for each in found} == wanted
    return found


PAIRS = (
    ("hub-network", "enableDdosProtection"),
    ("hub-network", "addressSpace"),
    ("hub-network", "tags"),
    ("hub-network", "virtualNetworkName"),
    ("hub-hub-rules", "securityRules"),
    ("logs-workspace", "retentionInDays"),
    ("logs-workspace", "workspaceCapping"),
    ("vault-vault", "properties"),
    ("budget-budget", "notifications"),
    ("management-groups-root", "details"),
)


def origin(slug: str, name: str, path: str) -> Origin:
    (one,) = [each for each in declared_resources(force(slug), ROOT) if each.name == name and each.custom]
    resource = plan_force_resource(force(slug), one.urn, ROOT).resource
    assert resource is not None
    return trace(force(slug), resource, parse(path), ROOT)


@pytest.mark.parametrize(("name", "key"), PAIRS)
def test_the_answer_agrees_with_full_plans(name: str, key: str) -> None:
    (urn,) = [each.urn for each in made() if each.name == name]
    found = origin(SLUG, name, key)
    paths = {each.path for each in sample()}
    assert {each.path for each in found.settings} & paths == truth().get((urn, key), set())
    if truth().get((urn, key)):
        assert found.kind in (Kind.SETTING, Kind.DEFAULT, Kind.CLOUD)


def test_an_unset_property_leads_to_its_setting() -> None:
    found = origin(SLUG, "logs-workspace", "workspaceCapping")
    assert found.kind is Kind.DEFAULT
    assert found.settings[0].path == "bluelamp:azure.logAnalytics.dailyQuotaGb"


def test_a_property_that_only_an_omitted_setting_changes_is_found() -> None:
    found = origin(SLUG, "hub-network", "enableDdosProtection")
    assert [each.path for each in found.settings] == ["bluelamp:components.ddosPlan"]
    assert (found.value, found.settings[0].became) == (False, True)


def test_a_value_fixed_in_code_is_named_with_its_line() -> None:
    found = origin(SLUG, "vault-vault", "properties.enablePurgeProtection")
    assert (found.kind, found.settings, found.exhausted) == (Kind.CODE, (), True)
    file, line = argument(found.code[0], parse("properties.enablePurgeProtection"))
    assert "enable_purge_protection=True" in file.read_text(encoding="utf-8").splitlines()[line - 1]


def test_the_innermost_argument_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(
        "Vault(\n    name,\n    tags=1,\n    properties=Args(\n        tags=2,\n        sku=3,\n    ),\n)\n"
    )
    assert argument(Frame(file, 1), ("properties", "sku"))[1] == 6
    assert argument(Frame(file, 1), ("tags",))[1] == 3
    assert argument(Frame(file, 1), ("other",))[1] == 1


def test_only_reads_of_watched_values_are_recorded_until_the_block_ends() -> None:
    one = force()
    with reads(one) as seen:
        assert one.azure is not None
        assert one.azure.hub.firewall.tier
        one.owner.model_dump()
    assert one.azure.hub.bastion
    assert seen.cover(("azure", "hub", "firewall", "tier"))
    assert seen.cover(("owner", "email"))
    assert not seen.cover(("azure", "hub", "bastion"))
    assert not seen.cover(("azure", "hub", "firewall", "enabled"))


def test_a_default_shared_by_several_landing_zones_is_read_in_each() -> None:
    azure = force("essex").azure
    assert azure is not None
    first, second, *_ = azure.landing_zones
    with reads(force("essex")) as seen:
        assert first.backup.immutability == second.backup.immutability
    assert seen.cover(("azure", "landing_zones", 0, "backup", "immutability"))
    assert seen.cover(("azure", "landing_zones", 1, "backup", "immutability"))


@given(st.data())
@settings(derandomize=True, deadline=None, max_examples=tries(60))
def test_a_variant_differs_in_its_setting_and_the_values_that_depend_on_it(data: st.DataObject) -> None:
    slug = data.draw(st.sampled_from((SLUG, "essex")))
    leaf = data.draw(st.sampled_from([each for each in leaves(force(slug), ROOT) if each.others]))
    other = data.draw(st.sampled_from(leaf.others))
    changed = set(differences(force(slug), Variants(force(slug), ROOT)([(leaf, other)])))
    assert any(path == leaf.at[: len(path)] for path in changed)
    assert not list(differences(force(slug), Variants(force(slug), ROOT)([])))


def test_a_default_that_depends_on_the_profile_changes_with_it() -> None:
    one = force()
    (profile,) = [each for each in leaves(one, ROOT) if each.path == "bluelamp:profile"]
    bastion = ("azure", "hub", "bastion", "enabled")
    assert bastion in set(differences(one, Variants(one, ROOT)([(profile, "full")])))


def test_the_command_names_a_component_that_no_profile_includes() -> None:
    run = bluelamp(("explain", SLUG, "hub-network", "enableDdosProtection"), ROOT)
    assert run.returncode == 0, run.stderr
    assert (
        "It follows the setting bluelamp:components.ddosPlan, which is not written: no profile includes it"
        in run.stdout
    )
    assert "with full it would be true" in run.stdout
    assert "fixed by the code" not in run.stdout


def test_the_command_gives_the_answer_as_json() -> None:
    run = bluelamp(("explain", SLUG, "vault-vault", "properties.enablePurgeProtection", "--format", "json"), ROOT)
    output: dict[str, Any] = json.loads(run.stdout)["result"]
    assert output["origin"]["exhausted"] is True
    file, _, line = output["origin"]["code"].partition(":")
    assert "enable_purge_protection" in (ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_a_property_unknown_to_the_type_is_refused() -> None:
    run = bluelamp(("explain", SLUG, "hub-network", "enableDdosProtectio"), ROOT)
    assert run.returncode == 2
    assert "did you mean enableDdosProtection?" in run.stderr
