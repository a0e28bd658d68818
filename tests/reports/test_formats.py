"""Every format is a view of the same findings: read back, each gives the same counts and the same evidence."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.poam import PlanOfActionAndMilestones

from bluelamp.policies import Resource, Rule, Verdict
from bluelamp.reports import Report
from bluelamp.reports.formats import junit, markdown, oscal, sarif, table
from bluelamp.reports.trend import Run, Since
from bluelamp.reports.write import FORMATS
from tests.conftest import ROOT
from tests.reports.conftest import STARTED

ReportOn = Callable[..., Report]
Counts = Mapping[str, int]
SARIF = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"
FINDINGS = ROOT / "docs" / "schemas" / "findings-1.json"


@pytest.fixture(scope="module")
def full(busy: Report) -> Report:
    """The busy report with every verdict, and with source locations for some resources."""
    findings = [*busy.findings[::12], *(each for each in busy.findings if each.verdict is Verdict.ERROR)]
    for number in range(3):
        findings[number] = replace(findings[number], verdict=Verdict.EXEMPT, exemption=f"EX-{number}")
    findings[5] = replace(findings[5], source=("deploy/a b.yaml", 12))
    run = Run(STARTED, "abc", busy.counts, 3)
    since = Since(run, (findings[7].key,), ("BL-X urn:gone",), (findings[7].key,), {findings[7].key: STARTED}, (run,))
    return replace(busy, findings=tuple(findings), since=since)


def expected(report: Report) -> Counts:
    return Counter(str(finding.verdict) for finding in report.findings)


def in_json(report: Report) -> Counts:
    return Counter(finding["verdict"] for finding in json.loads(report.to_json())["findings"])


def rows(report: Report, made: Callable[[Report], str] = table.to_csv) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made(report).removeprefix("\ufeff"), newline="")))


def in_csv(report: Report) -> Counts:
    return Counter(row["verdict"] for row in rows(report))


def run_of(report: Report, *, passes: bool = False) -> dict[str, Any]:
    (run,) = json.loads(sarif.to_sarif(report, passes=passes))["runs"]
    return run  # type: ignore[no-any-return]


def in_sarif(report: Report) -> Counts:
    """The counts in SARIF's own terms, as far as it distinguishes verdicts."""
    output: Counter[str] = Counter()
    run = run_of(report, passes=True)
    notes = run["invocations"][0]["toolExecutionNotifications"]
    for result in run["results"]:
        kind = "exempt" if result.get("suppressions") else result["kind"]
        times = result.get("occurrenceCount", 1)
        assert times == len(result["locations"])
        output[{"open": "unknown", "notApplicable": "not applicable"}.get(kind, kind)] += times
    output["unknown"] -= len(notes)
    return output + Counter(error=len(notes))


def suites(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(junit.to_junit(report))


def in_junit(report: Report) -> Counts:
    counts: Counter[str] = Counter()
    for case in suites(report).iter("testcase"):
        skipped = case.find("skipped")
        words = [each.attrib["message"].partition(":")[0] for each in case]
        assert skipped is None or len(words) == 1
        counts[words[0].removeprefix("advisory ") if words else "pass"] += 1
    return counts


def in_markdown(report: Report) -> Counts:
    lines = markdown.to_markdown(report).splitlines()
    heads, figures = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [\w]", line)
    )
    return Counter(dict(zip(heads, map(int, figures), strict=True)))


def prop(thing: dict[str, Any], name: str) -> str:
    return next((each["value"] for each in thing.get("props", ()) if each["name"] == name), "")


def results_of(report: Report) -> dict[str, Any]:
    return json.loads(oscal.to_assessment_results(report))["assessment-results"]["results"][0]  # type: ignore[no-any-return]


def in_oscal(report: Report) -> Counts:
    output: Counter[str] = Counter()
    for each in results_of(report)["observations"]:
        output[prop(each, "verdict")] += len({subject["subject-uuid"] for subject in each["subjects"]})
    return output


@pytest.mark.parametrize("read", [in_json, in_csv, in_sarif, in_junit, in_markdown, in_oscal])
def test_every_format_gives_the_same_counts(full: Report, read: Callable[[Report], Counts]) -> None:
    assert +Counter(read(full)) == +Counter(expected(full))
    assert set(expected(full)) == set(map(str, Verdict))


def test_failures_are_in_the_plan_of_action(full: Report) -> None:
    poam = json.loads(oscal.to_poam(full) or "")["plan-of-action-and-milestones"]
    failing = {key: count for key, count in expected(full).items() if key in ("fail", "exempt")}
    assert Counter(prop(each, "verdict") for each in poam["poam-items"]) == failing
    assert Counter(each["status"] for each in poam["risks"]) == {
        "open": failing["fail"],
        "deviation-approved": failing["exempt"],
    }


def test_the_findings_follow_the_published_schema(full: Report, report_on: ReportOn) -> None:
    schema = json.loads(FINDINGS.read_text())
    for report in (full, report_on(), report_on("open", "shut")):
        jsonschema.validate(json.loads(report.to_json()), schema, cls=jsonschema.Draft202012Validator)


def test_the_sarif_follows_its_schema(full: Report, report_on: ReportOn) -> None:
    schema = json.loads(SARIF.read_text())
    for report in (full, report_on(), report_on("open")):
        jsonschema.validate(json.loads(sarif.to_sarif(report)), schema)


def test_the_oscal_follows_trestles_models(full: Report, report_on: ReportOn, tmp_path: Path) -> None:
    for number, report in enumerate((full, report_on(), report_on("open", "jam"))):
        path = tmp_path / f"assessment-results-{number}.json"
        path.write_text(oscal.to_assessment_results(report))
        read = AssessmentResults.oscal_read(path)
        assert read is not None
        text = oscal.to_poam(report)
        if text is not None:
            path.write_text(text)
            assert PlanOfActionAndMilestones.oscal_read(path) is not None


def test_every_oscal_reference_has_a_target(full: Report) -> None:
    document = json.loads(oscal.to_assessment_results(full))["assessment-results"]
    (result,) = document["results"]
    known = {each["uuid"] for part in ("observations", "risks", "findings") for each in result[part]}
    known |= {each["uuid"] for each in result["local-definitions"]["inventory-items"]}
    assert len(known) == len(re.findall(r'"uuid": "', json.dumps(result))) - 1 - len(result["risks"])
    named = re.findall(r'"(?:observation|risk|subject)-uuid": "([^"]+)"', json.dumps(result))
    assert set(named) <= known
    objectives = {
        part["id"] for each in document["local-definitions"]["objectives-and-methods"] for part in each["parts"]
    }
    targets = {each["target"]["target-id"] for each in result["findings"] if prop(each["target"], "control-1")}
    assert targets <= objectives


def test_a_rule_is_satisfied_only_if_something_passes_and_all_is_known(report_on: ReportOn) -> None:
    states = {
        ("shut", "skip"): "satisfied",
        ("shut", "open"): "not-satisfied",
        ("shut", "jam"): "not-satisfied",
        ("skip",): None,
    }
    for locks, state in states.items():
        found = results_of(report_on(*locks)).get("findings", [])
        assert [each["target"]["status"]["state"] for each in found] == ([state] if state else [])


def test_the_same_report_gives_the_same_oscal(full: Report) -> None:
    assert oscal.to_assessment_results(full) == oscal.to_assessment_results(replace(full))
    assert oscal.to_poam(full) == oscal.to_poam(replace(full))


def test_a_report_without_failures_has_no_plan_of_action(report_on: ReportOn) -> None:
    assert oscal.to_poam(report_on("shut", "skip")) is None


def test_each_row_of_the_table_has_its_evidence(report_on: ReportOn) -> None:
    report = report_on("open")
    (finding,) = report.findings
    (row,) = rows(report)
    assert (row["observed"], row["expected"], row["path"]) == ("open", "shut", "lock")
    assert (row["urn"], row["input hash"]) == (finding.urn, finding.input_hash)
    (rule,) = rows(report, table.to_rules)
    assert row["rule"] == rule["rule"]
    assert (rule["rule hash"], rule["fix"]) == (finding.rule.hash, finding.rule.fix)
    assert rule["controls"] == "NCSC CAF 4.0 B3.c; Box Standard 1 BX-1"
    about = {each["what"]: each["value"] for each in rows(report, table.to_about)}
    assert (about["force"], about["rules hash"], about["fail"]) == ("essex", report.provenance.rules_hash, "1")
    assert "bluelamp 0.1.0; python 3" in about["versions"]


def test_every_row_names_an_existing_rule(full: Report) -> None:
    assert [row["urn"] for row in rows(full)] == [finding.urn for finding in full.findings]
    assert {row["rule"] for row in rows(full)} <= {each["rule"] for each in rows(full, table.to_rules)}


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "\uff1d1"])
def test_no_cell_is_a_formula(report_on: ReportOn, text: str) -> None:
    (row,) = rows(report_on(text))
    assert row["observed"] == f"'{text}"
    assert not any(re.match(r"[\s]*[=+\-@]", cell) for cell in row.values())


@pytest.mark.parametrize("value", [-1, -1.5, True, "a,b", 'a "quoted" one', "two\nlines", ["x", 1], {"a": None}])
def test_a_cell_can_be_read_back(report_on: ReportOn, value: Any) -> None:
    (row,) = rows(report_on(value))
    assert row["observed"] == (value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))


def test_sarif_has_the_location_and_the_severity(full: Report) -> None:
    run = run_of(full, passes=True)
    driver = run["tool"]["driver"]
    output = {}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in result["locations"]:
            (place,) = location["logicalLocations"]
            resource = run["logicalLocations"][place["index"]]
            assert place.get("fullyQualifiedName", resource["fullyQualifiedName"]) == resource["fullyQualifiedName"]
            output[result["ruleId"], resource["fullyQualifiedName"]] = result, location, resource
    assert len(output) == len(full.findings)
    for finding in full.findings:
        result, _, resource = output[finding.rule.id, finding.urn]
        evidence = {"verdict": finding.verdict, "path": finding.path, "enforcement": finding.rule.enforcement}
        evidence |= {"observed": finding.observed, "expected": finding.expected}
        assert result["properties"] == evidence
        assert resource["properties"] == {"type": finding.type, "inputHash": finding.input_hash}
        failing = finding.verdict in (Verdict.FAIL, Verdict.EXEMPT)
        levels = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
        assert result["level"] == (levels[finding.rule.severity] if failing else "none")
    placed = full.findings[5]
    place = output[placed.rule.id, placed.urn][1]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "deploy/a%20b.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 12}
    assert not run["invocations"][0]["executionSuccessful"]


def test_a_fingerprint_is_stable_and_unique(report_on: ReportOn) -> None:
    def prints(*locks: str) -> list[str]:
        results = run_of(report_on(*locks))["results"]
        return [each["partialFingerprints"]["bluelampFinding/v1"] for each in results if each["kind"] == "fail"]

    assert prints("open", "shut") == prints("open", "open")[:1]
    assert len(set(prints("open", "open", "open"))) == 3


def test_no_sarif_result_has_more_locations_than_code_hosts_accept(report_on: ReportOn) -> None:
    results = run_of(report_on(*["shut"] * 2_001, "open"), passes=True)["results"]
    assert [len(each["locations"]) for each in results] == [1, 1_000, 1_000, 1]
    assert sum(each.get("occurrenceCount", 0) for each in results) == 2_001


MOST = {"json": 600, "html": 300, "csv": 400, "sarif": 350, "junit": 200, "markdown": 1, "oscal": 600}
"""Bytes that one more pass, on one more resource, may add to a report."""


def test_a_pass_adds_little_to_any_format(report_on: ReportOn) -> None:
    assert set(MOST) == set(FORMATS)
    few, many = report_on(*["shut"] * 1_000), report_on(*["shut"] * 2_000)
    for form, most in MOST.items():
        sizes = [sum(len(made(report) or "") for made in FORMATS[form].values()) for report in (few, many)]
        assert sizes[1] - sizes[0] < most * 1_000, f"{form}: {(sizes[1] - sizes[0]) / 1_000} a pass"


def test_equal_findings_are_one_observation_and_failures_are_one_each(report_on: ReportOn) -> None:
    observations = results_of(report_on("shut", "shut", "open", "open", "skip"))["observations"]
    subjects = [(prop(each, "verdict"), len(each["subjects"])) for each in observations]
    assert subjects == [("fail", 1), ("fail", 1), ("pass", 2), ("not applicable", 1)]


def test_junit_adds_up_suite_by_suite(full: Report) -> None:
    whole = suites(full)
    for part in (whole, *whole.iter("testsuite")):
        cases = list(part.iter("testcase"))
        assert int(part.attrib["tests"]) == len(cases)
        for attribute, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert int(part.attrib[attribute]) == sum(1 for case in cases if case.find(tag) is not None)
    (case,) = [case for case in whole.iter("testcase") if "file" in case.attrib]
    assert (case.attrib["file"], case.attrib["line"]) == ("deploy/a b.yaml", "12")


def test_characters_invalid_in_xml_do_not_break_junit(report_on: ReportOn) -> None:
    (failure,) = suites(report_on("a\x00b\x1b[31m<&>\ud800")).iter("failure")
    assert "observed: a\ufffdb\ufffd[31m<&>\ufffd" in (failure.text or "")


def test_markdown_has_the_result_first_and_the_worst_before_the_rest(full: Report) -> None:
    lines = markdown.to_markdown(full).splitlines()
    assert lines[0] == "### ❌ Essex Police is not within its security baseline."
    assert "Since 2026-03-01T09:30:00Z: 1 new, 1 fixed, 1 flapping." in lines
    severities = [line.rsplit("(", 1)[-1] for line in lines[: lines.index("</details>")] if line.startswith("- **BL")]
    order = ["critical)", "high)", "medium)", "low)"]
    assert severities == sorted(severities, key=order.index)
    assert len(markdown.to_markdown(full)) < 65_536


def test_a_comment_on_thousands_of_failures_stays_short_and_counts_them(report_on: ReportOn) -> None:
    text = markdown.to_markdown(report_on(*["open" * 200] * 3000))
    assert len(text) < 65_536
    assert re.search(r"… and 2,9\d\d more, in findings\.json", text)
    assert "| 3000 |" in text


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "`code`", "``a``", "</details>", "@everyone", "[x](http://a)", "a\n\n# b", "`"],
)
def test_a_value_is_not_markup(report_on: ReportOn, hostile: str) -> None:
    output = markdown.to_markdown(report_on(hostile))
    (line,) = [line for line in output.splitlines() if line.startswith("  - `box-0`")]
    match = re.search(r"found (`+) ?(.*?) ?\1, expected `shut`$", line)
    assert match, line
    assert match[2] == " ".join(hostile.split())


def test_prose_is_not_markup(report_on: ReportOn, locked: Callable[..., Rule]) -> None:
    rule = replace(locked(), failure="<b>Bold</b> *claims* @team", fix="[click](http://x)")
    output = markdown.to_markdown(report_on("open", rules=[rule]))
    assert r"&lt;b&gt;Bold&lt;/b&gt; \*claims\*" in output
    assert "@team" not in output
    assert r"\[click\](http://x)" in output


def test_the_location_of_a_finding_is_that_of_its_resource(tmp_path: Path, locked: Callable[..., Rule]) -> None:
    from bluelamp.reports import Source, assess

    box = Resource("urn:pulumi:a::b::test:box:Box::c", "test:box:Box", "c", {"lock": "open"}, source=("x.yaml", 7))
    report = assess("essex", [box], Source.PLAN, root=tmp_path, rules=[locked()])
    assert json.loads(report.to_json())["findings"][0]["source"] == {"file": "x.yaml", "line": 7}
    assert "at `x.yaml:7`" in markdown.to_markdown(report)
    assert (rows(report)[0]["file"], rows(report)[0]["line"]) == ("x.yaml", "7")
