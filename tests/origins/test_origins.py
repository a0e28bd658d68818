"""What a property's value comes from: told only where a trial showed it."""

import json
import re
from functools import cache
from typing import Any

import pytest

from bluelamp.origins import Kind, Origin, trace
from bluelamp.origins.code import component_of, folder_of, mentions
from bluelamp.origins.leaves import changed, leaves
from bluelamp.paths import parse
from bluelamp.planning import Plan, plan_settings
from infra.force import Force, load
from tests.conftest import ROOT, Project, bluelamp

STACK = "stacks/Pulumi.essex.yaml"


@cache
def essex() -> tuple[Force, Plan]:
    force = load("essex", root=ROOT)
    return force, plan_settings(force, ROOT)


def origin(name: str, path: str, **how: Any) -> Origin:
    force, plan = essex()
    (urn,) = (each.urn for each in plan.resources if each.name == name)
    return trace(force, plan, urn, parse(path), ROOT, **how)


def line_of(file: str, pattern: str) -> int:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if re.search(pattern, line))


def test_a_setting_that_is_written_is_named_with_its_line() -> None:
    found = origin("hub-firewall", "threatIntelMode")
    assert (found.kind, found.value) == (Kind.SETTING, "Deny")
    (one,) = found.settings
    assert one.path == "bluelamp:azure.hub.firewall.threatIntelMode"
    assert (one.file, one.line, one.written) == (STACK, line_of(STACK, "threatIntelMode:"), True)
    assert one.tried == one.became == "Alert"


def test_a_default_is_named_with_the_line_that_declares_it() -> None:
    found = origin("vault-vault", "properties.sku.name")
    assert (found.kind, found.value) == (Kind.DEFAULT, "premium")
    (one,) = found.settings
    assert (one.path, one.written) == ("bluelamp:azure.keyVault.sku", False)
    assert (one.file, one.line) == ("infra/azure.py", line_of("infra/azure.py", r'sku: .*"premium"'))


def test_what_the_address_plan_gives_leads_to_the_register() -> None:
    found = origin("hub-firewall-subnet", "addressPrefix")
    (one,) = found.settings
    assert one.path == "bluelamp:azure.hub.addressSpace"
    assert (one.file, one.line > 1, one.written) == ("stacks/forces.yaml", True, False)


def test_a_value_that_is_made_of_several_settings_names_them_all() -> None:
    found = origin("hub-firewall", "tags")
    paths = {each.path for each in found.settings}
    assert {"bluelamp:owner.email", "bluelamp:costCentre", "bluelamp:roadmapMilestone", "forces.essex"} <= paths
    assert "bluelamp:azure.hub.firewall.tier" not in paths


def test_what_the_cloud_works_out_is_not_given_to_a_setting() -> None:
    found = origin("hub-hub-rules-logs", "workspaceId")
    assert (found.kind, found.value, found.settings) == (Kind.CLOUD, "<unknown>", ())
    assert [urn.rpartition("::")[2] for urn in found.references] == ["logs-workspace"]
    assert origin("hub-firewall", "provisioningState").kind is Kind.CLOUD
    assert origin("hub-firewall", "sku.nope").kind is Kind.NOTHING


def test_what_the_code_fixes_is_said_only_after_every_setting_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A force of few settings: each takes a plan."""
    force, _ = essex()
    few = [leaf for leaf in leaves(force, ROOT) if leaf.path.startswith("bluelamp:azure.keyVault")]
    monkeypatch.setattr("bluelamp.origins.tracing.leaves", lambda *_: few)
    heard: list[str] = []
    found = origin("vault-vault", "properties.enablePurgeProtection", hear=heard.append)
    assert (found.kind, found.value, found.settings) == (Kind.CODE, True, ())
    assert found.exhausted
    assert found.tried + found.untried == len(few) == len(heard)
    quick = origin("vault-vault", "properties.enablePurgeProtection", likely_only=True)
    assert not quick.exhausted


def test_the_code_that_names_it_is_found() -> None:
    _, plan = essex()
    by_urn = {each.urn: each for each in plan.resources}
    vault = next(each for each in plan.resources if each.name == "vault-vault")
    component = component_of(vault, by_urn)
    assert component is not None
    folder = folder_of(component, ROOT)
    assert folder == "modules/azure/key_vault"
    (place,) = mentions(folder, "enablePurgeProtection", ROOT)
    file, _, line = place.partition(":")
    assert "enable_purge_protection" in (ROOT / file).read_text().splitlines()[int(line) - 1]


def test_every_setting_can_be_changed_and_has_a_place() -> None:
    force, _ = essex()
    for leaf in leaves(force, ROOT):
        assert (ROOT / leaf.file).is_file(), leaf
        assert leaf.line > 0, leaf
        assert leaf.others, leaf
        for other in leaf.others:
            assert other != leaf.value
            assert changed(force, leaf, other) != force


def test_a_written_setting_stands_at_its_line() -> None:
    force, _ = essex()
    lines = (ROOT / STACK).read_text(encoding="utf-8").splitlines()
    for leaf in leaves(force, ROOT):
        if leaf.written and leaf.file == STACK and isinstance(leaf.value, str):
            assert leaf.value in lines[leaf.line - 1]


def explained(*words: str) -> dict[str, Any]:
    run = bluelamp(("explain", *words, "--format", "json"), ROOT)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)  # type: ignore[no-any-return]


def test_the_command_explains_a_resource_and_how_it_is_judged() -> None:
    said = explained("essex", "hub-firewall")
    assert said["type"] == "azure-native:network:AzureFirewall"
    assert said["component"] == {"name": "hub", "type": "bluelamp:index:Hub", "folder": "modules/azure/hub"}
    assert {each["rule"]: each["verdict"] for each in said["findings"]}["BL-DAT-001"] == "pass"
    assert explained("essex", said["urn"]) == said


def test_the_command_says_where_a_property_comes_from() -> None:
    run = bluelamp(("explain", "essex", "logs-workspace", "retentionInDays"), ROOT)
    line = line_of(STACK, "retentionDays:")
    said = f"It follows the setting bluelamp:azure.logAnalytics.retentionDays, which is 365 in {STACK}:{line}."
    assert said in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["essex", "hub-firewal"], "did you mean hub-firewall?"),
        (["essex", "hub-firewall", "threatIntelMod"], "did you mean threatIntelMode?"),
        (["essex", "hub-firewall", "sku["], "is not a property path"),
        (["esex", "hub-firewall"], "did you mean essex"),
        (["essex"], "bluelamp explain essex RESOURCE"),
        (["BL-NET-01"], "did you mean BL-NET-001?"),
    ],
)
def test_what_cannot_be_explained_is_told(words: list[str], said: str) -> None:
    run = bluelamp(("explain", *words), ROOT)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_control_says_how_far_rules_can_see_it() -> None:
    said = explained("A1.a")
    assert [each["extent"] for each in said["controls"]] == ["not-assessable", "not-assessable"]
    assert all(each["why"] and not each["rules"] for each in said["controls"])
    assert explained("b3.b")["controls"][-1]["rules"]


def test_a_failure_leads_to_the_line_of_the_setting(project: Project) -> None:
    settings = project.settings("essex")
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("threatIntelMode: Deny", 'threatIntelMode: "Off"'), encoding="utf-8")
    run = project.run("check", "essex", "--format", "json")
    assert run.returncode == 3, run.stderr
    findings = json.loads(run.stdout)[0]["report"]["findings"]
    (failing,) = [each for each in findings if each["verdict"] == "fail"]
    assert failing["source"] == {"file": STACK, "line": line_of(STACK, "threatIntelMode:")}
    assert all(each["source"] is None for each in findings if each["verdict"] != "fail")
