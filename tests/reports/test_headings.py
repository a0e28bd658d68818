"""No view of a report has a pass's heading for a failure."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from bluelamp.policies import Resource, Rule, Verdict, judge
from bluelamp.policies.compiled import to_admission
from bluelamp.policies.pack.analyzer import message
from bluelamp.reports import Report
from bluelamp.reports.formats import junit, markdown, oscal, sarif, table
from bluelamp.reports.html import to_html, to_index
from bluelamp.reports.terminal import show
from tests.reports.tree import parse

TITLE, FAILURE = "Boxes are shut (T-001)", "A box is open (T-001)"
ReportOn = Callable[..., Report]


def on_terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=120, no_color=True)
    console.print(show(report))
    return console.file.getvalue()  # type: ignore[attr-defined]


def on_page(report: Report) -> str:
    """The headings on the page: titles, the worst, the changes, and the results in the coverage."""
    page = parse(to_html(report))
    parts = [*page.all("h4"), *page.all("ol", class_="worst"), *page.all("ul", class_="changed")]
    return "\n".join(each.text for each in [*parts, *page.all("div", class_="found")])


def in_index(report: Report) -> str:
    page = parse(to_index([report, replace(report, force="kent", name="Kent Police")]))
    return "\n".join(each.text for each in [*page.all("ol", class_="worst"), *page.all("tr")])


def in_csv(report: Report) -> str:
    rows = csv.DictReader(io.StringIO(table.to_csv(report).lstrip("\ufeff")))
    return "\n".join(row["title"] for row in rows)


def in_sarif(report: Report) -> str:
    (run,) = json.loads(sarif.to_sarif(report))["runs"]
    rules = [rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"]]
    return "\n".join([*rules, *(result["message"]["text"] for result in run["results"])])


def in_junit(report: Report) -> str:
    root = Xml.fromstring(junit.to_junit(report))
    output = [suite.attrib["name"] for suite in root.iter("testsuite")]
    return "\n".join(
        [*output, *(each.attrib["message"] for kind in ("failure", "skipped") for each in root.iter(kind))]
    )


def in_oscal(report: Report) -> str:
    output = json.loads(oscal.to_assessment_results(report))["assessment-results"]["results"][0]
    parts = [*output["observations"], *output["findings"], *output.get("risks", ())]
    plan = oscal.to_poam(report)
    items = json.loads(plan)["plan-of-action-and-milestones"]["poam-items"] if plan else []
    return "\n".join(each["title"] for each in [*parts, *items])


def in_markdown(report: Report) -> str:
    return markdown.to_markdown(report).replace("\\", "")


VIEWS = (on_terminal, on_page, in_index, in_markdown, in_csv, in_sarif, in_junit, in_oscal)


@pytest.mark.parametrize("view", VIEWS)
def test_a_failure_has_its_own_heading(view: Callable[[Report], str], report_on: ReportOn) -> None:
    output = view(report_on("open"))
    assert FAILURE in output
    assert TITLE not in output


@pytest.mark.parametrize("view", [on_page, in_csv, in_oscal])
def test_a_pass_has_the_title_as_heading(view: Callable[[Report], str], report_on: ReportOn) -> None:
    output = view(report_on("shut"))
    assert TITLE in output
    assert FAILURE not in output


@pytest.mark.parametrize(
    ("view", "lock", "word"),
    [
        (view, lock, word)
        for view in (on_page, in_markdown, in_csv, in_sarif, in_junit, in_oscal)
        for lock, word in ((None, "Inconclusive"), ("jam", "Rule error"))
    ],
)
def test_an_undecided_verdict_has_its_own_heading(
    view: Callable[[Report], str], lock: str | None, word: str, report_on: ReportOn
) -> None:
    from bluelamp.policies import UNKNOWN

    output = view(report_on(UNKNOWN if lock is None else lock))
    assert re.search(rf"{word}: Boxes are shut", output)


def test_changes_have_the_heading_of_the_present_verdict(report_on: ReportOn, tmp_path: Path) -> None:
    from bluelamp.reports.history import remember

    first = report_on("open", "shut")
    remember([first], tmp_path / "history.db")
    later = replace(report_on("shut", "open"), ended=first.ended.replace(year=first.ended.year + 1))
    (report,) = remember([later], tmp_path / "history.db").reports
    shown = [each.text for each in parse(to_html(report)).all("ul", class_="changed")]
    assert len(shown) == 2
    assert FAILURE in shown[0]
    assert TITLE in shown[1]


def test_the_engine_prints_what_is_wrong(locked: Callable[..., Rule]) -> None:
    rule = locked()
    box = Resource("urn:pulumi:a::b::test:box:Box::c", "test:box:Box", "c", {"lock": "open"})
    (judgement,) = judge([box], [rule])
    assert message(rule, judgement).startswith(f"T-001 {FAILURE}\n")
    exempt = replace(judgement, verdict=Verdict.EXEMPT, exemption="E-1")
    assert message(rule, exempt).startswith(f"Exempt: {FAILURE}: by E-1")


def test_a_clusters_refusal_says_what_is_wrong() -> None:
    from bluelamp.policies import rules

    held = to_admission(rules()).documents
    for rule in (each for each in rules() if each.id in held):
        output = json.dumps(held[rule.id])
        assert f"{rule.id}: {json.dumps(rule.failure)[1:-1]}." in output
