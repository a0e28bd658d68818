"""The output of `check`: failures by rule with the setting that fixes them, and several forces as a table."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from bluelamp.cli.notes import Notes, gathered
from bluelamp.core.resource import UNKNOWN
from bluelamp.policies import Rule, Severity
from bluelamp.reports import Report, terminal
from bluelamp.reports.html import to_html
from tests.reports.tree import parse

ReportOn = Callable[..., Report]
DNS = "private-dns: 93 private DNS zones and 186 links: making them all waits about 5 minutes"


def shown(thing: object, width: int = 120, *, pipe: bool = False) -> list[str]:
    console = Console(width=width, file=io.StringIO(), force_terminal=not pipe, color_system=None, soft_wrap=pipe)
    console.print(thing, highlight=False)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined] # it is a StringIO


@pytest.fixture
def report(report_on: ReportOn, locked: Callable[..., Rule]) -> Report:
    rules = [
        locked("T-001"),
        locked("T-002", Severity.LOW),
        locked("T-003", Severity.CRITICAL, mandatory=False),
    ]
    made = report_on("open", "open", UNKNOWN, "shut", rules=rules)
    found = [
        replace(each, source=("stacks/Pulumi.essex.yaml", 12), remedy="boxes.lock: shut")
        if each.rule.id == "T-001"
        else each
        for each in made.findings
    ]
    return replace(made, findings=tuple(found))


def test_failures_are_by_enforcement_then_by_severity_with_the_setting_first(report: Report) -> None:
    lines = shown(terminal.show(report))
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads[:4] == [
        "Mandatory failures (4)",
        "Undecided on mandatory rules (2)",
        "Advisory failures (2)",
        "Undecided on advisory rules (1)",
    ]
    mandatory = lines[1 : lines.index("")]
    assert mandatory == [
        "  high T-001 A box is open (T-001)",
        "    - box-0.lock stacks/Pulumi.essex.yaml:12: found open, expected shut",
        "    - box-1.lock stacks/Pulumi.essex.yaml:12: found open, expected shut",
        "    fix in the settings: boxes.lock: shut",
        "    or in the code: Shut the box.",
        "    controls: NCSC CAF 4.0 B3.c; Box Standard 1 BX-1",
        "  low T-002 A box is open (T-002)",
        "    - box-0.lock: found open, expected shut",
        "    - box-1.lock: found open, expected shut",
        "    fix: Shut the box.",
        "    controls: NCSC CAF 4.0 B3.c; Box Standard 1 BX-1",
    ]


def test_one_closing_line_has_the_result_and_the_counts(report: Report) -> None:
    lines = shown(terminal.show(report), 400)
    assert lines[-1].startswith("essex: not within its baseline: 4 mandatory failures (2 high, 2 low). 4 resources")
    assert sum(line.startswith("essex: ") for line in lines) == 1


def test_a_refused_change_has_one_closing_line_and_no_other_result(report: Report, report_on: ReportOn) -> None:
    fine = report_on("shut")
    for thing in (terminal.show(fine, refused=True), terminal.closing(fine, refused=True)):
        output = [line for line in shown(thing, 400) if line.startswith("essex: ")]
        assert [line.split(". ")[0] for line in output] == [
            "essex: refused: the rehearsed estate cannot be changed to this plan in one update; see the error above"
        ]
        assert not any("within its baseline" in line for line in shown(thing, 400))
    several = shown(terminal.forces([fine, replace(fine, force="kent")], refused=["essex"]), 160)
    assert [line.split()[-1] for line in several if line.strip().startswith(("essex ", "kent "))] == [
        "refused",
        "baseline",
    ]
    assert several[-1].startswith("2 forces: 1 within baseline, 1 refused (")


def test_failures_are_counted_by_enforcement(report: Report, report_on: ReportOn, locked: Callable[..., Rule]) -> None:
    assert "4 mandatory failures, 2 advisory failures, " in shown(terminal.closing(report), 400)[-1]
    advised = report_on("open", rules=[locked("T-003", mandatory=False)])
    line = shown(terminal.closing(advised), 400)[-1]
    assert "1 advisory failure" in line
    assert "mandatory" not in line
    output = [{each.text for each in parse(to_html(one)).all("dt")} for one in (advised, report)]
    assert output[0] >= {"Fail (all advisory)"}
    assert output[1] >= {"Fail"}


def test_nothing_is_left_out_without_its_count(report_on: ReportOn) -> None:
    lines = shown(terminal.show(report_on(*["open"] * 12)))
    assert sum("found open" in line for line in lines) == 5
    assert "    … and 7 more; --format json has all" in lines


@pytest.mark.parametrize("width", [40, 80, 120])
def test_lines_are_wrapped_at_any_width_on_a_terminal_and_never_in_a_pipe(report: Report, width: int) -> None:
    assert max(map(len, shown(terminal.show(report), width))) <= width
    piped = shown(terminal.show(report), width, pipe=True)
    assert "    - box-0.lock stacks/Pulumi.essex.yaml:12: found open, expected shut" in piped


def test_several_forces_are_a_table_with_common_failures_once_and_totals(report: Report, report_on: ReportOn) -> None:
    kent = replace(report, force="kent")
    fine = report_on("shut", force="wiltshire")
    lines = shown(terminal.forces([report, kent, fine], ["surrey"]), 160)
    rows = {line.split()[0]: line.split()[1:5] for line in lines[3:7]}
    assert rows["essex"] == rows["kent"] == ["4", "2", "2", "0"]
    assert rows["wiltshire"] == ["0", "0", "0", "0"]
    assert rows["surrey"] == ["failed"]
    assert sum("T-001" in line for line in lines) == 1
    assert "    2 forces (essex, kent), 4 failures" in lines
    assert "    fix in the settings: boxes.lock: shut" in lines
    assert lines[-1].startswith("4 forces: 1 within baseline, 2 not within baseline, 1 failed (8 mandatory, 4 advisory")


def test_a_mandatory_failure_of_one_force_is_listed_and_an_advisory_one_counted(
    report_on: ReportOn, locked: Callable[..., Rule]
) -> None:
    one = report_on("open", rules=[locked("T-001"), locked("T-002", mandatory=False)])
    lines = shown(terminal.forces([one, report_on("shut", force="kent")]), 160)
    assert any("T-001" in line for line in lines)
    assert not any("T-002" in line for line in lines)
    assert any("and 1 advisory failure, each of a rule that fails on one force only" in line for line in lines)


def test_notes_that_differ_in_numbers_only_are_shown_once() -> None:
    other = DNS.replace("186", "279").replace("about 5", "about 10")
    assert list(gathered([("essex", DNS), ("kent", other), ("surrey", DNS), ("kent", "other")])) == [
        f"essex: {DNS} (2 more forces alike)",
        "kent: other",
    ]
    notes = Notes()
    assert [notes.fresh((DNS,)), notes.fresh((other, "other")), notes.fresh(("other",))] == [(DNS,), ("other",), ()]


def test_the_page_gives_the_setting_that_fixes_a_failure(report: Report) -> None:
    assert "In the settings: boxes.lock: shut" in parse(to_html(report)).text
