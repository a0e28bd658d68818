"""`--baseline REPORT`: failures in an earlier report stop nothing; new or worse ones do."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bluelamp.core.problems import SettingsError
from bluelamp.core.resource import UNKNOWN
from bluelamp.errors import UsageError
from bluelamp.policies import Enforcement, Rule, Severity, Verdict
from bluelamp.policies.known import CONCERNING, Before, known, why_new
from bluelamp.policies.known import write as write_known
from bluelamp.reports import Report
from bluelamp.reports.against import compared
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.formats import junit, markdown, sarif
from bluelamp.reports.html import to_html
from bluelamp.reports.keys import fingerprint as mark_of
from bluelamp.reports.keys import make_key, private_key, public_key
from bluelamp.reports.previous_report import read_previous_report
from bluelamp.reports.terminal import show
from bluelamp.reports.write import write

ReportOn = Callable[..., Report]
HERE = Path(__file__).parent


def against(report: Report, previous: Report, folder: Path) -> Report:
    """`report` against `earlier`, which is written and read as the command does."""
    write([previous], folder, ["json"])
    return compared(report, read_previous_report(folder, [report.force]))


def states(report: Report) -> dict[str, str]:
    """SARIF's `baselineState` of each resource."""
    (run,) = json.loads(sarif.to_sarif(report, passes=True))["runs"]
    return {
        place["fullyQualifiedName"].rpartition("::")[2]: each["baselineState"]
        for each in run["results"]
        if "baselineState" in each
        for place in each["locations"][0]["logicalLocations"]
    }


def text_of(report: Report) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as caught:
        console.print(show(report))
    return caught.get()


def test_known_failures_are_shown_and_stop_nothing(report_on: ReportOn, tmp_path: Path) -> None:
    report = against(report_on("open", "shut"), report_on("open", "open"), tmp_path / "base")
    assert report.broken, "the failure is still there"
    assert not report.stops
    assert report.against is not None
    assert (len(report.against.new), len(report.against.known), len(report.against.absent)) == (0, 1, 1)
    text = text_of(report)
    assert "Known: mandatory failures (1)" in text
    assert "0 new, 1 known, 1 no longer found" in text
    assert "0 new, 1 known" in markdown.to_markdown(report)


def test_new_failures_stop(report_on: ReportOn, tmp_path: Path) -> None:
    report = against(report_on("open", "open"), report_on("open", "shut"), tmp_path / "base")
    assert report.stops
    text = text_of(report)
    assert text.index("New: mandatory failures (1)") < text.index("Known: mandatory failures (1)")
    assert "(new: not in the earlier report)" in text
    page = to_html(report)
    assert "<strong>1 new, 1 known</strong>" in page
    assert page.index("<strong>New: not in the earlier report</strong>") < page.index("<strong>Known</strong>")


def test_every_format_marks_new_known_and_absent_failures(report_on: ReportOn, tmp_path: Path) -> None:
    report = against(report_on("open", "open", "shut"), report_on("open", "shut", "open"), tmp_path / "base")
    assert states(report) == {"box-0": "unchanged", "box-1": "new", "box-2": "absent"}
    document = json.loads(sarif.to_sarif(report))
    jsonschema.validate(document, json.loads((HERE / "schemas/sarif-2.1.0.json").read_text()))
    (run,) = document["runs"]
    assert "absent" not in {each["baselineState"] for each in run["results"]}, "a code host would show it as open"
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [each["message"]["text"] for each in notes if each["descriptor"]["id"] == "no-longer-found"] == [
        "1 finding of the earlier report no longer found"
    ]
    cases = {
        case.attrib["name"].rpartition("::")[2]: (case[0].tag, case[0].attrib["message"].partition(":")[0])
        for case in ElementTree.fromstring(junit.to_junit(report)).iter("testcase")
        if len(case)
    }
    assert cases == {"box-0": ("skipped", "known"), "box-1": ("failure", "new")}
    output = json.loads(report.to_json())["against"]
    jsonschema.validate(
        json.loads(report.to_json()), json.loads((HERE / "../../bluelamp/schemas/findings-1.json").read_text())
    )
    assert [len(output[name]) for name in ("new", "known", "absent", "changed")] == [1, 1, 1, 0]


def test_the_baseline_run_has_the_name_in_its_own_file(report_on: ReportOn, tmp_path: Path) -> None:
    previous = report_on("open")
    (before,) = json.loads(sarif.to_sarif(previous))["runs"]
    (now,) = json.loads(sarif.to_sarif(against(report_on("open"), previous, tmp_path / "base")))["runs"]
    assert now["baselineGuid"] == before["automationDetails"]["guid"]


def test_a_known_failure_with_another_value_is_shown_as_changed(
    report_on: ReportOn, locked: Callable[..., Rule], tmp_path: Path
) -> None:
    report = against(report_on("ajar"), report_on("open"), tmp_path / "base")
    assert not report.stops
    assert states(report) == {"box-0": "updated"}
    assert "1 known, 1 of them changed" in text_of(report)


@pytest.mark.parametrize("why", ["advisory then", "low then"])
def test_a_worse_failure_is_new(why: str, report_on: ReportOn, locked: Callable[..., Rule], tmp_path: Path) -> None:
    before = locked(mandatory=False) if why == "advisory then" else locked(severity=Severity.LOW)
    report = against(report_on("open"), report_on("open", rules=[before]), tmp_path / "base")
    assert report.stops
    assert report.against is not None
    assert list(report.against.new.values()) == [why]


def test_a_failure_whose_exemption_ended_is_new(report_on: ReportOn, tmp_path: Path) -> None:
    previous = report_on("open")
    (failure,) = previous.findings
    previous = replace(previous, findings=(replace(failure, verdict=Verdict.EXEMPT, exemption="EX-1"),))
    report = against(report_on("open"), previous, tmp_path / "base")
    assert report.stops
    assert "(new: exempt then by EX-1)" in text_of(report)


def test_unknowns_follow_the_same_rule(report_on: ReportOn, tmp_path: Path) -> None:
    blocked = [replace(report_on(*locks), blocks_unknown=True) for locks in ((UNKNOWN,), (UNKNOWN, UNKNOWN), ("open",))]
    assert not against(blocked[0], report_on(UNKNOWN), tmp_path / "one").stops
    assert against(blocked[1], report_on(UNKNOWN), tmp_path / "two").stops
    assert against(blocked[2], report_on(UNKNOWN), tmp_path / "three").stops, "undecided then, a failure now"
    assert against(report_on("jam"), report_on("open"), tmp_path / "four").stops, "a rule in error proves nothing"
    assert against(report_on("jam"), report_on("jam"), tmp_path / "five").stops, "a rule in error always stops"


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.tuples(st.sampled_from(sorted(CONCERNING)), st.sampled_from(Enforcement), st.sampled_from(Severity)),
    st.tuples(st.sampled_from(sorted(CONCERNING)), st.sampled_from(Enforcement), st.sampled_from(Severity)),
)
def test_equal_findings_are_known_and_one_of_two_that_differ_in_level_is_new(one: Any, other: Any) -> None:
    assert bool(why_new(Before(*one), *one)) == (one[0] is Verdict.ERROR)
    assert why_new(None, *one)
    if one[0] == other[0] and one[1:] != other[1:]:
        assert why_new(Before(*one), *other) or why_new(Before(*other), *one)


def test_a_redacted_report_keeps_known_failures(report_on: ReportOn, tmp_path: Path) -> None:
    report = Anonymous()(against(report_on("open", "open"), report_on("open"), tmp_path / "base"))
    assert report.stops
    assert sorted(states(report).values()) == ["new", "unchanged"]


def test_several_forces_and_one_missing_from_the_report(report_on: ReportOn, tmp_path: Path) -> None:
    write([report_on("open", force="essex"), report_on("open", force="kent")], tmp_path / "base", ["json"])
    previous = read_previous_report(tmp_path / "base", ["essex", "kent", "surrey"])
    reports = [compared(report_on("open", force=force), previous) for force in ("essex", "kent", "surrey")]
    # The URNs of the boxes are the same in each force; the report that has them decides.
    assert [each.stops for each in reports] == [False, False, True]


def problems(folder: Path, forces: list[str], **more: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        read_previous_report(folder, forces, **more)
    return "\n".join(map(str, refused.value.problems))


def test_a_report_that_does_not_verify_is_refused_with_every_reason(report_on: ReportOn, tmp_path: Path) -> None:
    base = tmp_path / "base"
    write([report_on("open")], base, ["json", "markdown"])
    (base / "findings.json").write_text("{}")
    (base / "report.md").unlink()
    output = problems(base, ["essex"])
    assert "findings.json: --baseline: was changed" in output
    assert "report.md: --baseline: is missing" in output


def test_a_report_that_cannot_be_compared_is_refused(
    report_on: ReportOn, locked: Callable[..., Rule], tmp_path: Path
) -> None:
    write([report_on("open")], tmp_path / "bare", ["markdown"])
    assert "is not part of the report; write the report with --formats json" in problems(tmp_path / "bare", ["essex"])
    write([Anonymous()(report_on("open"))], tmp_path / "redacted", ["json"])
    assert "is redacted" in problems(tmp_path / "redacted", ["essex"])
    write([replace(report_on("open"), filters=("--rule T-*",))], tmp_path / "picked", ["json"])
    assert "is on some rules only" in problems(tmp_path / "picked", ["essex"])
    assert read_previous_report(tmp_path / "picked", ["essex"], filters=("--rule T-*",)).forces
    with pytest.raises(UsageError, match="on essex, not on kent"):
        read_previous_report(tmp_path / "picked", ["kent"])
    with pytest.raises(UsageError, match="is not a folder"):
        read_previous_report(tmp_path / "nowhere", ["kent"])


def test_the_signer_must_be_known(report_on: ReportOn, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    public, _ = make_key(key)
    write([report_on("open")], tmp_path / "base", ["json"], key=private_key(key))
    assert "is signed by an unknown key" in problems(tmp_path / "base", ["essex"])
    signers = {mark_of(public_key(public)): "essex"}
    assert read_previous_report(tmp_path / "base", ["essex"], known=signers).signed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not a file of known findings"),
        ('{"format": "other/1", "stack": "essex", "findings": {}}', "is of essex, not of essex"),
        ('{"format": "bluelamp-known/1", "stack": "kent", "findings": {}}', "is of kent, not of essex"),
        (
            '{"format": "bluelamp-known/1", "stack": "essex", "findings": {"a": ["fail"]}}',
            "is not a file of known findings",
        ),
    ],
)
def test_the_pack_refuses_a_file_of_another_stack(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        known(tmp_path / "known.json", "essex")


def test_the_pack_reads_the_written_file(tmp_path: Path) -> None:
    found = {"T-1 urn": Before(Verdict.EXEMPT, Enforcement.MANDATORY, Severity.HIGH, "EX-1")}
    write_known(tmp_path / "known.json", "essex", found)
    assert known(tmp_path / "known.json", "organisation/bluelamp/essex") == found
