"""Output for pipelines: SARIF within a code host's limits, JUnit by what stops, Markdown with a preview's changes."""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies import Control, Rule, Severity, Verdict
from bluelamp.reports import Report, Source
from bluelamp.reports.changes import Change
from bluelamp.reports.formats import junit, markdown, sarif
from bluelamp.reports.write import Detail, write

ReportOn = Callable[..., Report]
LIMITS = settings(
    max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LEVELS = {"error", "warning", "note"}


def results(report: Report, **options: bool) -> list[dict[str, Any]]:
    (run,) = json.loads(sarif.to_sarif(report, **options))["runs"]
    return run["results"]  # type: ignore[no-any-return]


def cases(report: Report, **options: bool) -> Counter[str]:
    found = ElementTree.fromstring(junit.to_junit(report, **options)).iter("testcase")
    return Counter(case[0].tag if len(case) else "pass" for case in found)


@pytest.fixture
def mixed(report_on: ReportOn, locked: Callable[..., Rule]) -> Report:
    """A mandatory and an advisory rule, each with every verdict; one failure of each is exempt."""
    rules = [locked("T-001"), locked("T-002", Severity.CRITICAL, mandatory=False)]
    report = report_on("shut", "open", "open", "skip", UNKNOWN, "jam", rules=rules)
    found = [
        replace(each, verdict=Verdict.EXEMPT, exemption="EX-1") if each.name == "box-2" else each
        for each in report.findings
    ]
    return replace(report, findings=tuple(found))


def test_sarif_has_failures_and_undecided_mandatory_rules(mixed: Report) -> None:
    verdicts = [(each["ruleId"], each["properties"]["verdict"], each["level"]) for each in results(mixed)]
    assert verdicts == [
        ("T-001", "fail", "error"),
        ("T-001", "error", "error"),
        ("T-001", "unknown", "warning"),
        ("T-002", "fail", "error"),
        ("T-002", "error", "error"),
    ]
    # Code hosts show every result, whatever its kind and suppressions.
    assert {each["kind"] for each in results(mixed)} == {"fail"}
    assert not any("suppressions" in each for each in results(mixed))
    every = Counter(each["properties"]["verdict"] for each in results(mixed, passes=True))
    assert set(every) == {str(verdict) for verdict in Verdict}


@pytest.mark.parametrize("source", [Source.PLAN, Source.STATE])
def test_every_result_has_a_file_and_a_line(mixed: Report, source: Source) -> None:
    placed = replace(mixed.findings[0], source=("modules/azure/hub/hub.py", 12))
    report = replace(mixed, source=source, findings=(placed, *mixed.findings[1:]))
    places = [each["locations"][0]["physicalLocation"] for each in results(report)]
    files = {(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in places}
    assert files == {("modules/azure/hub/hub.py", 12), ("stacks/Pulumi.essex.yaml", 1)}
    assert {each["artifactLocation"]["uriBaseId"] for each in places} == {"%SRCROOT%"}


def test_alerts_are_distinct_even_on_one_line_and_stable(report_on: ReportOn) -> None:
    def prints(*locks: str) -> list[str]:
        return [each["partialFingerprints"]["primaryLocationLineHash"] for each in results(report_on(*locks))]

    assert len(set(prints("open", "open", "open"))) == 3
    assert prints("open", "shut") == prints("open", "open")[:1]


@LIMITS
@given(
    failures=st.integers(0, 30).map(lambda number: number * 200),
    text=st.integers(0, 5_000).map(lambda length: "x" * length),
    controls=st.integers(0, 60),
)
def test_sarif_is_within_the_limits_of_code_hosts(report_on: ReportOn, failures: int, text: str, controls: int) -> None:
    report = report_on("open", text or "open")
    rule = replace(
        report.findings[0].rule,
        title=text or "title",
        rationale=text,
        controls=tuple(Control("NCSC CAF", "4.0", f"B{number}") for number in range(controls)),
    )
    failing = next(each for each in report.findings if each.verdict is Verdict.FAIL)
    found = [replace(failing, rule=rule, urn=f"{failing.urn}-{number}", message=text) for number in range(failures)]
    written = sarif.to_sarif(replace(report, rules=(rule,), findings=tuple(found)))
    (run,) = json.loads(written)["runs"]
    assert len(run["results"]) == min(failures, 5_000)
    assert len(written.encode()) < 10 * 1024 * 1024 * 2
    for each in run["tool"]["driver"]["rules"]:
        assert len(each["properties"]["tags"]) <= 10
        assert len(each["shortDescription"]["text"]) <= 1_024
        assert len(each["fullDescription"]["text"]) <= 1_024
    for each in run["results"]:
        assert len(each["message"]["text"]) <= 1_024
        assert len(each["locations"]) == 1
        assert each["level"] in LEVELS
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(f"{failures - 5_000:,} more result" in each for each in notes) == (failures > 5_000)


def test_the_worst_are_kept_if_there_are_too_many(report_on: ReportOn, locked: Callable[..., Rule]) -> None:
    rules = [locked("T-001", Severity.LOW), locked("T-002", Severity.CRITICAL, mandatory=False)]
    report = report_on(*["open"] * 3_000, rules=rules)
    assert Counter(each["ruleId"] for each in results(report)) == {"T-001": 3_000, "T-002": 2_000}


def test_junit_fails_for_what_stops_a_pipeline(mixed: Report) -> None:
    # Mandatory rules: a failure; unknown and error verdicts are errors, and so is an advisory rule in error.
    assert cases(mixed) == {"pass": 2, "failure": 1, "error": 3, "skipped": 6}
    assert cases(mixed, advisory_failures=True) == {"pass": 2, "failure": 2, "error": 3, "skipped": 5}
    messages = [each.attrib["message"] for each in ElementTree.fromstring(junit.to_junit(mixed)).iter("skipped")]
    assert any(each.startswith("advisory fail: ") for each in messages)


def test_requested_formats_are_written(mixed: Report, tmp_path: Any) -> None:
    for detail, count, failures in ((None, 5, "1"), (Detail(passes=True, advisory_failures=True), 12, "2")):
        write([mixed], tmp_path / "out", ["sarif", "junit"], detail=detail)
        assert len(json.loads((tmp_path / "out/findings.sarif").read_text())["runs"][0]["results"]) == count
        assert ElementTree.parse(tmp_path / "out/junit.xml").getroot().attrib["failures"] == failures


CHANGES = (
    Change("create", "azure:Vault", "vault"),
    Change("delete", "azure:Subnet", "old", {}),
    Change("update", "azure:Rule", "rule", {"access": ("Deny", "Allow")}),
    Change("replace", "azure:Network", "net", {"location": ("uksouth", None)}),
)


def test_the_markdown_of_a_preview_has_destructive_changes_first(report_on: ReportOn) -> None:
    text = markdown.to_markdown(replace(report_on("open"), changes=CHANGES))
    assert "**Changes:** 1 to delete, 1 to replace, 1 to update, 1 to create." in text
    order = [text.index(f"1 to {kind}</b>") for kind in ("delete", "replace", "update", "create")]
    assert order == sorted(order)
    assert re.findall(r"<details( open)?><summary><b>1 to (\w+)", text) == [
        (" open", "delete"),
        (" open", "replace"),
        ("", "update"),
        ("", "create"),
    ]
    assert "  - `access`: `Deny` → `Allow`" in text
    assert "  - `location`: `uksouth` → `not set`" in text
    assert text.index("to create</b>") < text.index("1 mandatory failure</b>")
    assert "**Changes:** none." in markdown.to_markdown(replace(report_on("shut"), changes=()))
    assert "Changes:" not in markdown.to_markdown(report_on("shut"))


@LIMITS
@given(
    count=st.integers(0, 1_200),
    value=st.one_of(st.text(max_size=30), st.integers(1, 3).map(lambda times: "<a>@b`c`\n" * 400 * times)),
    kind=st.sampled_from(["create", "delete", "replace", "update"]),
)
def test_a_comment_on_any_preview_fits_and_counts_what_it_leaves_out(
    report_on: ReportOn, count: int, value: str, kind: str
) -> None:
    change = Change(kind, f"type {value}", f"name {value}", {f"path{number}": (value, "b") for number in range(12)})
    text = markdown.to_markdown(replace(report_on("open"), changes=(change,) * count))
    assert len(text) < 65_536
    assert (f"{count:,} to {kind}" in text) == (count > 0)
    listed = sum(line.startswith("- `") for line in text.splitlines())
    left = re.search(r"… and ([\d,]+) more; `bluelamp preview`", text)
    assert listed + (int(left[1].replace(",", "")) if left else 0) == count
