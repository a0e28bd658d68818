"""Resources that no rule judged are in every view by type, count and name, and in the headline."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bluelamp.policies import Resource, Verdict, rules
from bluelamp.policies.judging import Baseline
from bluelamp.reports import Answer, Report, Source, assess, terminal, write
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.html import to_html, to_index
from bluelamp.reports.selection import select
from bluelamp.reports.unjudged import GENERAL_ONLY, NO_RULE, unjudged
from bluelamp.reports.words import headline, one_line
from bluelamp.resources import from_state
from bluelamp.resources.manifests.reading import read as manifests
from bluelamp.resources.skipped import Skipped
from bluelamp.resources.state import skipped
from bluelamp.resources.templates.reading import read as templates
from tests.conftest import bluelamp
from tests.reports.tree import parse
from tests.thorough import tries

WIDGET = "kubernetes:factory.example.org/v1:Widget"
GADGET = "kubernetes:factory.example.org/v1:Gadget"
ZONE = "azure-native:privatedns:PrivateZone"
NAMESPACE = "kubernetes:core/v1:Namespace"
TAGS = {"cost-centre": "CC1", "business-owner": "estates", "classification": "OFFICIAL", "roadmap-milestone": "M1"}


def made(type_: str, name: str, **properties: Any) -> Resource:
    return Resource(f"urn:pulumi:essex::bluelamp::{type_}::{name}", type_, name, properties)


def widgets(count: int, type_: str = WIDGET) -> list[Resource]:
    return [made(type_, f"depot-{number}-{type_[-6:]}", spec={"size": number}) for number in range(count)]


def passing() -> Resource:
    """A resource of a type that rules concern, and that passes all of them."""
    for rule in rules():
        for case in rule.cases:
            if case.verdict is Verdict.PASS and len(case.resources) == 1 and not case.parameters:
                (one,) = case.resources
                if {each.verdict for each in Baseline(rules()).judge([one])} == {Verdict.PASS}:
                    return one
    raise AssertionError("no case passes every rule")


@pytest.fixture
def assessed(tmp_path: Path) -> Callable[..., Report]:
    def of(*resources: Resource, **more: Any) -> Report:
        more = {"source": Source.PLAN, "root": tmp_path, "name": "Essex Police", **more}
        return assess("essex", resources, **more)

    return of


Assessed = Callable[..., Report]


def screen(report: Report) -> str:
    console = Console(width=400, record=True, file=io.StringIO())
    console.print(terminal.show(report), markup=False, highlight=False)
    return console.export_text()


def test_the_headline_says_how_much_no_rule_covers(assessed: Assessed) -> None:
    report = assessed(passing(), *widgets(11), *widgets(3, GADGET))
    assert report.answer is Answer.WITHIN
    assert one_line(report) == "within its baseline; 14 resources of 2 kinds are covered by no rule"
    assert headline(report) == (
        "Essex Police is within its security baseline. 14 resources of 2 kinds are covered by no rule."
    )
    assert one_line(assessed(passing(), *widgets(1))).endswith("; 1 resource of 1 kind is covered by no rule")
    assert one_line(assessed(passing())) == "within its baseline"


def test_if_no_rule_covers_anything_the_result_is_inconclusive(assessed: Assessed) -> None:
    report = assessed(*widgets(2))
    assert report.answer is Answer.UNDECIDED
    assert one_line(report) == ("undecided: there was nothing to judge; 2 resources of 1 kind are covered by no rule")
    assert "within its baseline" not in screen(report)


def test_resources_with_general_rules_only_are_not_judged(assessed: Assessed) -> None:
    zone = made(ZONE, "zone-7741", location="uksouth", tags=TAGS)
    report = assessed(zone)
    assert report.findings
    assert not report.broken
    assert report.answer is Answer.UNDECIDED
    assert [(each.kind, each.why) for each in report.unjudged] == [(ZONE, GENERAL_ONLY)]
    both = assessed(passing(), zone, *widgets(1))
    assert [each.why for each in both.unjudged] == [NO_RULE, GENERAL_ONLY]
    assert "covered only by rules on location, classification and cost" in one_line(both)
    assert both.answer is Answer.WITHIN


def test_a_selection_of_rules_lists_nothing_that_other_rules_cover(assessed: Assessed) -> None:
    resources = [passing(), *widgets(2)]
    picked = assessed(*resources, selection=select(ids=["BL-NET-001"]))
    assert picked.unjudged == assessed(*resources).unjudged
    assert picked.answer in {Answer.UNDECIDED, Answer.WITHIN_PICKED}
    general = assessed(made(ZONE, "z", location="uksouth", tags=TAGS), selection=select(ids=["BL-DAT-001"]))
    assert general.answer is Answer.WITHIN_PICKED


@pytest.fixture
def report(assessed: Assessed) -> Report:
    skip = [
        Skipped("document", "deploy/values.yaml:1", "it is not a Kubernetes object", source=("deploy/values.yaml", 1))
    ]
    source = [replace(each, source=("deploy/all.yaml", 7)) for each in widgets(3)]
    return assessed(passing(), *source, made(ZONE, "zone-7741", location="uksouth", tags=TAGS), skipped=skip)


NAMES = ["depot-0-Widget", "depot-1-Widget", "depot-2-Widget", "zone-7741", "deploy/values.yaml:1"]


def test_every_format_lists_it(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write([report], folder)
    found = json.loads((folder / "findings.json").read_text())["notJudged"]
    assert [(each["kind"], each["count"]) for each in found] == [(WIDGET, 3), ("document", 1), (ZONE, 1)]
    assert sorted(one["name"] for each in found for one in each["resources"]) == sorted(NAMES)
    assert found[0]["resources"][0]["source"] == {"file": "deploy/all.yaml", "line": 7}
    table = (folder / "not-judged.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert [row["kind"] for row in rows] == [WIDGET] * 3 + ["document", ZONE]
    assert "covered by no rule" in (folder / "report.csv").read_text(encoding="utf-8-sig")
    run = json.loads((folder / "findings.sarif").read_text())["runs"][0]
    assert [each["kind"] for each in run["properties"]["notJudged"]] == [WIDGET, "document", ZONE]
    notifications = [
        each for each in run["invocations"][0]["toolExecutionNotifications"] if "not judged" in each["message"]["text"]
    ]
    assert [len(each["locations"]) for each in notifications] == [3, 1, 1]
    suites = Xml.fromstring((folder / "junit.xml").read_text())
    (suite,) = (each for each in suites if each.get("name") == "not judged")
    assert [len(suite), suite.get("skipped")] == [5, "5"]
    assert sum(int(each.get("tests", "")) for each in suites) == int(suites.get("tests", ""))
    results = json.loads((folder / "assessment-results.json").read_text())["assessment-results"]["results"][0]
    observed = [each for each in results["observations"] if each["title"].startswith("Not judged")]
    assert [len(each["subjects"]) for each in observed] == [3, 1, 1]
    items = {each["uuid"] for each in results["local-definitions"]["inventory-items"]}
    assert {one["subject-uuid"] for each in observed for one in each["subjects"]} <= items
    for text in ((folder / "report.md").read_text(), screen(report)):
        assert "covered by no rule" in text
        for word in ("factory.example.org/v1:Widget", "depot-0-Widget"):
            assert word in text


def test_the_page_lists_it_and_links_to_it(report: Report, assessed: Assessed) -> None:
    page = parse(to_html(report))
    text = page.text
    assert "4 resources of 2 kinds are covered by no rule" in text
    for name in NAMES:
        assert name in text
    assert "#not-judged" in to_html(report)
    index = to_index([report, replace(assessed(passing()), force="kent", name="Kent Police")])
    assert "4 resources are covered by no rule." in parse(index).text


def test_redaction_removes_the_names(report: Report, tmp_path: Path) -> None:
    hidden = Anonymous()(report)
    assert [(each.kind, len(each.resources)) for each in hidden.unjudged] == [
        (each.kind, len(each.resources)) for each in report.unjudged
    ]
    for path in write([hidden], tmp_path / "out"):
        text = path.read_text(encoding="utf-8")
        for name in ("depot-", "zone-7741"):
            assert name not in text


def test_items_skipped_in_manifests_and_templates_are_listed(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("replicas: 3\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n")
    left: list[Skipped] = []
    manifests([str(tmp_path)], skip=left.append)
    assert [(each.kind, each.source) for each in left] == [("document", (str(tmp_path / "values.yaml"), 1))]
    resources = [
        {"type": "Microsoft.Unheard/things", "apiVersion": "2024-01-01", "name": "thing"},
        {"type": "Microsoft.Resources/deployments", "apiVersion": "2024-01-01", "name": "linked",
         "properties": {"templateLink": {"uri": "https://x"}}},
        {"type": "Microsoft.KeyVault/vaults", "apiVersion": "2024-01-01", "name": "there", "existing": True},
    ]  # fmt: skip
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    (tmp_path / "site.json").write_text(json.dumps({"$schema": schema, "resources": resources}))
    left.clear()
    assert templates([str(tmp_path / "site.json")], skip=left.append) == []
    assert [each.name for each in left] == ["linked", "there", "thing"] or {each.name for each in left} == {
        "linked", "there", "thing"}  # fmt: skip


def test_the_command_reports_what_it_skipped(tmp_path: Path) -> None:
    (tmp_path / "all.yaml").write_text(
        "replicas: 3\n---\napiVersion: factory.example.org/v1\nkind: Widget\nmetadata: {name: depot}\n"
    )
    run = bluelamp(["audit", "--from", "manifests", "all.yaml"], tmp_path)
    assert "within" not in run.stdout
    assert "2 resources of 2 kinds are covered by no rule" in run.stdout
    assert "depot" in run.stdout
    assert "all.yaml:1" in run.stdout


def test_items_skipped_in_a_state_are_listed(assessed: Assessed) -> None:
    def record(name: str, **more: Any) -> dict[str, Any]:
        return {"urn": f"urn:pulumi:essex::b::{NAMESPACE}::{name}", "type": NAMESPACE, "custom": True, **more}

    state = {"deployment": {"resources": [record("a"), record("read", external=True), record("going", delete=True)]}}
    report = assessed(*from_state(state), skipped=skipped(state))
    assert {(one.name, one.why) for each in report.unjudged for one in each.resources} == {
        ("read", "it is only read here, and managed elsewhere"),
        ("going", "it is pending deletion"),
    }


TYPES = sorted({type_ for rule in rules() for type_ in rule.at if "*" not in type_ and len(rule.at) < 100})


@settings(max_examples=tries(1000), deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from([*TYPES[::7], WIDGET, GADGET, ZONE]), min_size=1, max_size=8),
    st.sampled_from([{}, {"location": "uksouth", "tags": TAGS}, {"spec": {}}]),
)
def test_every_resource_is_judged_or_listed(types: list[str], properties: dict[str, Any]) -> None:
    resources = [made(type_, f"r{number}", **properties) for number, type_ in enumerate(types)]
    judgements = Baseline(rules()).judge(resources)
    listed = {one.urn for each in unjudged(resources, judgements, rules()) for one in each.resources}
    general = {rule.id for rule in rules() if len(rule.at) >= 100}
    particular = {each.urn for each in judgements if each.rule not in general}
    assert {each.urn for each in resources} == listed | particular
    assert not listed & particular
