"""The settings named as remedies fix their failures when a user writes them."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp.fleet.judge import Check, check_plan
from bluelamp.origins.locations import program_line
from bluelamp.origins.remedies import remedies, written_as
from bluelamp.policies import Verdict
from tests.conftest import Project, make_project

FORCE = "dyfed-powys"
FAILING = {
    "azure.keyVault.softDeleteRetentionDays": 45,
    "components.privateDns": "off",
    "azure.hub.firewall.enabled": True,
    "azure.hub.firewall.threatIntelMode": "Off",
    "azure.landingZones": [
        {"name": "records", "budget": {"amount": 100, "contacts": ["records@dyfed-powys.police.example"]}}
    ],
}
"""Values that break a rule of a force that has the default."""


def put(project: Project, setting: str, value: Any) -> None:
    """Writes a setting into the force's stack file."""
    path = project.settings(FORCE)
    document = yaml.safe_load(path.read_text("utf-8"))
    first, *rest = setting.removeprefix("bluelamp:").split(".")
    place, key = document["config"], f"bluelamp:{first}"
    for step in rest:
        name, _, index = key.partition("[")
        place = place.setdefault(name, {})
        place, key = (place[int(index.rstrip("]"))] if index else place), step
    place[key] = value
    path.write_text(yaml.safe_dump(document), "utf-8")


@pytest.fixture(scope="module")
def cured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[Check]]:
    """A force to which every remedy is applied, and the check before each round."""
    project = make_project(tmp_path_factory.mktemp("cured") / "project")
    for setting, value in FAILING.items():
        put(project, setting, value)
    checks = []
    for _ in range(len(remedies()) + 1):
        check = check_plan(FORCE, project.root)
        checks.append(check)
        assert check.report is not None
        wanted = dict.fromkeys(each.remedy for each in check.report.findings if each.remedy)
        for remedy in wanted:
            setting, _, value = remedy.partition(": ")
            put(project, setting, yaml.safe_load(value))
        if not wanted:
            break
    return project, checks


def failures(check: Check) -> dict[tuple[str, str], str]:
    assert check.report is not None
    return {(each.rule.id, each.urn): each.remedy for each in check.report.findings if each.verdict is Verdict.FAIL}


def test_every_remedy_fixes_its_failure(cured: tuple[Project, list[Check]]) -> None:
    _, checks = cured
    proposed: set[tuple[str, str]] = set()
    for before, after in pairwise(checks):
        given = {key for key, remedy in failures(before).items() if remedy}
        assert not given & set(failures(after))
        assert after.report is not None
        passing = {(each.rule.id, each.urn) for each in after.report.findings if each.verdict is Verdict.PASS}
        assert given <= passing
        proposed |= {(rule, written_as(failures(before)[rule, urn].partition(": ")[0])) for rule, urn in given}
    known = {(each.rule, each.setting) for of_rule in remedies().values() for each in of_rule}
    assert proposed == known, "add a value that breaks the rule to FAILING"


def test_no_remedy_is_given_if_none_is_left(cured: tuple[Project, list[Check]]) -> None:
    assert not any(failures(cured[1][-1]).values())


def test_every_failure_has_an_existing_file_and_line(cured: tuple[Project, list[Check]]) -> None:
    project, checks = cured
    for check in checks:
        assert check.report is not None
        for finding in check.report.findings:
            if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
                assert finding.source is not None, finding
                file, line = finding.source
                assert 1 <= line <= len((project.root / file).read_text("utf-8").splitlines()), finding.source


def test_a_remedy_points_at_the_written_setting(project: Project) -> None:
    check = check_plan(FORCE, project.root)
    assert check.report is not None
    (sku,) = [each for each in check.report.findings if each.remedy == "bluelamp:azure.keyVault.sku: premium"]
    lines = project.settings(FORCE).read_text("utf-8").splitlines()
    assert sku.source == (f"stacks/Pulumi.{FORCE}.yaml", lines.index("      sku: standard") + 1)


def test_a_line_of_the_program_is_in_the_project(tmp_path: Path) -> None:
    bases = (tmp_path,)
    assert program_line((tmp_path.as_uri() + "/modules/a%20b.py", 7), bases) == ("modules/a b.py", 7)
    assert program_line(("file:///elsewhere/a.py", 7), bases) is None
    assert program_line(("project:///modules/a.py", 7), bases) == ("modules/a.py", 7)
    assert program_line(("project:///../../lib/a.py", 7), bases) is None
    assert program_line(None, bases) is None


def test_an_environments_fix_has_the_form_of_its_own_file(project: Project) -> None:
    zones = "[{name: NAME, budget: {amount: 100, contacts: [records@dyfed-powys.police.example]}}]"
    both = [yaml.safe_load(zones.replace("NAME", each))[0] for each in ("custody", "records")]
    put(project, "azure.landingZones", both)
    assert (
        project.run(
            "new", FORCE, "--environment", "dev", "--subscription", "5f4b3c2d-1111-4222-8333-944455566677"
        ).returncode
        == 0
    )
    check = check_plan(f"{FORCE}-dev", project.root)
    assert check.report is not None
    given = {each.remedy for each in check.report.findings if each.remedy}
    assert "bluelamp:azure.landingZones: [{name: custody, backup: {immutability: Locked}}]" in given
    assert all(each.startswith("bluelamp:") and "[0]" not in each for each in given)


def test_a_failure_of_an_asset_points_at_its_contract(project: Project) -> None:
    check = check_plan(FORCE, project.root)
    assert check.report is not None
    proposed = [each for each in check.report.findings if each.rule.id == "BL-AST-002"]
    assert proposed
    for finding in proposed:
        assert finding.source is not None
        file, line = finding.source
        assert file == f"stacks/{FORCE}/assets/{finding.name.removeprefix('asset-')}.yaml"
        assert "informationAssetOwner" in (project.root / file).read_text("utf-8").splitlines()[line - 1]
