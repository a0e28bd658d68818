"""The views agree with the model and with each other, and none of them shows a secret."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bluelamp.planning.plan import Plan, PlannedResource
from bluelamp.policies import UNKNOWN, Control, Rule, Severity, Verdict
from bluelamp.policies.catalogues import Catalogue, Extent, Row, catalogues
from bluelamp.policies.estate import Estate
from bluelamp.policies.rule import Fail, Outcome
from bluelamp.policies.rule import rule as make_rule
from bluelamp.policies.value import Value
from bluelamp.rehearsal.values import Secret
from bluelamp.reports import Report, Source, assess, terminal, write
from bluelamp.reports.coverage import ControlStatus, coverage
from bluelamp.reports.page import control_anchor
from bluelamp.resources import from_plan, from_state
from tests.reports.tree import Node, findings, urns

ReportOn = Callable[..., Report]
Locked = Callable[..., Rule]
CANARY = "canary-7f3a9b-do-not-sing"
CAGE = f"-----BEGIN 'CAGE'-----\n{CANARY}\n-----END \"CAGE\"-----\n"
"""A secret of several lines and with quotes, like a key; output often escapes parts of it."""


def printed(*things: Any, width: int = 80) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, no_color=True, force_terminal=False).print(*things)
    return stream.getvalue()


def test_counts_agree_in_every_view(busy: Report, page: Node) -> None:
    data = json.loads(busy.to_json())
    expected = {str(verdict): count for verdict, count in busy.counts.items()}

    assert Counter(finding["verdict"] for finding in data["findings"]) == Counter(expected)
    shown = {node.attributes["data-count"]: int(node.text.replace(",", "")) for node in page.all(class_="number")}
    assert shown == expected
    rows: Counter[str] = Counter()
    for group in page.all("section", class_="group"):
        verdict = str(group.attributes["data-verdict"])
        assert group.one("h3").text.endswith(f"({busy.counts[Verdict(verdict)]:,})")
        rows[verdict] += len(findings(group))
    assert rows == Counter(expected)
    in_rules: Counter[str] = Counter()
    for line in page.one("table", class_="rules").one("tbody").all("tr"):
        for verdict, cell in zip(expected, line.all("td", class_="figure"), strict=True):
            in_rules[verdict] += int(re.match(r"\d+", cell.text.strip())[0])  # type: ignore[index] # always a number
    assert in_rules == Counter(expected)
    output = printed(terminal.show(busy), width=400).replace("\n", " ")
    others = {verdict: count for verdict, count in expected.items() if verdict != "fail"}
    assert all(f"{count:,} {verdict}" in output for verdict, count in others.items() if count)
    failures = [
        re.search(rf"([\d,]+) {kind} failure", output.rpartition("verdicts by")[2])
        for kind in ("mandatory", "advisory")
    ]
    assert sum(int(each[1].replace(",", "")) for each in failures if each) == expected["fail"]


def test_every_finding_is_on_the_page_with_its_evidence(busy: Report, page: Node) -> None:
    assert Counter(urns(page, findings(page))) == Counter(finding.urn for finding in busy.findings)
    open_port = next(finding for finding in busy.broken if finding.rule.id == "BL-NET-001")
    card = page.one("article", id="BL-NET-001-fail")
    (row,) = [
        row for row in card.all("tr") if row.text.count(f"::{open_port.name}") and "data-finding" in row.attributes
    ]
    assert open_port.path in row.text
    assert str(open_port.observed) in row.text
    assert open_port.rule.rationale in card.text
    assert open_port.rule.fix in card.text
    assert all(control.id in card.text for control in open_port.rule.controls)


def test_controls_without_rules_keep_their_row(busy: Report, page: Node) -> None:
    section = page.one("section", aria_labelledby="coverage")
    frameworks = coverage(busy)
    for catalogue in catalogues():
        (framework,) = [
            each for each in frameworks if (each.name, each.edition) == (catalogue.framework, catalogue.edition)
        ]
        assert [row.control.id for row in framework.rows][: len(catalogue.controls)] == list(catalogue.controls)
        for row in framework.rows:
            if not row.rules:
                assessable = catalogue.controls[row.control.id].extent is not Extent.NOT_ASSESSABLE
                assert row.status is (ControlStatus.NOT_ASSESSED if assessable else ControlStatus.NOT_ASSESSABLE)
    shown = {row.attributes["id"]: row for body in section.all("tbody") for row in body.all("tr")}
    assert len(shown) == sum(each.assessed for each in frameworks)
    unseen = ("Not assessed by these rules", "Not assessable from infrastructure")
    listed = {each.attributes["id"]: part for part in section.all(class_="alike") for each in part.all("li")}
    assert all(part.one("p").text.startswith(unseen) for part in listed.values())
    assert len(listed) == sum(len(each.rows) - each.assessed for each in frameworks) > 0
    for row in (row for each in frameworks for row in each.rows):
        assert row.why in (shown if row.rules else listed)[control_anchor(row.control)].text


STANDINGS = [
    (["shut", "open", UNKNOWN], ControlStatus.FAILS),
    (["shut", UNKNOWN], ControlStatus.UNDECIDED),
    (["shut", "jam"], ControlStatus.UNDECIDED),
    (["shut", "skip"], ControlStatus.PARTLY),
    (["skip"], ControlStatus.NOTHING_HERE),
    ([], ControlStatus.NOTHING_HERE),
]


@pytest.mark.parametrize(("locks", "status"), STANDINGS)
def test_the_result_of_a_control(report_on: ReportOn, locks: list[Any], status: ControlStatus) -> None:
    frameworks = {each.name: each for each in coverage(report_on(*locks))}
    (row,) = frameworks["Box Standard"].rows
    assert (row.control, row.status) == (Control("Box Standard", "1", "BX-1"), status)
    assert sum(row.counts.values()) == len(locks)


@pytest.mark.parametrize(("extent", "status"), [("assessed", ControlStatus.PASSES), ("partly", ControlStatus.PARTLY)])
def test_a_partly_assessed_control_is_never_shown_as_met(
    report_on: ReportOn, extent: str, status: ControlStatus
) -> None:
    boxes = {"BX-1": Row("Boxes are shut", Extent(extent), "Rules see no lids."), "BX-2": Row("Lids", Extent(extent))}
    known = Catalogue("Box Standard", "1", "Boxes", "The box makers", "2026-01-01", "", boxes)
    (framework, *_) = coverage(report_on("shut"), [known])
    assert [row.status for row in framework.rows] == [status, ControlStatus.NOT_ASSESSED]
    assert framework.extents[Extent(extent)] == 2


def test_the_terminal_says_what_is_broken_and_how_to_fix_it(report_on: ReportOn) -> None:
    output = printed(terminal.show(report_on("open", "shut", UNKNOWN)))
    for word in ("T-001", "box-0", "lock", "open", "shut", "NCSC CAF 4.0 B3.c", "Shut the box."):
        assert word in output
    assert "    - box-2.lock: lock: unknown until deployed" in output.splitlines()
    assert output.rpartition("\n\n")[2].startswith("essex: not within its baseline: 1 mandatory failure (1 high)")


def test_a_clean_plan_is_one_line(report_on: ReportOn) -> None:
    output = printed(terminal.show(report_on("shut", "shut", "skip"))).splitlines()
    assert [" ".join(map(str.strip, output))] == [
        "essex: within its baseline. 3 resources planned (all judged); 3 verdicts by 1 rule: 2 pass, 1 not applicable"
    ]


def test_an_unknown_of_another_resource_is_named(busy: Report, page: Node) -> None:
    (finding, *_) = (each for each in busy.undecided if each.verdict is Verdict.UNKNOWN and not each.path)
    output = printed(terminal.show(replace(busy, findings=(finding,))), width=400).splitlines()
    assert f"    - {finding.name}: {finding.message}" in output
    card = page.one("article", id=f"{finding.rule.id}-unknown")
    assert finding.message in [note.text for note in card.all(class_="note")]


def test_the_terminal_suits_80_columns_without_colour(busy: Report) -> None:
    output = printed(terminal.show(busy)) + printed(terminal.forces([busy, replace(busy, force="avon-and-somerset")]))
    assert max(map(len, output.splitlines())) <= 80
    assert "\x1b" not in output


def test_a_long_list_is_cut_with_a_note(report_on: ReportOn) -> None:
    output = printed(terminal.show(report_on(*["open"] * (terminal.MOST + 3))))
    assert output.count("found open") == 5
    assert f"… and {terminal.MOST - 2} more; --format json has all" in output


def test_each_force_has_a_row(report_on: ReportOn) -> None:
    reports = [report_on("shut", force="essex"), report_on("open", "open", force="kent"), report_on(force="surrey")]
    lines = printed(terminal.forces(reports)).splitlines()
    rows = {line.split()[0]: line for line in lines if line.strip()}
    assert rows["essex"].split() == ["essex", "0", "0", "0", "0", "within", "baseline"]
    assert rows["kent"].split() == ["kent", "2", "0", "0", "0", "not", "within", "baseline"]
    assert "undecided" in rows["surrey"]
    assert rows["3"].startswith("3 forces: 1 within baseline, 1 not within baseline, 1 undecided (2 ")


def test_square_brackets_are_not_read_as_markup(report_on: ReportOn) -> None:
    assert "[red]open[/red]" in printed(terminal.show(report_on("[red]open[/red]")))


@pytest.fixture
def gossip() -> Sequence[Rule]:
    """Rules whose messages contain everything they find, for any resource, in every way that a rule has."""
    shared = {"severity": Severity.HIGH, "controls": (), "fix": "", "example": "", "at": "test:box:Box"}

    @make_rule("G-1", "Shows a property", failure="It is wrong", **shared)
    def shows(place: Value) -> Outcome:
        """None."""
        return Fail(place["key"], "another", why=f"it was {place['key'].raw}")

    @make_rule("G-2", "Breaks down aloud", failure="It is wrong", **shared)
    def breaks(place: Value) -> Outcome:
        """None."""
        raise RuntimeError(f"cannot use {place['key'].raw}")

    @make_rule("G-3", "Tells of another", failure="It is wrong", estate=True, **shared)
    def tells(place: Value, estate: Estate) -> Outcome:
        """None."""
        keys = [str(other["key"].raw) for other in estate.of("test:box:Box")]
        return Fail(place["lock"], keys, why=" and ".join(keys))

    @make_rule("G-4", "Shows everything", failure="It is wrong", **shared)
    def shows_all(place: Value) -> Outcome:
        """None."""
        return Fail(place, {"key": place["key"].raw})

    return [replace(rule, module="bluelamp.policies.test.gossip") for rule in (shows, breaks, tells, shows_all)]


def planned(name: str, **inputs: Any) -> PlannedResource:
    return PlannedResource(f"urn:pulumi:essex::bluelamp::test:box:Box::{name}", custom=True, inputs=inputs)


def test_no_secret_of_a_plan_is_in_any_view(gossip: Sequence[Rule], tmp_path: Path) -> None:
    plan = Plan(
        "essex", (planned("one", key=Secret({"pem": [CAGE]})), planned("two", lock="open", nested={"again": CANARY}))
    )
    views(assess("essex", from_plan(plan), Source.PLAN, root=tmp_path, rules=gossip), tmp_path)


def test_no_secret_of_a_state_is_in_any_view(gossip: Sequence[Rule], tmp_path: Path) -> None:
    mark = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    records = [
        {
            "urn": f"urn:pulumi:essex::bluelamp::test:box:Box::{name}",
            "type": "test:box:Box",
            "custom": True,
            "inputs": at,
        }
        for name, at in {
            "open": {"key": {**mark, "plaintext": json.dumps({"password": [CAGE]})}},
            "sealed": {"key": {**mark, "ciphertext": CANARY}},
        }.items()
    ]
    resources = from_state({"deployment": {"resources": records}})
    views(assess("essex", resources, Source.STATE, root=tmp_path, rules=gossip), tmp_path)


def views(report: Report, folder: Path) -> None:
    assert report.counts[Verdict.FAIL] == 6
    assert report.counts[Verdict.ERROR] == 2
    paths = write([report], folder / "report")
    texts = [path.read_text(encoding="utf-8") for path in paths]
    texts += [printed(terminal.show(report), width=4000), printed(terminal.forces([report])), repr(report)]
    for text in texts:
        assert CANARY not in text
    assert "[secret]" in texts[0]
