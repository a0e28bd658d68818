"""Every count is defined once, and every format shows the same."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies import UNKNOWN, Resource, Verdict
from bluelamp.policies.estate import canonical
from bluelamp.reports import Report, Source, assess
from bluelamp.reports.formats.markdown import to_markdown
from bluelamp.reports.formats.oscal import to_assessment_results
from bluelamp.reports.formats.table import to_about, to_csv
from bluelamp.reports.html import to_html
from bluelamp.reports.terminal import show
from bluelamp.reports.totals import MEANINGS, NAMES
from bluelamp.reports.words import counted
from bluelamp.resources.skipped import Skipped
from tests.reports.test_views import printed
from tests.reports.tree import parse

KINDS = {
    "judged": ("kubernetes:core/v1:ConfigMap", {"data": {"a": "b"}}),
    "unknown": ("kubernetes:core/v1:ConfigMap", {"data": UNKNOWN}),
    "in part": ("azure-native:resources:ResourceGroup", {"location": "uksouth"}),
    "without": ("azure-native:management:ManagementGroup", {}),
}


def report_of(kinds: list[str], left_out: int, root: Path) -> Report:
    resources = [
        Resource(f"urn:a::b::{KINDS[kind][0]}::{number}", KINDS[kind][0], f"r{number}", KINDS[kind][1])
        for number, kind in enumerate(kinds)
    ]
    skipped = [Skipped("document", f"d{number}", "it is no object") for number in range(left_out)]
    return assess("essex", resources, Source.PLAN, root=root, skipped=skipped)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("totals")


@settings(derandomize=True, deadline=None, max_examples=25)
@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), max_size=6), left_out=st.integers(0, 3))
def test_the_counts_add_up_and_all_formats_agree(kinds: list[str], left_out: int, root: Path) -> None:
    report = report_of(kinds, left_out, root)
    totals = report.totals
    assert totals.resources == len(kinds) == totals.judged + totals.in_part + totals.without_rule
    assert totals.without_rule == kinds.count("without")
    assert totals.in_part == kinds.count("in part")
    assert totals.left_out == left_out
    assert totals.verdicts == sum(report.counts.values()) == len(report.findings)
    assert totals.failures == totals.mandatory_failures + totals.advisory_failures == report.counts[Verdict.FAIL]
    expected = totals.as_dict()
    assert json.loads(report.to_json())["totals"] == expected
    numbers = list(expected.values())
    page = parse(to_html(report))
    shown = page.one("dl", class_="totals")
    assert [int(each.text.replace(",", "")) for each in shown.all("b")] == numbers
    about = dict(csv.reader(io.StringIO(to_about(report).lstrip("\ufeff"))))
    assert [int(about[name]) for name, _, _ in totals.rows("plan")] == numbers
    assert len(list(csv.reader(io.StringIO(to_csv(report))))) - 1 == totals.verdicts
    props = json.loads(to_assessment_results(report))["assessment-results"]["results"][0]["props"]
    assert [int(each["value"]) for each in props if each["name"].startswith("total-")] == numbers
    line = counted(report)
    assert page.one("p", class_="glossary").text == f"{line}."
    assert line in re.sub(r"\s+", " ", printed(show(report), width=2000))
    assert line in to_markdown(report).replace("\\", "")


def test_each_count_has_a_name_and_a_meaning(root: Path) -> None:
    names = {each.replace("-", "_") for each in report_of([], 0, root).totals.by_name}
    assert names == set(NAMES) == set(MEANINGS)
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_live_resource_and_one_pending_deletion_share_a_urn_and_count_once(root: Path) -> None:
    type_, inputs = KINDS["judged"]
    live = Resource("urn:a::b::c::one", type_, "one", inputs)
    gone = Skipped(type_, "one", "it is pending deletion", live.urn)
    report = assess("essex", [live], Source.STATE, root=root, skipped=[gone])
    assert canonical(type_)
    assert (report.totals.resources, report.totals.judged, report.totals.left_out) == (1, 1, 1)
    assert report.judged == 1
