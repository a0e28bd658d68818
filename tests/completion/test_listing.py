"""`bluelamp list`, and `explain` for the items that it lists."""

import json
from typing import Any

import pytest

from bluelamp.infra.force import load
from bluelamp.policies import rules
from tests.conftest import ROOT, Project, bluelamp


def given(*words: str) -> Any:
    run = bluelamp((*words, "--format", "json"), ROOT)
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)["result"]
    return result[words[1]] if words[0] == "list" else result


def test_forces_are_listed_by_region() -> None:
    every, eastern = given("list", "forces"), given("list", "forces", "--region", "eastern")
    assert {each["force"] for each in eastern} == {each["force"] for each in every if each["region"] == "eastern"}
    (essex,) = [each for each in eastern if each["force"] == "essex"]
    assert (essex["profile"], essex["shape"]) == (load("essex", root=ROOT).profile, "cloud")


def test_rules_are_listed_by_severity_and_framework() -> None:
    assert {each["rule"] for each in given("list", "rules")} == {rule.id for rule in rules()}
    critical = given("list", "rules", "--severity", "critical", "--framework", "cyber-essentials")
    assert critical
    assert {each["severity"] for each in critical} == {"critical"}


@pytest.mark.parametrize("what", ["forces", "rules", "frameworks", "modules"])
def test_a_pipe_gets_one_line_each(what: str) -> None:
    lines = bluelamp(("list", what), ROOT).stdout.splitlines()
    assert len(lines) == len(given("list", what)) + 1
    assert not any("\t" in line or "\x1b" in line for line in lines)


def test_an_unknown_region_is_reported_with_the_nearest() -> None:
    run = bluelamp(("list", "forces", "--region", "easten"), ROOT)
    assert run.returncode == 2
    assert "did you mean eastern?" in run.stderr


@pytest.mark.parametrize(
    ("thing", "ids"),
    [
        ("B4", {"B4.a", "B4.b", "B4.c", "B4.d"}),
        ("cyber-essentials", {"firewalls", "secure-configuration"}),
        ("NS", {"NS-1", "NS-10"}),
        ("A.8", {"8.1", "8.20"}),
        ("caf", {"A1.a"}),
    ],
)
def test_a_framework_or_a_group_shows_its_controls(thing: str, ids: set[str]) -> None:
    found = given("explain", thing)["controls"]
    assert ids <= {each["id"] for each in found}
    assert any(each["rules"] for each in found)


def test_an_annex_a_control_is_found_with_its_letter() -> None:
    assert given("explain", "A.8.20")["rules"] == given("explain", "8.20")["rules"] != []


def test_a_rule_shows_its_controls_in_order_and_no_trailing_blanks() -> None:
    lines = bluelamp(("explain", "BL-NET-001"), ROOT).stdout.splitlines()
    controls = lines[lines.index("Controls") + 1 : lines.index("Checks") - 1]
    assert len(controls) > 5
    assert [each.rpartition(" ")[0] for each in controls] == sorted(each.rpartition(" ")[0] for each in controls)
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_projects_own_rules_are_listed_by_area(project: Project) -> None:
    none = project.here("list", "rules", "--area", "own")
    assert none.returncode == 2
    assert "docs/own-rules.md" in none.stderr
    page = (ROOT / "docs" / "own-rules.md").read_text()
    (project.root / "rules").mkdir()
    for language, suffix in (("python", "py"), ("yaml", "yaml")):
        (project.root / "rules" / f"bastion.{suffix}").write_text(page.split(f"```{language}\n")[1].split("```")[0])
    assert "ESX-BAS-001" in project.run("list", "rules", "--area", "own").stdout
    there = bluelamp(("list", "rules", "--area", "own", "--project", str(project.root)), project.root.parent)
    assert "ESX-BAS-001" in there.stdout
    assert "BL-NET-001" not in there.stdout


@pytest.mark.parametrize("thing", ["azure/hub", "modules/azure/hub", "Hub", "hub"])
def test_a_module_shows_its_arguments(thing: str) -> None:
    (hub,) = given("explain", thing)["modules"]
    assert (hub["name"], hub["folder"]) == ("Hub", "azure/hub")
    assert {"label", "location"} <= {each["name"] for each in hub["arguments"] if each["required"]}


def test_a_setting_shows_its_values_defaults_and_forces() -> None:
    tier = given("explain", "bluelamp:azure.hub.firewall.tier")
    assert (tier["allowed"], tier["default"]) == (["Standard", "Premium"], "Premium")
    (essex,) = [each for each in tier["set_by"] if each["force"] == "essex"]
    line = (ROOT / essex["file"]).read_text(encoding="utf-8").splitlines()[essex["line"] - 1]
    assert line.strip() == f"tier: {essex['value']}"
    enabled = given("explain", "azure.hub.firewall.enabled")
    assert enabled["defaults"] == {"starter": False, "hybrid": True, "full": True}
    assert given("explain", "components.ddosPlan")["defaults"] == dict.fromkeys(("starter", "hybrid", "full"), "off")
    assert given("explain", "azure.landingZones[0].name")["required"] is True


@pytest.mark.parametrize(
    ("thing", "nearest"),
    [
        ("azure.hub.firewal.tier", "azure.hub.firewall.tier"),
        ("cyber-essential", "cyber-essentials"),
        ("azure/hubb", "azure/hub"),
        ("bluelamp:components.ddosPlans", "components.ddosPlan"),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest(thing: str, nearest: str) -> None:
    run = bluelamp(("explain", thing), ROOT)
    assert run.returncode == 2
    assert f"did you mean {nearest}?" in run.stderr
