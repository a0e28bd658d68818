"""Selecting rules; a report over some of them is never presented as one over all."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bluelamp.errors import UsageError
from bluelamp.policies import Severity, rules
from bluelamp.policies.catalogues import with_derived
from bluelamp.reports import Answer, Report
from bluelamp.reports.formats import junit, markdown, sarif, table
from bluelamp.reports.selection import select
from bluelamp.reports.words import explanation, headline, one_line

ReportOn = Callable[..., Report]


def ids(**words: Any) -> set[str]:
    return {rule.id for rule in select(**words).keep(rules())}


def answering(*controls: str, framework: str, edition: str = "") -> set[str]:
    return {
        rule.id
        for rule in rules()
        for each in with_derived(rule.controls)
        if each.framework == framework and edition in ("", each.edition) and each.id.startswith(controls or ("",))
    }


def test_without_a_selection_every_rule_is_kept() -> None:
    assert select().keep(rules()) == rules()
    assert select().phrases == ()


def test_a_framework_is_selected_by_its_name_or_a_prefix() -> None:
    expected = answering(framework="Pod Security Standards")
    for word in (
        "pod-security-standards",
        "pod-security-standards-1.36",
        "Pod Security Standards",
        "pod",
        "security-st",
    ):
        assert ids(frameworks=[word]) == expected != set()


def test_restricted_includes_baseline_and_baseline_no_more() -> None:
    baseline = answering("baseline/", framework="Pod Security Standards")
    both = answering("baseline/", "restricted/", framework="Pod Security Standards")
    assert ids(frameworks=["pod-security-standards:baseline"]) == baseline
    assert ids(frameworks=["pod-security-standards:restricted"]) == both > baseline > set()


def test_a_part_of_a_framework_is_selected() -> None:
    caf = {"framework": "NCSC CAF", "edition": "4.0"}
    assert ids(frameworks=["ncsc-caf:B3"]) == answering("B3", **caf)
    assert ids(frameworks=["caf-4.0:B3.c"]) == answering("B3.c", **caf)
    iso = ids(frameworks=["iso:8"])
    assert iso == answering("8.", framework="ISO/IEC 27001 Annex A")
    assert ids(frameworks=["caf:B3", "iso:8"]) == answering("B3", **caf) | iso


def test_an_edition_includes_the_rules_of_the_edition_it_follows() -> None:
    assert ids(frameworks=["ncsc-caf-3.2"]) == answering(framework="NCSC CAF", edition="3.2") != set()
    assert select(frameworks=["ncsc-caf"]).phrases == ("framework NCSC CAF 4.0",)


def test_severities_ids_and_areas_are_selected() -> None:
    assert ids(severity="high") == {r.id for r in rules() if r.severity in (Severity.CRITICAL, Severity.HIGH)}
    assert ids(ids=["bl-net-001", "BL-STO-*"]) == {r.id for r in rules() if r.id.startswith(("BL-NET-001", "BL-STO-"))}
    assert ids(areas=["kubernetes", "data"]) == {r.id for r in rules() if r.area in ("kubernetes", "data")}
    both = ids(areas=["azure"], severity="critical")
    assert both == ids(areas=["azure"]) & ids(severity="critical")


@pytest.mark.parametrize(
    ("words", "message", "step"),
    [
        ({"frameworks": ["pod-securty-standards"]}, "is not a known framework", "did you mean pod-security-standards?"),
        ({"frameworks": ["nonsense"]}, "is not a known framework", "allowed: .*ncsc-caf"),
        ({"frameworks": [""]}, "is not a known framework", "allowed"),
        ({"frameworks": ["n"]}, "could be .*ncsc-caf", "allowed"),
        ({"frameworks": ["pod:restrictd"]}, "has nothing called 'restrictd'", "did you mean restricted?"),
        ({"ids": ["BL-NT-001"]}, "is not a known rule", "did you mean BL-NET-001?"),
        ({"ids": ["XX-*"]}, "no rule's id is like", "for example"),
        ({"severity": "hihg"}, "is not a known severity", "did you mean high?"),
        ({"areas": ["azzure"]}, "is not a known area", "did you mean azure?"),
    ],
)
def test_a_misspelling_is_reported(words: dict[str, Any], message: str, step: str) -> None:
    import re

    with pytest.raises(UsageError, match=message) as caught:
        select(**words)
    assert re.search(step.replace("?", r"\?"), caught.value.next_step)


def test_a_filtered_report_is_never_presented_as_the_whole_baseline(
    report_on: ReportOn, locked: Callable[..., Any]
) -> None:
    rules_ = [locked("T-1", Severity.HIGH), locked("T-2", Severity.LOW)]
    report = report_on("shut", rules=rules_, selection=select(severity="high"))
    assert report.answer is Answer.WITHIN_PICKED
    assert {each.rule.id for each in report.findings} == {"T-1"}
    assert headline(report) == (
        "Essex Police is within the rules that were picked, which are not its whole security baseline."
    )
    assert explanation(report)[0] == (
        "Picked: severity high or worse. 1 other rule was not judged, so the report does not cover the whole baseline."
    )
    assert one_line(report) == "within the picked rules, 1 of 2"
    output = json.loads(report.to_json())
    assert (output["answer"], output["filters"], output["rulesLeftOut"]) == (
        "within the picked rules",
        ["severity high or worse"],
        1,
    )
    for text in (markdown.to_markdown(report), table.to_csv(report), sarif.to_sarif(report), junit.to_junit(report)):
        assert "severity high or worse" in text
        assert "is within its security baseline" not in text


def test_a_filtered_report_with_a_failure_is_not_within_the_baseline(report_on: ReportOn) -> None:
    assert report_on("open", selection=select(severity="high")).answer is Answer.NOT_WITHIN
    assert report_on("jam", selection=select(severity="high")).answer is Answer.UNDECIDED
