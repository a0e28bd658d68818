"""An undecided report names the undecided verdicts, the reason, and the step that decides them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.wire import DAMAGED, ENCRYPTED, FILE, PLACEHOLDER, STRANGE
from bluelamp.policies import UNKNOWN, Resource, Rule, rules
from bluelamp.policies.value import NOT_CONCLUSIVE, RENDER_AND_AUDIT, UNTIL_DEPLOYED
from bluelamp.reports import Report, Source, assess
from bluelamp.reports.formats.markdown import to_markdown
from bluelamp.reports.html import to_html, to_index
from bluelamp.reports.national import national
from bluelamp.reports.undecided import Cause
from bluelamp.reports.words import explanation, one_line
from bluelamp.resources.state import NO_INPUTS
from tests.reports.tree import parse
from tests.thorough import tries

ReportOn = Callable[..., Report]
REASONS = [UNTIL_DEPLOYED, FILE, PLACEHOLDER, DAMAGED, STRANGE, NO_INPUTS, NOT_CONCLUSIVE, f"{ENCRYPTED}; log in"]
ELSEWHERE = f"what this HelmRelease deploys is not in the plan; {RENDER_AND_AUDIT}"


def test_a_plan_names_the_verdicts_and_the_command_that_decides_them(report_on: ReportOn) -> None:
    report = report_on(*[UNKNOWN] * 5)
    assert explanation(report)[1] == (
        "5 mandatory verdicts are known after deployment: T-001 on box-0, T-001 on box-1, T-001 on box-2 and 2 more. "
        "After deployment, run `bluelamp audit --from state essex`."
    )
    page = parse(to_html(report))
    answer = next(page.all("div", class_="answer"))
    assert "5 mandatory verdicts are known after deployment" in answer.text
    assert answer.one("code").text == "bluelamp audit --from state essex"
    assert "5 mandatory verdicts are known after deployment" in to_markdown(report)
    assert one_line(report).startswith("undecided: 5 mandatory verdicts are known after deployment")


def test_what_a_controller_fetches_is_not_decided_by_deployment(tmp_path: Path) -> None:
    release = Resource(
        "urn:pulumi:essex::bluelamp::kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease::addons",
        "kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease",
        "addons",
        {"metadata": {"name": "addons", "namespace": "addons"}, "spec": {}},
    )
    (rule,) = [each for each in rules() if each.id == "BL-K8S-094"]
    report = assess("essex", [release], Source.PLAN, root=tmp_path, rules=[rule])
    (cause,) = report.causes
    assert cause.cause is Cause.ELSEWHERE
    output = one_line(report)
    assert "after deployment, run" not in output
    assert "bluelamp audit --from manifests" in output


@settings(derandomize=True, deadline=None, max_examples=tries(150))
@given(reasons=st.lists(st.sampled_from([*REASONS, ELSEWHERE, "a reason that nobody listed"]), max_size=4, unique=True))
def test_deployment_is_named_only_if_it_decides_everything(reasons: list[str], one: Report) -> None:
    for source in Source:
        (finding,) = one.findings
        report = replace(one, source=source, findings=(replace(finding, reasons=tuple(reasons)),))
        (cause,) = report.causes
        assert (cause.cause is Cause.DEPLOYMENT) == (reasons == [UNTIL_DEPLOYED] and source is Source.PLAN)
        assert cause.step in one_line(report)
        assert len(cause.findings) == 1
        assert ("is known after deployment" in one_line(report)) == (cause.cause is Cause.DEPLOYMENT)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Report:
    (rule,) = [each for each in rules() if each.id == "BL-K8S-090"]
    unknown = Resource("urn:a::b::c::x", "kubernetes:core/v1:ConfigMap", "x", {"data": {"a": UNKNOWN}})
    return assess("essex", [unknown], Source.PLAN, root=tmp_path_factory.mktemp("one"), rules=[rule])


def test_the_worst_come_before_changes_and_those_before_coverage(report_on: ReportOn) -> None:
    page = parse(to_html(report_on("open")))
    order = [str(each.attributes["id"]) for each in page.all("h2")]
    assert order[:3] == ["worst", "changed", "by-framework"]


def test_the_national_page_names_undecided_forces_and_sorts_by_need(
    report_on: ReportOn, locked: Callable[..., Rule]
) -> None:
    reports = [
        report_on("shut", force="a", name="A Police"),
        report_on(UNKNOWN, UNKNOWN, force="b", name="B Police"),
        report_on("open", force="c", name="C Police"),
        report_on(UNKNOWN, force="d", name="D Police"),
        report_on("open", "open", force="e", name="E Police"),
    ]
    assert [line.report.force for line in national(reports).lines] == ["e", "c", "b", "d", "a"]
    answer = next(parse(to_index(reports)).all("div", class_="answer"))
    assert (
        "Undecided: B Police, D Police: 3 mandatory verdicts are known after deployment. "
        "After deployment, run bluelamp audit --from state b d." in " ".join(answer.text.split())
    )
    assert [link.attributes["href"] for link in answer.all("a")] == ["b/report.html", "d/report.html"]


def test_mandatory_and_advisory_rules_have_a_table_each(report_on: ReportOn, locked: Callable[..., Rule]) -> None:
    strict, lax = locked("T-1"), locked("T-1", mandatory=False)
    both = [report_on("open", rules=[strict], force="essex"), report_on("open", rules=[lax], force="kent")]
    page = parse(to_index(both))
    section = page.one("section", aria_labelledby="rules")
    assert [heading.text for heading in section.all("h3")] == ["Mandatory rules (1)", "Advisory rules (1)"]
    for id_, output in (("T-1", ["1 fail", "advisory here"]), ("T-1-advisory", ["mandatory here", "1 fail"])):
        assert [cell.text.strip() for cell in section.one("tr", id=id_).all("td", class_="cell")] == output
