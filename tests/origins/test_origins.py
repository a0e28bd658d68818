"""The origin of a property's value: reported only if an experiment confirmed it."""

import json
import re
from typing import Any

import pytest

from bluelamp.infra.force import Force, load
from bluelamp.origins import Kind, Origin, trace
from bluelamp.origins.code import component_of, folder_of, mentions
from bluelamp.origins.leaves import changed, leaves
from bluelamp.origins.trace_failures import trace_failures
from bluelamp.paths import parse
from bluelamp.planning import Plan, PlannedResource
from bluelamp.planning.single_resource import ResourcePlan
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.value import Value
from bluelamp.rehearsal.values import UNKNOWN, Secret
from bluelamp.reports import Source, assess
from bluelamp.resources import from_plan
from tests.conftest import ROOT, bluelamp
from tests.rules import made

STACK = "stacks/Pulumi.essex.yaml"
URN = "urn:pulumi:essex::bluelamp::bluelamp:index:Hub$azure-native:network:AzureFirewall::firewall"


def firewall(force: Force) -> dict[str, Any]:
    """A small program's firewall: properties from one setting, from several, and from the program itself."""
    azure = force.azure
    assert azure is not None
    hub = azure.hub
    return {
        "threatIntelMode": hub.firewall.threat_intel_mode,
        "sku": {"tier": hub.firewall.tier, "name": "AZFW_VNet"},
        "addressPrefix": str(next(hub.address_space.subnets(new_prefix=26))),
        "azureFirewallName": f"afw-{force.code}-{force.environment}",
        "tags": {"force": force.slug, "cost": force.cost_centre, "one": "of-two", "owner": force.owner.email},
        "zones": ["1"] if azure.budget.amount < 11501 else ["2"],
        "workspaceId": UNKNOWN,
        "password": Secret(force.cost_centre),
    }


def small(force: Force, *_: Any, stack: str = "essex", **__: Any) -> Plan:
    """The plan of that program. It has no firewall if none is enabled, and fails for an unknown milestone."""
    program_inputs = firewall(force)
    if force.roadmap_milestone.startswith("x"):
        raise ValueError("there is no such milestone")
    hub = force.azure.hub if force.azure else None
    if hub is None or not hub.firewall.enabled:
        return Plan(stack, ())
    made = PlannedResource(
        URN,
        custom=True,
        inputs={**program_inputs, "azureApiVersion": "2025-01-01"},
        outputs={**program_inputs, "provisioningState": UNKNOWN},
        program_inputs=program_inputs,
        references={"workspaceId": ("urn:pulumi:essex::bluelamp::x::logs-workspace",)},
    )
    return Plan(stack, (made,))


@pytest.fixture
def essex(monkeypatch: pytest.MonkeyPatch) -> Force:
    monkeypatch.setattr("bluelamp.origins.tracing.plan_force_resource", pulled)
    return load("essex", root=ROOT)


def pulled(force: Force, urn: str, *_: Any, stack: str = "essex") -> ResourcePlan:
    return ResourcePlan(next((each for each in small(force, stack=stack).resources if each.urn == urn), None))


def origin(force: Force, path: str, **how: Any) -> Origin:
    (resource,) = small(force).resources
    return trace(force, resource, parse(path), ROOT, **how)


def line_of(file: str, pattern: str) -> int:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if re.search(pattern, line))


def test_a_written_setting_is_named_with_its_line(essex: Force) -> None:
    found = origin(essex, "threatIntelMode")
    assert (found.kind, found.value) == (Kind.SETTING, "Deny")
    (one,) = found.settings
    assert one.path == "bluelamp:azure.hub.firewall.threatIntelMode"
    assert (one.file, one.line, one.written) == (STACK, line_of(STACK, "threatIntelMode:"), True)
    assert one.tried == one.became == "Alert"


def test_a_default_is_named_with_the_line_that_declares_it(essex: Force) -> None:
    found = origin(essex, "azureFirewallName")
    by_path = {each.path: each for each in found.settings}
    assert set(by_path) == {"bluelamp:environment", "forces.essex.code"}
    default = by_path["bluelamp:environment"]
    assert (default.written, default.value) == (False, "prod")
    assert (default.file, default.line) == (
        "infra/settings/model.py",
        line_of("infra/settings/model.py", "environment: "),
    )
    assert by_path["forces.essex.code"].file == "stacks/forces.yaml"


def test_an_address_leads_to_the_file_that_keeps_it(essex: Force) -> None:
    found = origin(essex, "addressPrefix")
    by_path = {each.path: each for each in found.settings}
    one = by_path["bluelamp:azure.hub.addressSpace"]
    assert (one.file, one.line > 1, one.written) == ("stacks/essex/addresses.yaml", True, False)
    assert "forces.essex.addresses.uksouth" not in by_path, "a range that is kept does not follow the allocation"
    assert "bluelamp:azure.regions[0]" in by_path, "but the region"


def test_a_value_from_several_settings_names_them_all(essex: Force) -> None:
    found = origin(essex, "tags")
    assert {each.path for each in found.settings} == {"bluelamp:owner.email", "bluelamp:costCentre", "forces.essex"}


def test_a_setting_not_visible_in_the_value_is_found(essex: Force) -> None:
    found = origin(essex, "zones")
    assert [each.path for each in found.settings] == ["bluelamp:azure.budget.amount"]
    assert origin(essex, "zones", likely_only=True).settings == ()


def test_a_setting_that_only_has_the_same_value_is_not_named(essex: Force) -> None:
    """Bastion's and the firewall's tier are both Standard: an experiment shows which one it is."""
    (one,) = origin(essex, "sku.tier").settings
    assert one.path == "bluelamp:azure.hub.firewall.tier"


def test_the_code_is_named_only_after_every_setting_was_tried(essex: Force) -> None:
    lines: list[str] = []
    found = origin(essex, "sku.name", progress=lines.append)
    assert (found.kind, found.value, found.settings) == (Kind.CODE, "AZFW_VNet", ())
    assert found.untried == ("bluelamp:roadmapMilestone",), "the program takes no other milestone"
    assert not found.exhausted, "what could not be tried may change it"
    assert 0 < found.tried < len(leaves(essex, ROOT)), "what the program does not read is not tried"
    assert "bluelamp:azure.hub.firewall.enabled" in {each.path for each in found.conditions}
    assert lines
    assert not origin(essex, "sku.name", likely_only=True).exhausted


def test_provider_defaults_and_cloud_outputs_are_attributed_to_no_setting(essex: Force) -> None:
    provided = origin(essex, "azureApiVersion")
    assert (provided.kind, provided.value, provided.settings) == (Kind.PROVIDER, "2025-01-01", ())
    found = origin(essex, "workspaceId")
    assert (found.kind, found.value, found.settings) == (Kind.CLOUD, "<unknown>", ())
    assert [urn.rpartition("::")[2] for urn in found.references] == ["logs-workspace"]
    assert origin(essex, "provisioningState").kind is Kind.CLOUD
    assert origin(essex, "sku.nope").kind is Kind.NOTHING


def test_a_secret_is_traced_and_not_shown(essex: Force) -> None:
    found = origin(essex, "password")
    assert found.value == "[secret]"
    assert all(each.became == "[secret]" for each in found.settings)


def test_the_code_that_names_it_is_found() -> None:
    parent = "urn:pulumi:essex::bluelamp::bluelamp:index:KeyVault::vault"
    above = PlannedResource(parent, custom=False)
    vault = PlannedResource(f"{parent}-vault", custom=True, parent=parent)
    component = component_of(vault, {each.urn: each for each in (above, vault)})
    assert component is above
    folder = folder_of(component, ROOT)
    assert folder == "modules/azure/key_vault"
    (place,) = mentions(folder, "enablePurgeProtection", ROOT)
    file, _, line = place.partition(":")
    assert "enable_purge_protection" in (ROOT / file).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize("slug", ["west-midlands", "essex", "dyfed-powys"])
def test_every_setting_can_be_changed_and_has_a_location(slug: str) -> None:
    force = load(slug, root=ROOT)
    for leaf in leaves(force, ROOT):
        assert (ROOT / leaf.file).is_file(), leaf
        assert leaf.line > 0, leaf
        assert leaf.others or "signingKeys" in leaf.path, leaf
        for other in leaf.others:
            assert other != leaf.value
            assert changed(force, leaf, other) != force


def test_a_written_setting_is_at_its_line() -> None:
    force = load("essex", root=ROOT)
    lines = (ROOT / STACK).read_text(encoding="utf-8").splitlines()
    for leaf in leaves(force, ROOT):
        if leaf.written and leaf.file == STACK and isinstance(leaf.value, str):
            assert leaf.value in lines[leaf.line - 1]


def explained(*words: str) -> dict[str, Any]:
    run = bluelamp(("explain", *words, "--format", "json"), ROOT)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)["result"]  # type: ignore[no-any-return]


def test_the_command_explains_a_resource_and_its_verdicts() -> None:
    output = explained("essex", "hub-firewall")
    assert output["type"] == "azure-native:network:AzureFirewall"
    assert output["component"] == {"name": "hub", "type": "bluelamp:index:Hub", "folder": "modules/azure/hub"}
    assert {each["rule"]: each["verdict"] for each in output["findings"]}["BL-DAT-001"] == "pass"


def test_the_command_names_the_origin_of_a_property() -> None:
    run = bluelamp(("explain", "essex", "logs-workspace", "retentionInDays"), ROOT)
    line = line_of(STACK, "retentionDays:")
    output = f"It follows the setting bluelamp:azure.logAnalytics.retentionDays, which is 365 in {STACK}:{line}."
    assert output in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["essex", "hub-firewall", "threatIntelMod"], "did you mean threatIntelMode?"),
        (["esex", "hub-firewall"], "did you mean essex"),
        (["essex"], "bluelamp explain essex RESOURCE"),
        (["BL-NET-0011"], "did you mean BL-NET-0"),
    ],
)
def test_an_unknown_name_is_reported(words: list[str], message: str) -> None:
    run = bluelamp(("explain", *words), ROOT)
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_control_says_how_much_of_it_rules_can_assess() -> None:
    output = explained("A1.a")
    assert [each["extent"] for each in output["controls"]] == ["not-assessable", "not-assessable"]
    assert all(each["why"] and not each["rules"] for each in output["controls"])
    assert explained("b3.b")["controls"][-1]["rules"]


def test_a_failure_leads_to_the_line_of_the_setting(essex: Force) -> None:
    about = {"at": "azure-native:network:AzureFirewall", "module": "bluelamp.policies.azure.network.net_core"}

    @made("T-1", "Off", **about)
    def off(place: Value) -> Outcome:
        """None."""
        return Fail(place["threatIntelMode"], "Off")

    @made("T-2", "On", **about)
    def on(place: Value) -> Outcome:
        """None."""
        return Fail(place.at("sku.name"), "another")

    plan = small(essex)
    report = assess("essex", from_plan(plan), Source.PLAN, root=ROOT, rules=[off, on])
    assert [each.source for each in report.findings] == [None, None]
    by_rule = {each.rule.id: each.source for each in trace_failures(report, plan, ROOT).findings}
    assert by_rule == {"T-1": (STACK, line_of(STACK, "threatIntelMode:")), "T-2": None}
