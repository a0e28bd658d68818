"""The forces' registers, mistakes in a register, and the output of `bluelamp assets`."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from bluelamp.assets.coverage import coverage
from bluelamp.assets.dcat import catalogue
from bluelamp.assets.lineage import picture
from bluelamp.cli.select import with_stacks
from bluelamp.core.contracts import Contract, read_assets
from bluelamp.planning import plan_force
from bluelamp.policies import Verdict, judge, rules
from bluelamp.resources import from_plan
from tests.conftest import ROOT, Project

FORCE = "dyfed-powys"
OURS = [rule for rule in rules() if rule.id.startswith("BL-AST-")]
METRICS = {"rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"}


@pytest.fixture(scope="module")
def largest() -> tuple[Contract, ...]:
    return read_assets(ROOT, "west-midlands")


def test_every_force_has_a_register_owned_by_its_own_roles() -> None:
    for force in with_stacks(ROOT):
        assert read_assets(ROOT, force), force


def test_the_largest_register_covers_the_usual_systems_with_checks_and_lineage(largest: tuple[Contract, ...]) -> None:
    ids = {each.asset for each in largest}
    assert len(ids) >= 15
    assert {"records-management", "custody", "holmes2", "leds-extract", "pnd-submission", "hr", "street-crime"} <= ids
    assert {place.properties.location for each in largest for place in each.placements} == {
        "uksouth",
        "ukwest",
        "onPremises",
    }
    assert sum(len(each.properties.lineage) for each in largest) >= 10
    checks = [
        check
        for each in largest
        for table in each.tables
        for part in (table, *(table.properties or ()))
        for check in part.quality or ()
    ]
    assert {check.metric for check in checks if check.metric} == METRICS
    assert any(check.type == "sql" for check in checks)
    assert all(each.retention_years for each in largest if each.tables)


@pytest.mark.parametrize("force", [FORCE, "essex", "kent"])
def test_a_force_is_catalogued_and_breaks_no_mandatory_rule_of_the_register(force: str) -> None:
    resources = from_plan(plan_force(force, ROOT))
    covered = coverage(resources)
    assert covered.stores
    assert not covered.uncatalogued
    assert not covered.missing
    open_ = {each.rule for each in judge(resources, OURS) if each.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)}
    assert open_ <= {"BL-AST-002"}


def contract(project: Project, name: str) -> Path:
    return project.root / "stacks" / FORCE / "assets" / f"{name}.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("value: uksouth", "value: ukwest", "BL-AST-004"),
        ("classification, value: OFFICIAL}", "classification, value: OFFICIAL-SENSITIVE}", "BL-AST-005"),
        ("value: 365, unit: d", "value: 6, unit: y", "BL-AST-006"),
        ("value: logs-workspace", "value: logs-workspac", "BL-AST-003"),
        ("value: logs-workspace", "value: logs-workspac", "BL-AST-001"),
        (
            "customProperties:\n  - {property: classification",
            'customProperties:\n  - {property: legalHolds, value: [{reference: Inquiry, since: "2026-01-01"}]}\n'
            "  - {property: classification",
            "BL-AST-010",
        ),
    ],
)
def test_a_difference_from_the_contract_is_refused(project: Project, old: str, new: str, rule: str) -> None:
    edit(contract(project, "platform-logs"), old, new)
    resources = from_plan(plan_force(FORCE, project.root))
    assert rule in {each.rule for each in judge(resources, OURS) if each.verdict is Verdict.FAIL}


def test_flows_that_cross_a_boundary_are_refused(project: Project) -> None:
    text = contract(project, "secrets").read_text("utf-8")
    text = text.replace("id: secrets", "id: copy").replace("        customProperties:\n", "        customProperties:\n")
    head, _, tail = text.partition("servers:\n")
    own = tail.partition("customProperties:\n  - {property: classification")[2]
    contract(project, "copy").write_text(
        f"{head}servers:\n  - server: abroad\n    type: custom\n    customProperties:\n"
        "      - {property: location, value: northeurope}\n      - {property: public, value: true}\n"
        "customProperties:\n  - {property: lineage, value: [platform-logs]}\n  - {property: classification" + own,
        "utf-8",
    )
    edit(contract(project, "platform-logs"), "value: OFFICIAL}", "value: OFFICIAL-SENSITIVE}")
    found = {
        each.rule: each.message
        for each in judge(from_plan(plan_force(FORCE, project.root)), OURS)
        if each.verdict is Verdict.FAIL
    }
    assert {"BL-AST-007", "BL-AST-008", "BL-AST-009"} <= found.keys()
    assert "platform-logs -> copy leads to a copy in northeurope" in found["BL-AST-009"]


def test_mistakes_in_a_contract_are_reported_as_mistakes_in_the_settings(project: Project) -> None:
    path = contract(project, "platform-logs")
    edit(path, "kind: DataContract\n", "kind: DataContract\ntitel: Logs\n")
    edit(path, 'role: "Head of ICT"', 'role: "Jo Bloggs"')
    for words in (["check", FORCE], ["preview", "--rehearse", FORCE], ["up", "--rehearse", FORCE], ["assets", FORCE]):
        run = project.here(*words)
        assert run.returncode == 2, run.stdout + run.stderr
        assert f"stacks/{FORCE}/assets/platform-logs.yaml:5" in run.stderr
        assert "titel" in run.stderr


def test_an_unknown_region_is_refused_with_the_nearest_one(project: Project) -> None:
    edit(contract(project, "platform-logs"), "value: uksouth", "value: uksuoth")
    run = project.here("assets", FORCE)
    assert run.returncode == 2
    assert "did you mean uksouth?" in run.stderr


def test_without_a_register_nothing_counts_as_catalogued_and_one_is_proposed(project: Project) -> None:
    for path in contract(project, "x").parent.iterdir():
        path.unlink()
    contract(project, "x").parent.rmdir()
    found = {each.verdict for each in judge(from_plan(plan_force(FORCE, project.root)), OURS)}
    assert found == {Verdict.UNKNOWN}

    before = project.here("assets", FORCE)
    assert before.returncode == 0
    assert "not catalogued vault-vault" in before.stdout
    proposed = project.here("assets", FORCE, "--propose", "--format", "json")
    result = json.loads(proposed.stdout)["result"]
    assert sorted(result["written"]) == [f"stacks/{FORCE}/assets/{each}.yaml" for each in ("platform-logs", "secrets")]
    assert all(store["assets"] for store in result["stores"])
    for name in ("platform-logs", "secrets"):
        shipped = ROOT / "stacks" / FORCE / "assets" / f"{name}.yaml"
        assert contract(project, name).read_text("utf-8") == shipped.read_text("utf-8")


@pytest.mark.parametrize("force", ["west-midlands", "essex"])
def test_the_dcat_export_follows_the_cross_government_model(force: str) -> None:
    schema = json.loads(Path(__file__).with_name("ukgov-dataset.json").read_text("utf-8"))
    validator = Draft201909Validator(schema, format_checker=FormatChecker())
    exported = catalogue(force, force, read_assets(ROOT, force))
    assert len(exported["dataset"]) == len(read_assets(ROOT, force))
    context = exported["@context"]
    for each in exported["dataset"]:
        assert all(key in context or key.startswith("@") for key in each)
        # The model is closed: terms of JSON-LD and of this project are removed, and nothing is added.
        own = {key: value for key, value in each.items() if key not in ("@id", "marking", "derivedFrom")}
        own["contactPoint"] = {key: value for key, value in each["contactPoint"].items() if key != "@type"}
        assert list(validator.iter_errors(own)) == []
        for name in schema["required"]:
            assert list(validator.iter_errors({key: value for key, value in own.items() if key != name})), name
            assert list(validator.iter_errors({**own, name: {}})), name
        assert list(validator.iter_errors({**own, "modified": "2026-02-30"}))


def test_the_diagram_has_every_asset_and_every_flow(largest: tuple[Contract, ...]) -> None:
    svg = ET.fromstring(picture("West Midlands <Police>", largest))
    names = {element.get("aria-label", "").partition(",")[0] for element in svg.iter() if element.get("aria-label")}
    assert {each.name.partition(",")[0] for each in largest} <= names
    text = next(element.text for element in svg.iter() if element.tag.endswith("desc"))
    assert text is not None
    assert all(f"{before} to {each.asset}" in text for each in largest for before in each.properties.lineage)
    assert not [element for element in svg.iter() if element.tag.endswith("script") or element.get("href")]
