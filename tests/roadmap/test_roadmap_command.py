"""`bluelamp roadmap`: the forces' progress, computed from their plans, with its diagram and pages."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bluelamp import schemas
from bluelamp.core.asset_type import MILESTONE, TACTICAL
from bluelamp.core.problems import SettingsError
from bluelamp.core.roadmap import Budget, Roadmap
from bluelamp.cost.estate import cost_of_plan
from bluelamp.fleet.judge import check_plan
from bluelamp.planning import plan_force
from bluelamp.policies import Resource, Verdict, judge, rules
from bluelamp.policies.data.spend import _spending
from bluelamp.policies.estate import Estate
from bluelamp.reports.roadmap import to_html, to_national
from bluelamp.resources import from_plan
from bluelamp.roadmap import MilestoneProgress, RoadmapProgress, Status, progress_of
from bluelamp.roadmap.ledger import ledger
from bluelamp.roadmap.picture import drawn
from bluelamp.roadmap.schedule import status
from bluelamp.roadmap.shared import shared
from tests.conftest import ROOT, Project, in_process
from tests.thorough import tries

DAY = date(2026, 11, 30)
FORCE = "dyfed-powys"
GENERATED = settings(derandomize=True, deadline=None, max_examples=tries(200))
LEDGER = {
    "milestones": [
        {
            **{"id": "lake", "title": "Lake", "enables": ["2a"], "start": "2027-04-01", "end": "2028-03-31"},
            **{"delivers": ["modules/data/lake"], "exitCriteria": [{"component": "dataLake"}]},
        }
    ],
    "tactical": [
        {
            **{"id": "TD-1", "title": "Interim", "milestone": "lake", "exitDate": "2027-12-31"},
            **{"successor": "TD-2", "exitCost": 1000, "monthlyCost": 50},
        },
        {
            **{"id": "TD-2", "title": "Later", "milestone": "lake", "exitDate": "2028-03-31"},
            **{"successor": "modules/data/lake", "exitCost": 0, "monthlyCost": 70},
        },
    ],
}


@pytest.fixture(scope="module")
def small() -> RoadmapProgress:
    return progress_of(FORCE, ROOT, DAY)


def test_a_milestone_costs_as_much_as_its_resources(small: RoadmapProgress) -> None:
    costs = cost_of_plan(plan_force(FORCE, ROOT), ROOT)
    assert sum(each.cost for each in small.milestones) == costs.total > 0
    assert [each.over_budget for each in small.milestones] == [False, False, False]


@pytest.mark.parametrize(
    ("monthly", "cost", "unpriced", "over"),
    [
        (100, "100.01", 0, True),
        (100, "100.01", 3, True),
        (100, "100.00", 0, False),
        (100, "99.00", 1, None),
        (None, "99.00", 0, None),
    ],
)
def test_a_missing_price_is_not_counted_as_within_the_budget(
    small: RoadmapProgress, monthly: int | None, cost: str, unpriced: int, over: bool | None
) -> None:
    milestone = small.milestones[0].milestone.model_copy(update={"budget": Budget(monthly=monthly, capital=1)})
    one = replace(small.milestones[0], milestone=milestone, cost=Decimal(cost), unpriced=unpriced)
    assert one.over_budget is over


def test_a_milestone_over_its_budget_is_marked_in_text_document_and_page(project: Project) -> None:
    file = project.root / "stacks" / FORCE / "roadmap.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("budget: {monthly: 1500", "budget: {monthly: 1", 1), "utf-8")
    assert file.read_text("utf-8") != text
    status_, out, err = in_process(project.root, ["roadmap", FORCE, "--report", "out"])
    assert status_ == 0, err
    assert "over its budget first-steps: £" in out
    assert "over its budget" in (project.root / "out" / "roadmap.html").read_text("utf-8")
    document = json.loads(in_process(project.root, ["roadmap", FORCE, "--format", "json"])[1])
    (marked,) = [each for each in document["result"]["forces"][0]["milestones"] if each["overBudget"]]
    assert (marked["id"], marked["budgetMonthlyGbp"]) == ("first-steps", 1)


def test_the_rule_on_budgets_prices_milestones_as_the_roadmap_does(small: RoadmapProgress, tmp_path: Path) -> None:
    resources = from_plan(plan_force(FORCE, ROOT))
    rule = [each for each in rules() if each.id == "BL-SPD-013"]
    assert {each.verdict for each in judge(resources, rule)} == {Verdict.PASS, Verdict.NOT_APPLICABLE}
    spent = _spending.spent("first-steps", Estate(resources))
    assert spent is not None
    assert spent.fixed + spent.used == small.by_id["first-steps"].cost
    # The engine also shows a rule the components, which have no charge of their own.
    tags = {"roadmap-milestone": "first-steps"}
    component = Resource(
        f"urn:pulumi:{FORCE}::bluelamp::bluelamp:index:Budget::x", "bluelamp:index:Budget", "x", {"tags": tags}
    )
    assert {each.verdict for each in judge([*resources, component], rule)} == {Verdict.PASS, Verdict.NOT_APPLICABLE}

    found = {}
    for budget in (900, 950):
        root = tmp_path / str(budget)
        copied(root, ("", ""), ("monthly: 1500", f"monthly: {budget}"))
        for name in ("usage", "hardware"):
            file = f"stacks/{FORCE}/{name}.yaml"
            (root / file).write_bytes((ROOT / file).read_bytes())
        report = check_plan(FORCE, root).report
        assert report is not None
        (found[budget],) = [
            each
            for each in report.findings
            if each.rule.id == "BL-SPD-013" and each.verdict is not Verdict.NOT_APPLICABLE
        ]
    over, open_ = found[900], found[950]
    assert (over.verdict, open_.verdict) == (Verdict.FAIL, Verdict.UNKNOWN)
    assert "£904.73" in over.message
    assert "server-room" in over.message, "the most expensive are named, premises too"
    assert over.source is not None
    assert over.source[0] == f"stacks/{FORCE}/roadmap.yaml"
    assert "with the assumed use £1,092.41" in open_.message


def test_mistakes_in_use_and_hardware_are_mistakes_in_the_settings(project: Project) -> None:
    folder = project.root / "stacks" / FORCE
    (folder / "usage.yaml").write_text("usage: {logIngestion: 2 GB}\n", "utf-8")
    (folder / "hardware.yaml").write_text("", "utf-8")
    status_, out, err = in_process(project.root, ["check", FORCE])
    output = " ".join(err.split())
    assert (status_, out) == (2, "")
    assert f"stacks/{FORCE}/usage.yaml:1:23: usage.logIngestion" in output
    assert f"stacks/{FORCE}/hardware.yaml: is empty; enter the force's figures" in output


def test_progress_is_computed_from_the_plan(small: RoadmapProgress) -> None:
    assert [(each.milestone.id, each.status.value) for each in small.milestones] == [
        ("first-steps", "reached"),
        ("hybrid-foundation", "planned"),
        ("shared-records", "planned"),
    ]
    assert small.reached == 1
    unmet = small.by_id["hybrid-foundation"].unmet
    assert ("component gateways", "not in the plan") in {(each.words, each.evidence) for each in unmet}
    rule = next(each for each in small.by_id["first-steps"].criteria if each.words == "rule BL-SPD-005")
    assert (rule.met, rule.evidence) == (True, "1 pass")


def test_next_and_waiting_milestones_follow_from_the_dependencies(small: RoadmapProgress) -> None:
    assert [each.milestone.id for each in small.next] == ["hybrid-foundation"]
    assert [(each.milestone.id, each.waits_for) for each in small.blocked] == [
        ("shared-records", ("hybrid-foundation",))
    ]
    assert small.critical == ("hybrid-foundation", "shared-records")
    assert small.critical_days == (date(2029, 3, 31) - date(2027, 4, 1)).days + 1


def copied(root: Path, settings_: tuple[str, str], roadmap: tuple[str, str] = ("", "")) -> Path:
    """A project with one force, without its data contracts, with replaced texts in its settings and roadmap."""
    stacks = root / "stacks"
    (stacks / FORCE).mkdir(parents=True)
    for name in ("forces.yaml", f"{FORCE}/addresses.yaml"):
        (stacks / name).write_bytes((ROOT / "stacks" / name).read_bytes())
    (root / "Pulumi.yaml").write_bytes((ROOT / "Pulumi.yaml").read_bytes())
    for name, (old, new) in ((f"Pulumi.{FORCE}.yaml", settings_), (f"{FORCE}/roadmap.yaml", roadmap)):
        text = (ROOT / "stacks" / name).read_text("utf-8")
        assert old in text
        (stacks / name).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
    return root


def test_a_component_in_the_settings_is_met_and_a_missing_contract_is_not(tmp_path: Path) -> None:
    added = ("profile: starter\n", "profile: starter\n  bluelamp:components: {defender: hybrid}\n")
    found = progress_of(FORCE, copied(tmp_path, added), DAY)
    foundation = found.by_id["hybrid-foundation"]
    assert next(each for each in foundation.criteria if each.words == "component defender").met
    assert found.by_id["first-steps"].status is Status.IN_PROGRESS, "the contracts of its assets are not there"
    assert foundation.waits_for == ("first-steps",)


def test_failures_of_the_roadmap_stop_a_check_and_point_at_their_lines(tmp_path: Path) -> None:
    renamed = ("roadmapMilestone: first-steps", "roadmapMilestone: first-step")
    root = copied(tmp_path, renamed, ('start: "2027-04-01"', 'start: "2027-03-31"'))
    report = check_plan(FORCE, root).report
    assert report is not None
    failed = [each for each in report.findings if each.verdict is Verdict.FAIL and each.rule.id.startswith("BL-SPD")]
    assert {each.rule.id for each in failed} == {"BL-SPD-008", "BL-SPD-011"}
    assert report.broken
    for each in failed:
        file, line = each.source or ("", 0)
        expected = "first-step" if each.rule.id == "BL-SPD-008" else "2027-03-31"
        assert expected in (root / file).read_text("utf-8").splitlines()[line - 1]
    assert not any("spend:" in each.kind for each in report.unjudged), "nothing is deployed for them"


def test_an_unknown_rule_is_refused_with_its_location(tmp_path: Path) -> None:
    root = copied(tmp_path, ("", ""), ("rule: BL-SPD-005", "rule: BL-SPD-905"))
    with pytest.raises(SettingsError, match="no rule is called BL-SPD-905") as refused:
        progress_of(FORCE, root, DAY)
    (problem,) = refused.value.problems
    assert (problem.file, problem.path) == (f"stacks/{FORCE}/roadmap.yaml", "milestones[0].exitCriteria[5].rule")


@pytest.mark.parametrize(
    ("day", "reached", "waits", "expected"),
    [
        (date(2027, 3, 31), False, False, Status.PLANNED),
        (date(2027, 4, 1), False, False, Status.IN_PROGRESS),
        (date(2027, 4, 1), False, True, Status.BLOCKED),
        (date(2028, 3, 31), False, False, Status.IN_PROGRESS),
        (date(2028, 4, 1), False, True, Status.OVERDUE),
        (date(2028, 4, 1), True, False, Status.REACHED),
    ],
)
def test_the_status_depends_on_the_date(day: date, reached: bool, waits: bool, expected: Status) -> None:
    milestone = Roadmap.model_validate(LEDGER).milestones[0]
    assert status(milestone, day, reached=reached, waits=waits) is expected


def test_the_ledger_follows_successors_to_their_milestone_and_counts_the_months_after() -> None:
    first, second = ledger(Roadmap.model_validate(LEDGER), (), DAY)
    assert (first.id, first.milestone, first.replaced) == ("TD-1", "lake", date(2028, 3, 31))
    assert (first.months_late, first.late_cost, first.total) == (3, 150, 1150)
    assert (second.months_late, second.late_cost, second.total, second.overdue) == (0, 0, 0, False)


def test_an_overdue_item_costs_at_least_until_today() -> None:
    found = ledger(Roadmap.model_validate(LEDGER), (), date(2028, 6, 15))
    assert [(each.id, each.overdue, each.months_late) for each in found] == [("TD-1", True, 6), ("TD-2", True, 3)]


def test_tagged_resources_without_an_entry_are_reported_without_invented_data() -> None:
    tags = {"spend-type": "tactical", "debt-id": "TD-9", "exit-date": "2027-06-30", "successor-module": "modules/x"}
    vault = Resource("u1", "azure-native:keyvault:Vault", "vault", {"tags": tags})
    known = Resource("u2", "azure-native:keyvault:Vault", "other", {"tags": {**tags, "debt-id": "TD-1"}})
    bare = Resource("u3", "azure-native:keyvault:Vault", "bare", {"tags": {"spend-type": "tactical"}})
    found = {each.id: each for each in ledger(Roadmap.model_validate(LEDGER), (vault, known, bare), DAY)}
    assert found["TD-1"].resources == 1
    stranger = found["TD-9"]
    assert (stranger.exit_date, stranger.exit_cost, stranger.monthly_cost) == (date(2027, 6, 30), None, None)
    assert (stranger.replaced, stranger.months_late, stranger.late_cost, stranger.total) == (None, None, None, None)
    assert (found[""].exit_date, found[""].resources) == (None, 1)


def test_the_largest_force_registers_its_roadmap_and_tags_its_tactical_spend() -> None:
    from bluelamp.core.roadmap import tactical_tags
    from bluelamp.infra.force import load
    from bluelamp.infra.program.build import label_of
    from bluelamp.infra.program.roadmap import zone_labels
    from bluelamp.infra.settings.roadmap import roadmap_of

    force = load("west-midlands", root=ROOT)
    roadmap = roadmap_of(force, ROOT)
    labels = zone_labels(label_of(force), roadmap)
    assert labels["data"]["roadmap_milestone"] == "data-in-shape"
    assert labels["data"]["spend_type"] == "strategic"
    trials = labels["trials"]
    assert trials["spend_type"] == "tactical"
    assert tactical_tags(roadmap.tactical[0]).items() <= trials["tags"].items()
    assert "owner-contact" in trials["tags"]


def test_a_plan_has_a_component_for_each_milestone_and_debt(small: RoadmapProgress) -> None:
    from bluelamp.planning import plan_force

    found = {each.name: each for each in plan_force(FORCE, ROOT).resources if each.type in (MILESTONE, TACTICAL)}
    assert sorted(found) == [
        "milestone-first-steps",
        "milestone-hybrid-foundation",
        "milestone-shared-records",
        "tactical-td-2",
    ]
    inputs = found["milestone-hybrid-foundation"].inputs
    assert (inputs["dependsOn"], inputs["owner"], inputs["budgetMonthlyGbp"]) == (["first-steps"], "Head of ICT", 6500)


@st.composite
def standings(draw: st.DrawFn) -> list[RoadmapProgress]:
    """Forces with one to three milestones each."""
    found = []
    for force in "abcde"[: draw(st.integers(2, 5))]:
        rows = []
        for number in range(draw(st.integers(1, 3))):
            start = draw(st.dates(date(2027, 1, 1), date(2029, 1, 1)))
            row = {"id": f"m{number}", "title": "M", "enables": [draw(st.sampled_from(["1", "2a"]))]}
            end = start + timedelta(days=draw(st.integers(0, 400)))
            rows.append({**row, "start": start, "end": end, "exitCriteria": [{"component": "hub"}]})
        roadmap = Roadmap.model_validate({"milestones": rows})
        made = tuple(MilestoneProgress(each, "Head", Status.PLANNED, (), (), 0) for each in roadmap.milestones)
        none = tuple(replace(each, criteria=()) for each in made)
        found.append(RoadmapProgress(force, force, DAY, roadmap, True, none, (), 0, ()))
    return found


def _with_criteria(found: list[RoadmapProgress]) -> list[RoadmapProgress]:
    from bluelamp.roadmap import Criterion

    unmet = (Criterion("component hub", False, "not in the plan"),)
    return [replace(one, milestones=tuple(replace(each, criteria=unmet) for each in one.milestones)) for one in found]


@given(standings())
@GENERATED
def test_shared_milestones_overlap_and_are_the_largest_group(drawn_: list[RoadmapProgress]) -> None:
    found = _with_criteria(drawn_)
    together = {(each.kind, each.subject): each for each in shared(found)}
    for each in together.values():
        assert each.start <= each.end
        for force, id_ in each.milestones.items():
            milestone = next(one for one in found if one.force == force).by_id[id_].milestone
            assert milestone.start <= each.start
            assert each.end <= milestone.end
    for demand in ("1", "2a"):
        days = {
            day
            for one in found
            for each in one.milestones
            if demand in each.milestone.enables
            for day in (each.milestone.start, each.milestone.end)
        }
        most = max(
            (
                sum(
                    any(
                        demand in each.milestone.enables and each.milestone.start <= day <= each.milestone.end
                        for each in one.milestones
                    )
                    for one in found
                )
                for day in days
            ),
            default=0,
        )
        assert (together[("demand", demand)].forces if ("demand", demand) in together else 1) == max(most, 1)


def test_the_diagram_describes_everything_in_words(small: RoadmapProgress) -> None:
    svg = drawn(small)
    words = " ".join(each.text or "" for each in svg.iter("text"))
    for part in (
        "reached, 7 of 7",
        "planned, 0 of 5",
        "today, 30 November 2026",
        "critical path",
        "exit 31 March 2028",
    ):
        assert part in words
    described = svg.find("desc").text
    assert all(each.milestone.title in described for each in small.milestones)
    width = float(svg.attrib["width"])
    for each in svg.iter("rect"):
        assert float(each.attrib["x"]) >= 0
        assert float(each.attrib["x"]) + float(each.attrib["width"]) <= width + 0.5
    assert ET.fromstring(ET.tostring(svg))


def test_the_pages_have_every_criterion_and_every_force(small: RoadmapProgress) -> None:
    page = to_html(small, beside="../roadmaps.html")
    for each in small.milestones:
        assert f'id="{each.milestone.id}"' in page
        for one in each.criteria:
            assert f"{one.words}: {one.evidence}" in page
    assert "File server in headquarters" in page
    other = replace(small, force="other", name="Other <Police>")
    national = to_national([small, other])
    assert "Other &lt;Police&gt;" in national
    assert 'href="dyfed-powys/roadmap.html"' in national
    assert "component" in national
    assert "1 of 3" in national


def test_the_command_gives_its_published_result_and_writes_its_files(tmp_path: Path) -> None:
    words = ("roadmap", FORCE, "--format", "json", "--svg", f"{tmp_path}/r.svg", "--report", f"{tmp_path}/out")
    code, out, _ = in_process(ROOT, words)
    document = json.loads(out)
    assert list(Draft202012Validator(schemas.output()).iter_errors(document)) == []
    (force,) = document["result"]["forces"]
    assert (code, force["force"], force["own"], force["file"]) == (0, FORCE, True, f"stacks/{FORCE}/roadmap.yaml")
    assert force["criticalPath"]["milestones"][0] == force["next"][0]
    assert document["result"]["written"] == [f"{tmp_path}/r.svg", f"{tmp_path}/out/roadmap.html"]
    assert (tmp_path / "r.svg").read_text("utf-8").startswith("<!-- Rendered by bluelamp")
    assert "<svg" in (tmp_path / "out" / "roadmap.html").read_text("utf-8")


def test_a_diagram_of_several_forces_is_refused_before_any_work() -> None:
    code, _, err = in_process(ROOT, ("roadmap", FORCE, "kent", "--svg", "x.svg"))
    assert code == 2
    assert "--svg is for one force" in err
