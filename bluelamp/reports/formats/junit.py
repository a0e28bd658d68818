"""JUnit's XML: a suite for each rule, a test case for each finding."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as Xml

from bluelamp.policies import Verdict
from bluelamp.reports.canonical import time_of
from bluelamp.reports.findings import Finding, Report, RuleRecord
from bluelamp.reports.unjudged import Skipped
from bluelamp.reports.words import asked, value

NOT_JUDGED: Final = "not judged"
"""The suite of what no rule judged."""
_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS: Final = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.UNKNOWN: "skipped",
    Verdict.EXEMPT: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}
_ATTRIBUTES: Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def to_junit(report: Report) -> str:
    """The findings as JUnit results; what is neither pass, failure nor error is skipped, and the message says why."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule.id].append(finding)
    left = [one for each in report.unjudged for one in each.resources]
    figures = _figures([*map(_element, report.findings), *("skipped" for _ in left)])
    suites = Xml.Element("testsuites", {"name": _fit(f"bluelamp {report.force}"), **figures})
    for rule in report.rules:
        if found[rule.id]:
            suites.append(_suite(report, rule, found[rule.id]))
    if left:
        suites.append(_not_judged(report, left))
    Xml.indent(suites, "")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, encoding="unicode") + "\n"


def _suite(report: Report, rule: RuleRecord, findings: list[Finding]) -> Xml.Element:
    about = {"name": _fit(f"{rule.id} {rule.title}"), "timestamp": time_of(report.ended).rstrip("Z")}
    suite = Xml.Element("testsuite", {**about, **_figures(map(_element, findings))})
    properties = Xml.SubElement(suite, "properties")
    said = {
        "severity": rule.severity,
        "enforcement": rule.enforcement,
        "controls": "; ".join(map(str, rule.controls)),
        "from": report.source,
        "commit": report.provenance.commit,
        "only": "; ".join(report.filters),
    }
    for name, text in said.items():
        Xml.SubElement(properties, "property", {"name": name, "value": _fit(text)})
    suite.extend(_case(finding) for finding in findings)
    return suite


def _not_judged(report: Report, left: Sequence[Skipped]) -> Xml.Element:
    """A suite of what no rule judged: a skipped test case for each resource."""
    about = {"name": NOT_JUDGED, "timestamp": time_of(report.ended).rstrip("Z")}
    suite = Xml.Element("testsuite", {**about, **_figures("skipped" for _ in left)})
    for one in left:
        case = Xml.SubElement(suite, "testcase", {"classname": _fit(one.kind), "name": _fit(one.urn or one.name)})
        if one.source:
            case.attrib |= {"file": _fit(one.source[0]), "line": str(one.source[1])}
        Xml.SubElement(case, "skipped", {"message": _fit(f"not judged: {one.why}")})
    return suite


def _case(finding: Finding) -> Xml.Element:
    case = Xml.Element("testcase", {"classname": finding.rule.id, "name": _fit(finding.urn)})
    if finding.source:
        case.attrib |= {"file": _fit(finding.source[0]), "line": str(finding.source[1])}
    element = _element(finding)
    if element:
        said = Xml.SubElement(case, element, {"message": _fit(f"{finding.verdict}: {finding.message}")})
        if element != "skipped":
            said.attrib["type"] = f"{finding.rule.severity} {finding.rule.enforcement}"
            said.text = _fit(_detail(finding))
    return case


def _detail(finding: Finding) -> str:
    lines = {
        "resource": f"{finding.name} ({finding.type})",
        "property": finding.path,
        "observed": value(finding.observed),
        "expected": asked(finding.expected),
        "why": finding.rule.rationale,
        "fix": finding.rule.fix,
    }
    return "\n".join(f"{label}: {text}" for label, text in lines.items() if text)


def _element(finding: Finding) -> str | None:
    return _ELEMENTS.get(finding.verdict)


def _figures(elements: Iterable[str | None]) -> dict[str, str]:
    counted = list(elements)
    return {"tests": str(len(counted)), **{name: str(counted.count(each)) for name, each in _ATTRIBUTES.items()}}


def _fit(text: str) -> str:
    """`text` without the characters that XML has no way to write."""
    return _UNFIT.sub("\ufffd", str(text))
