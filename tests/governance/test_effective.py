"""The effective-policy view, over plans of the modules and over badly made estates."""

import runpy
from dataclasses import replace
from datetime import date
from pathlib import Path

import pulumi
import pytest

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.errors import UsageError
from bluelamp.governance.effective import EXEMPTION, Effective, Row, effective, everywhere
from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.planning import plan_program
from bluelamp.resources import from_plan, from_state

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 23)
PREFIX = "/providers/Microsoft.Management/managementGroups/"


@pytest.fixture(scope="module")
def estate() -> list[Resource]:
    """The full example of the policy module: a real hierarchy and a canary."""

    def program() -> None:
        pulumi.runtime.register_stack_transformation(drop_version_aliases)
        runpy.run_path(str(ROOT / "modules" / "azure" / "policy" / "examples" / "full.py"))

    return from_plan(plan_program("test", program, {}, root=ROOT))


def row(view: Effective, name: str) -> Row:
    (found,) = [each for each in view.rows if each.name == name]
    return found


def made(type_: str, name: str, **properties: object) -> Resource:
    token = f"azure-native:{type_}"
    return Resource(f"urn:pulumi:test::bluelamp::{token}::{name}", token, name, properties)


def group(name: str, parent: str = "") -> Resource:
    details = {"details": {"parent": {"id": PREFIX + parent}}} if parent else {}
    return made("management:ManagementGroup", name, groupId=name, displayName=name, **details)


def assignment(name: str, at: str, **properties: object) -> Resource:
    return made("authorization:PolicyAssignment", name, policyAssignmentName=name, scope=PREFIX + at, **properties)


def test_a_scope_inherits_from_every_ancestor_and_from_no_sibling(estate):
    view = effective(estate, "corp", TODAY)
    assert (view.group, view.inherited_from) == ("mg-corp-essex-prod", ("root", "landing-zones"))
    locations = row(view, "Deny-Resource-Locations")
    assert (locations.assigned_at, locations.inherited, locations.effect) == ("root", True, "Deny")
    assert locations.parameters["listOfAllowedLocations"] == ["uksouth", "ukwest"]
    assert not row(view, "Deny-Public-Endpoints").inherited
    names = {each.name for each in view.rows}
    assert "Deny-Public-IP" not in names  # assigned at identity
    assert "Enforce-ALZ-Sandbox" not in names
    assert view.missing == {}


def test_the_real_hierarchy_is_shown_unless_the_canary_is_named(estate):
    assert effective(estate, "root", TODAY).group == "mg-root-essex-prod"
    canary = effective(estate, "mg-canary-corp-essex-prod", TODAY)
    assert {each.enforced for each in canary.rows} == {False}
    assert all("not enforced" in each.flags for each in canary.rows)
    assert canary.missing["Enable-DDoS-VNET"].reason == "needs ddos_plan_id"
    assert effective(estate, PREFIX + "mg-corp-essex-prod", TODAY).group == "mg-corp-essex-prod"


def test_every_group_comes_after_its_parent_and_the_canary_last(estate):
    views = everywhere(estate, TODAY)
    names = [view.group for view in views]
    assert len(names) == 26
    assert names[0] == "mg-root-essex-prod"
    assert [name for name in names if "canary" in name] == names[14:]
    assert names.index("mg-landing-zones-essex-prod") < names.index("mg-corp-essex-prod")


def test_an_exemption_is_shown_where_it_applies_and_reported_once_expired(estate):
    (exemption,) = row(effective(estate, "online", TODAY), "Deny-Subnet-Without-Nsg").exemptions
    assert (exemption.id, exemption.expires_on, exemption.expired) == ("EX-0007", "2027-03-31", False)
    assert exemption.approver == "siro@essex.police.example"
    assert row(effective(estate, "corp", TODAY), "Deny-Subnet-Without-Nsg").exemptions == ()
    last = row(effective(estate, "online", date(2027, 3, 31)), "Deny-Subnet-Without-Nsg")
    assert last.flags == ()
    past = row(effective(estate, "online", date(2027, 4, 1)), "Deny-Subnet-Without-Nsg")
    assert past.flags == ("EX-0007 has expired and no longer applies",)


@pytest.mark.parametrize(
    ("written", "expired"),
    [("31/03/2027", True), ("<none>", True), ("2027-03-31T23:59:59+01:00", False), (UNKNOWN, False), (None, False)],
)
def test_an_end_that_is_no_date_counts_as_expired(estate, written, expired):
    changed = [
        replace(each, properties={**each.properties, "expiresOn": written}) if each.type == EXEMPTION else each
        for each in estate
    ]
    (exemption,) = row(effective(changed, "online", TODAY), "Deny-Subnet-Without-Nsg").exemptions
    assert exemption.expired is expired


def test_an_unenforced_assignment_is_flagged(estate):
    held = row(effective(estate, "corp", TODAY), "Deny-Priv-Esc-AKS")
    assert (held.effect, held.enforced, held.flags) == ("Deny", False, ("not enforced",))


@pytest.mark.parametrize(
    ("properties", "flag"),
    [
        ({"enforcementMode": "DoNotEnforce"}, "not enforced"),
        ({"parameters": {"effect": {"value": "Disabled"}}}, "its effect is Disabled"),
        ({"parameters": {"enableAscForServers": {"value": "Disabled"}}}, "Servers: the Defender plan is off"),
        (
            {"parameters": {"listOfAllowedLocations": {"value": []}}},
            "listOfAllowedLocations: the list of regions is empty",
        ),
        (
            {"parameters": {"emailSecurityContact": {"value": "security_contact@replace_me"}}},
            "emailSecurityContact: a placeholder was left in",
        ),
        (
            {"parameters": {"logAnalytics": {"value": "/subscriptions/00000000-0000-0000-0000-000000000000/x"}}},
            "logAnalytics: a placeholder was left in",
        ),
        ({"parameters": {"ids": {"value": ["ok", "/id/placeholder-la"]}}}, "ids: a placeholder was left in"),
        ({"identity": {"type": "SystemAssigned"}}, "its identity has no role, so it cannot remediate"),
        ({"metadata": {"verified": False}}, "its definition was not verified at its source"),
    ],
)
def test_an_assignment_that_only_looks_safe_is_flagged(properties, flag):
    view = effective([group("mg-root"), assignment("A", "mg-root", **properties)], "mg-root", TODAY)
    assert row(view, "A").flags == (flag,)


def test_a_sound_assignment_has_no_flag():
    parameters = {"listOfAllowedLocations": {"value": ["uksouth"]}, "effect": {"value": "Deny"}}
    view = effective([group("mg-root"), assignment("A", "mg-root", parameters=parameters)], "mg-root", TODAY)
    assert row(view, "A").flags == ()


def test_defender_plans_on_the_free_tier_are_named():
    plans = [
        made("security:Pricing", name, pricingName=name, pricingTier=tier)
        for name, tier in (("VirtualMachines", "Free"), ("KeyVaults", "Standard"))
    ]
    assert effective([group("mg-root"), *plans], "mg-root", TODAY).defender_off == ("VirtualMachines",)


def test_a_baseline_that_is_not_assigned_is_named_with_its_group():
    resources = [group("x-root"), group("x-corp", "x-root"), assignment("Deny-Classic-Resources", "x-root")]
    missing = effective(resources, "corp", TODAY).missing
    assert "Deny-Classic-Resources" not in missing
    assert missing["Deny-Resource-Locations"].scope == "root"
    assert missing["Deny-Public-Endpoints"].scope == "corp"
    assert "Enforce-ALZ-Sandbox" not in missing


def test_a_secret_parameter_is_not_shown():
    secret = Resource(
        "urn:pulumi:test::bluelamp::azure-native:authorization:PolicyAssignment::A",
        "azure-native:authorization:PolicyAssignment",
        "A",
        {
            "policyAssignmentName": "A",
            "scope": PREFIX + "mg-root",
            "parameters": {"key": {"value": "hunter2"}, "open": {"value": "yes"}},
        },
        secrets=frozenset({"parameters.key.value"}),
    )
    shown = row(effective([group("mg-root"), secret], "mg-root", TODAY), "A").parameters
    assert shown == {"key": "[secret]", "open": "yes"}


def test_a_state_shows_the_same_as_a_plan(estate):
    """A state knows parents by id, a plan by the references to them."""
    groups = {each.name: each for each in estate if each.type.endswith(":ManagementGroup")}
    records = []
    for each in estate:
        inputs = dict(each.properties)
        if each.name in groups and each.references.get("details"):
            (parent,) = [one for one in groups.values() if one.urn in each.references["details"]]
            inputs["details"] = {"parent": {"id": PREFIX + parent.properties["groupId"]}}
        if "principalId" in inputs:
            inputs["principalId"] = "11111111-2222-4333-8444-555555555555"
        dependencies = {key: list(urns) for key, urns in each.references.items() if key != "details"}
        records.append(
            {"urn": each.urn, "type": each.type, "custom": True, "inputs": inputs, "propertyDependencies": dependencies}
        )
    deployed = from_state({"deployment": {"resources": records}})
    assert everywhere(deployed, TODAY) == everywhere(estate, TODAY)


@pytest.mark.parametrize(("scope", "step"), [("crop", "did you mean corp?"), ("zzz", "name one of root")])
def test_an_unknown_group_is_reported_with_the_nearest(estate, scope, step):
    with pytest.raises(UsageError) as caught:
        effective(estate, scope, TODAY)
    assert caught.value.message == f"there is no management group {scope!r}"
    assert caught.value.next_step.startswith(step)
