"""JUnit XML: a suite for each rule, a test case for each finding."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final
from xml.etree import ElementTree as Xml

from bluelamp.policies import Verdict
from bluelamp.reports.canonical import time_of
from bluelamp.reports.findings import VERDICTS, Finding, Report, RuleRecord
from bluelamp.reports.words import against, baseline_status, requirement, value
from bluelamp.resources.skipped import Skipped

NOT_JUDGED: Final = "not judged"
"""The suite of resources that no rule judged."""
_INVALID: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Elements = Callable[[Finding], str | None]
_ATTRIBUTES: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def to_junit(report: Report, *, advisory_failures: bool = False) -> str:
    """The findings as JUnit results, by their effect on a pipeline.

    A mandatory failure is a failure. An undecided verdict on a mandatory rule and a failed rule are errors. All other
    findings except passes are skipped with a message, including findings known from an earlier report and, without
    `advisory_failures`, advisory failures.
    """
    element = partial(_element, report, advisory_failures=advisory_failures)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule.id].append(finding)
    left = [one for each in report.unjudged for one in each.resources]
    figures = _figures([*map(element, report.findings), *map(_skipped_element, left)])
    suites = Xml.Element("testsuites", {"name": _xml_safe(f"bluelamp {report.force}"), **figures})
    for rule in report.rules:
        if found[rule.id]:
            suites.append(_suite(report, rule, found[rule.id], element))
    if left:
        suites.append(_not_judged(report, left))
    Xml.indent(suites, "")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, encoding="unicode") + "\n"


def _suite(report: Report, rule: RuleRecord, findings: list[Finding], element: Elements) -> Xml.Element:
    worst = min((finding.verdict for finding in findings), key=VERDICTS.index)
    about = {"name": _xml_safe(f"{rule.id} {rule.heading(worst)}"), "timestamp": time_of(report.ended).rstrip("Z")}
    suite = Xml.Element("testsuite", {**about, **_figures(map(element, findings))})
    properties = Xml.SubElement(suite, "properties")
    values = {
        "severity": rule.severity,
        "enforcement": rule.enforcement,
        "controls": "; ".join(map(str, rule.controls)),
        "from": report.source,
        "commit": report.provenance.commit,
        "only": "; ".join(report.filters),
        "against": against(report),
    }
    for name, text in values.items():
        Xml.SubElement(properties, "property", {"name": name, "value": _xml_safe(text)})
    suite.extend(_case(report, finding, element(finding)) for finding in findings)
    return suite


def _not_judged(report: Report, left: Sequence[Skipped]) -> Xml.Element:
    """The suite of resources and files that were not judged, with a test case for each."""
    about = {"name": NOT_JUDGED, "timestamp": time_of(report.ended).rstrip("Z")}
    suite = Xml.Element("testsuite", {**about, **_figures(map(_skipped_element, left))})
    for one in left:
        case = Xml.SubElement(
            suite, "testcase", {"classname": _xml_safe(one.kind), "name": _xml_safe(one.urn or one.name)}
        )
        if one.source:
            case.attrib |= {"file": _xml_safe(one.source[0]), "line": str(one.source[1])}
        problem = "not read" if one.unread else "not judged"
        Xml.SubElement(case, _skipped_element(one), {"message": _xml_safe(f"{problem}: {one.why}")})
    return suite


def _skipped_element(one: Skipped) -> str:
    """The element of a skipped item. Unreadable items are errors, so that a pipeline does not pass without them."""
    return "error" if one.unread else "skipped"


def _case(report: Report, finding: Finding, element: str | None) -> Xml.Element:
    case = Xml.Element("testcase", {"classname": finding.rule.id, "name": _xml_safe(finding.urn)})
    if finding.source:
        case.attrib |= {"file": _xml_safe(finding.source[0]), "line": str(finding.source[1])}
    if element:
        excused = finding.verdict is Verdict.FAIL and element == "skipped"
        advisory = "advisory " if excused and not finding.mandatory else ""
        status = baseline_status(report, finding)
        prefix = f"{status}: " if status else ""
        text = f"{prefix}{advisory}{finding.verdict}: {finding.heading}: {finding.message}".removesuffix(": ")
        result = Xml.SubElement(case, element, {"message": _xml_safe(text)})
        if element != "skipped":
            result.attrib["type"] = f"{finding.rule.severity} {finding.rule.enforcement}"
            result.text = _xml_safe(_detail(finding))
    return case


def _detail(finding: Finding) -> str:
    lines = {
        "resource": f"{finding.name} ({finding.type})",
        "property": finding.path,
        "observed": value(finding.observed),
        "expected": requirement(finding.expected),
        "why": finding.rule.rationale,
        "fix in settings": finding.remedy,
        "fix": finding.rule.fix,
    }
    return "\n".join(f"{label}: {text}" for label, text in lines.items() if text)


def _element(report: Report, finding: Finding, *, advisory_failures: bool) -> str | None:
    """The element in a test case; None for a pass."""
    if report.is_known(finding) and report.against and report.against.gates:
        return "skipped"
    if finding.verdict is Verdict.PASS:
        return None
    if finding.verdict is Verdict.FAIL and (finding.mandatory or advisory_failures):
        return "failure"
    undecided = finding.verdict is Verdict.UNKNOWN and finding.mandatory
    return "error" if undecided or finding.verdict is Verdict.ERROR else "skipped"


def _figures(elements: Iterable[str | None]) -> dict[str, str]:
    counted = list(elements)
    return {"tests": str(len(counted)), **{name: str(counted.count(each)) for name, each in _ATTRIBUTES.items()}}


def _xml_safe(text: str) -> str:
    """`text` without characters that are invalid in XML."""
    return _INVALID.sub("\ufffd", str(text))
