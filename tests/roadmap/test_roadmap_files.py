"""The roadmaps of the forces, mistakes in one, and the arithmetic of dependencies."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.cli.select import with_stacks
from bluelamp.core.asset_type import MILESTONE, TACTICAL
from bluelamp.core.dependencies import cycle_through, cycles, longest_chain, ordered
from bluelamp.core.problems import SettingsError
from bluelamp.core.roadmap import DEMANDS, Roadmap, has_roadmap, read_roadmap
from bluelamp.core.roadmap.reading import parsed
from bluelamp.infra.force import load
from bluelamp.infra.settings.profiles import COMES_WITH
from bluelamp.infra.settings.register import read_register
from bluelamp.infra.settings.roadmap import COMPONENTS, DEFAULTS, default_roadmap, modules, roadmap_of
from bluelamp.policies import Resource, Verdict, judge, rules
from bluelamp.roadmap.schedule import critical_path, days_left, months_after
from tests.conftest import ROOT
from tests.thorough import tries

OWN = ("west-midlands", "essex", "dyfed-powys")
FORCES = with_stacks(ROOT)
GENERATED = settings(derandomize=True, deadline=None, max_examples=tries(200))
GOOD = """\
milestones:
  - id: first
    title: First
    enables: [1, 2a]
    start: "2026-04-01"
    end: "2027-03-31"
    exitCriteria: [{component: hub}]
  - id: second
    title: Second
    enables: [3]
    dependsOn: [first]
    start: "2027-04-01"
    end: "2028-03-31"
    exitCriteria: [{rule: BL-NET-001}, {asset: records}]
tactical:
  - id: TD-1
    title: Interim
    milestone: second
    exitDate: "2027-12-31"
    successor: modules/data/lake
    exitCost: 1000
    monthlyCost: 50
"""


def read(folder: Path, text: str) -> Roadmap:
    (folder / "roadmap.yaml").write_text(text, encoding="utf-8")
    return read_roadmap(folder / "roadmap.yaml", folder)


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read(folder, text)
    return [str(each) for each in refused.value.problems]


def test_every_force_has_a_roadmap_with_the_milestone_of_its_resources() -> None:
    register = read_register(ROOT)
    known = {rule.id for rule in rules()}
    for force in FORCES:
        found = load(register.entry(force).slug, root=ROOT)
        roadmap = roadmap_of(found, ROOT)
        assert found.roadmap_milestone in roadmap.by_id, force
        assert ordered(roadmap.dependencies)
        for milestone in roadmap.milestones:
            assert {each.rule for each in milestone.exit_criteria if each.rule} <= known
    assert len(FORCES) == 48


@pytest.mark.parametrize("force", OWN)
def test_the_three_example_forces_have_full_roadmaps_of_their_own(force: str) -> None:
    assert has_roadmap(ROOT, force)
    roadmap = roadmap_of(load(force, root=ROOT), ROOT)
    assert roadmap.file == f"stacks/{force}/roadmap.yaml"
    assert len(roadmap.milestones) >= 3
    assert any(each.budget and each.budget.monthly for each in roadmap.milestones)
    assert any(len(each.depends_on) for each in roadmap.milestones)


def test_the_largest_force_covers_every_demand() -> None:
    roadmap = roadmap_of(load("west-midlands", root=ROOT), ROOT)
    assert {demand for each in roadmap.milestones for demand in each.enables} == set(DEMANDS)


@pytest.mark.parametrize("profile", ["starter", "hybrid", "full"])
def test_a_profiles_default_names_existing_components(profile: str) -> None:
    roadmap = default_roadmap(profile)
    assert sorted(path.stem for path in DEFAULTS.glob("*.yaml")) == ["full", "hybrid", "starter"]
    for milestone in roadmap.milestones:
        assert {each.component for each in milestone.exit_criteria if each.component} <= COMPONENTS.keys()
        assert set(milestone.delivers) <= set(modules())
        assert milestone.budget is None, "a default invents no budget"


def test_every_component_can_be_a_criterion_except_two_without_resources() -> None:
    assert COMES_WITH.keys() - COMPONENTS.keys() == {"canary", "secondHub"}


def test_a_valid_roadmap_is_read(tmp_path: Path) -> None:
    roadmap = read(tmp_path, GOOD)
    assert roadmap.by_id["second"].depends_on == ("first",)
    assert roadmap.by_id["first"].enables == ("1", "2a")
    assert roadmap.tactical[0].exit_date == date(2027, 12, 31)


def test_all_mistakes_are_reported_at_once_with_their_locations(tmp_path: Path) -> None:
    text = GOOD.replace("dependsOn: [first]", "dependsOn: [frist, second]")
    text = text.replace('end: "2027-03-31"', 'end: "2026-03-31"').replace("milestone: second", "milestone: secnd")
    problems = said(tmp_path, text)
    assert len(problems) == 3
    assert "roadmap.yaml:6:" in problems[0]
    assert "first ends on 2026-03-31, before it starts on 2026-04-01" in problems[0]
    assert "roadmap.yaml:11:" in problems[1]
    assert "did you mean first?" in problems[1]
    assert "milestones[1].dependsOn[0]" in problems[1]
    assert "did you mean second?" in problems[2]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("enables: [3]", "enables: [4]", "allowed: 1, 2a, 2b"),
        ("enables: [3]", "enables: []", "holds nothing"),
        ('"2028-03-31"', '"2028-02-30"', "is not a date"),
        ("dependsOn", "dependsOnn", "did you mean dependsOn?"),
        ("{component: hub}", "{component: hub, rule: BL-NET-001}", "a criterion names one thing, not 2"),
        ("{component: hub}", "{}", "a criterion names one thing, not 0"),
        ("{asset: records}", "{asset: records, profile: full}", "only a component has a profile"),
        ("successor: modules/data/lake", "successor: the lake", "is neither a module nor a debt ID"),
        ("id: TD-1", "id: seventeen", "is not a debt ID"),
        ("exitCost: 1000", "exitCost: -1", "at least 0"),
        ("exitCost: 1000", 'exitCost: "1000"', "is not a whole number"),
        ("id: second", "id: first", "duplicate id 'first'"),
    ],
)
def test_a_mistake_is_explained(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    problems = said(tmp_path, GOOD.replace(old, new, 1))
    assert any(words in each for each in problems), problems


def test_a_cycle_is_shown_as_a_path(tmp_path: Path) -> None:
    text = GOOD.replace("enables: [1, 2a]\n", "enables: [1, 2a]\n    dependsOn: [second]\n")
    (problem,) = said(tmp_path, text)
    assert "the milestones depend on one another: first -> second -> first" in problem


def test_a_milestone_cannot_depend_on_itself(tmp_path: Path) -> None:
    (problem,) = said(tmp_path, GOOD.replace("dependsOn: [first]", "dependsOn: [second]"))
    assert "second -> second" in problem


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{component: hub}", "{component: hob}", "did you mean hub?"),
        ("{component: hub}", "{component: hub, profile: full}", "hub is the same at every profile"),
        ("modules/data/lake", "modules/data/lakes", "did you mean modules/data/lake?"),
        ("modules/data/lake", "TD-9", "no successor is called"),
        ("successor:", "landingZone: trials\n    successor:", "no landing zone is called"),
    ],
)
def test_a_component_that_the_force_lacks_is_reported_with_its_settings(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    stacks = tmp_path / "stacks"
    (stacks / "dyfed-powys").mkdir(parents=True)
    for name in ("forces.yaml", "Pulumi.dyfed-powys.yaml", "dyfed-powys/addresses.yaml"):
        (stacks / name).write_bytes((ROOT / "stacks" / name).read_bytes())
    (stacks / "dyfed-powys" / "roadmap.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match="roadmap") as refused:
        load("dyfed-powys", root=tmp_path)
    (problem,) = refused.value.problems
    assert words in str(problem)
    assert problem.file == "stacks/dyfed-powys/roadmap.yaml"
    assert problem.line > 1


Edges = dict[str, tuple[str, ...]]


@st.composite
def graphs(draw: st.DrawFn, *, acyclic: bool) -> Edges:
    """Up to seven names and the names that each depends on."""
    names = list("abcdefg"[: draw(st.integers(1, 7))])
    found: Edges = {}
    for number, name in enumerate(names):
        others = names[:number] if acyclic else names
        found[name] = tuple(draw(st.lists(st.sampled_from(others), unique=True, max_size=3))) if others else ()
    return found


def reachable(graph: Edges, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


@given(graphs(acyclic=False))
@GENERATED
def test_a_cycle_is_always_found_and_valid(graph: Edges) -> None:
    in_cycles = {name for name in graph if name in reachable(graph, name)}
    for name in graph:
        cycle = cycle_through(name, graph)
        assert bool(cycle) == (name in in_cycles)
        if cycle:
            assert cycle[0] == cycle[-1] == name
            assert all(after in graph[before] for before, after in pairwise(cycle))
    assert bool(cycles(graph)) == bool(in_cycles)
    assert all(set(each) <= in_cycles for each in cycles(graph))
    if in_cycles:
        with pytest.raises(ValueError, match="a cycle"):
            ordered(graph)
    else:
        order = ordered(graph)
        assert sorted(order) == sorted(graph)
        assert all(order.index(before) < order.index(name) for name, all_ in graph.items() for before in all_)


def chains(graph: Edges, last: str) -> list[list[str]]:
    """Every chain that ends in `last`."""
    return [[last], *([*chain, last] for before in graph[last] for chain in chains(graph, before))]


@given(graphs(acyclic=True), st.data())
@GENERATED
def test_the_longest_chain_is_the_longest_of_all_chains(graph: Edges, data: st.DataObject) -> None:
    lengths = {name: data.draw(st.integers(1, 400)) for name in graph if data.draw(st.booleans())}
    inner = {name: tuple(each for each in graph[name] if each in lengths) for name in lengths}
    best = max((sum(lengths[each] for each in chain) for name in inner for chain in chains(inner, name)), default=0)
    chain, total = longest_chain(lengths, graph)
    assert total == best == sum(lengths[each] for each in chain)
    assert all(before in graph[after] for before, after in pairwise(chain))


@given(graphs(acyclic=True), st.data())
@GENERATED
def test_the_critical_path_of_a_roadmap_has_the_most_days_left(graph: Edges, data: st.DataObject) -> None:
    milestones = []
    for name, before in graph.items():
        start = data.draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
        end = data.draw(st.dates(start, date(2030, 12, 31)))
        row = {"id": name, "title": name, "enables": ["1"], "dependsOn": before, "start": start, "end": end}
        milestones.append({**row, "exitCriteria": [{"component": "hub"}]})
    roadmap = Roadmap.model_validate({"milestones": milestones})
    day = data.draw(st.dates(date(2026, 1, 1), date(2030, 12, 31)))
    reached = {name for name in graph if data.draw(st.booleans())}
    left = {name: days_left(roadmap.by_id[name], day) for name in graph if name not in reached}
    inner = {name: tuple(each for each in graph[name] if each in left) for name in left}
    best = max((sum(left[each] for each in chain) for name in inner for chain in chains(inner, name)), default=0)
    path, days = critical_path(roadmap, reached, day)
    assert days == best
    assert not set(path) & reached


@pytest.mark.parametrize(
    ("end", "last", "months"),
    [
        (date(2027, 9, 30), date(2028, 3, 31), 6),
        (date(2027, 9, 30), date(2027, 9, 30), 0),
        (date(2027, 9, 30), date(2027, 10, 1), 1),
        (date(2027, 12, 31), date(2028, 3, 31), 3),
        (date(2028, 1, 30), date(2028, 2, 29), 2),
        (date(2028, 3, 31), date(2027, 3, 31), 0),
    ],
)
def test_months_are_counted_from_the_day_after(end: date, last: date, months: int) -> None:
    assert months_after(end, last) == months


def _read_or_refused(text: str) -> tuple[Roadmap | None, list[str]]:
    try:
        return parsed(text.encode(), "roadmap.yaml"), []
    except SettingsError as refused:
        return None, [str(each) for each in refused.problems]


@given(st.data())
@GENERATED
def test_a_broken_file_is_read_or_refused_with_a_message(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.integers(0, len(lines) - 1))
        what = data.draw(st.sampled_from(["delete", "repeat", "value", "indent", "swap"]))
        if what == "delete":
            lines[number] = ""
        elif what == "repeat":
            lines.insert(number, lines[number])
        elif what == "value":
            value = data.draw(
                st.sampled_from(["null", "[]", "{}", "-1", '"x"', "[first, first]", "second", "1e9", "~"])
            )
            lines[number] = f"{lines[number].partition(':')[0]}: {value}"
        elif what == "indent":
            lines[number] = "  " + lines[number]
        else:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[number], lines[other] = lines[other], lines[number]
    roadmap, problems = _read_or_refused("\n".join(lines))
    if roadmap is not None:
        assert ordered(roadmap.dependencies)
    else:
        assert problems
        assert all(each.startswith("roadmap.yaml") for each in problems)


@given(st.data())
@GENERATED
def test_a_successor_is_valid_exactly_if_its_chain_ends_in_a_milestones_deliverable(data: st.DataObject) -> None:
    names = [f"TD-{number}" for number in range(1, data.draw(st.integers(2, 6)))]
    after = {name: data.draw(st.sampled_from([*names, "modules/data/lake", "modules/data/job", ""])) for name in names}
    dated = {name: data.draw(st.booleans()) for name in names}
    milestone = {"id": "lake", "start": "2027-04-01", "end": "2028-03-31", "delivers": ["modules/data/lake"]}
    resources = [Resource("m", MILESTONE, "milestone-lake", milestone)]
    for name in names:
        spend = {"id": name, "successor": after[name], "exitDate": "2028-03-31" if dated[name] else "soon"}
        resources.append(Resource(name, TACTICAL, name, {key: each for key, each in spend.items() if each}))
    (rule,) = [each for each in rules() if each.id == "BL-SPD-009"]
    verdicts = {each.urn: each.verdict for each in judge(resources, [rule])}
    for name in names:
        here, way = after[name], [name]
        while here in after and here not in way and dated[here]:
            way.append(here)
            here = after[here]
        expected = Verdict.PASS if here == "modules/data/lake" else Verdict.FAIL
        assert verdicts[name] is (expected if after[name] else Verdict.NOT_APPLICABLE), (name, after, dated)
