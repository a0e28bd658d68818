"""A force held to more than its resources are: every moment tells the same, and each area can be a pack of its own."""

import json
from pathlib import Path

import pytest
import yaml

from bluelamp.engine.events import Outcome, Violation, parse
from policies import Verdict, rules
from policies.discovery import AREAS
from policies.pack import settled
from tests.conftest import ROOT, Project, make_project

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("area-packs")]

FORCE = "west-midlands"
RULES = settled.of(ROOT, FORCE, rules()).by_id
STRICT = {
    "BL-DAT-001": {"among": ["ukwest"]},
    "BL-SPD-001": {"required": [*RULES["BL-SPD-001"].parameters["required"], "reviewed"]},
    "BL-LOG-001": {"minimum": 4000},
    "BL-NET-001": {"ports": [*RULES["BL-NET-001"].parameters["ports"], 443]},
    "BL-K8S-020": {"levels": ["baseline"]},
}
"""A baseline that the force's resources do not meet: something for every moment to find, in every area."""

Found = dict[tuple[str, str], Verdict]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> tuple[Project, Project]:
    """Two projects that hold the force to that baseline: one in which it is not there yet, one in which it came up."""
    fresh, deployed = (make_project(tmp_path_factory.mktemp("strict") / name) for name in ("fresh", "deployed"))
    up = deployed.run("up", "--rehearse", FORCE)
    assert up.returncode == 0, up.stdout + up.stderr
    asked = {"rules": {id_: {"parameters": parameters} for id_, parameters in STRICT.items()}}
    for project in (fresh, deployed):
        baseline = project.root / "stacks" / FORCE / "baseline.yaml"
        baseline.parent.mkdir(exist_ok=True)
        baseline.write_text(yaml.safe_dump(asked), encoding="utf-8")
    return fresh, deployed


@pytest.fixture(scope="module")
def whole(strict: tuple[Project, Project]) -> list[Violation]:
    """What the engine tells of the force that is not there yet, by the pack of all rules."""
    return previewed(strict[0], "policies")


def previewed(project: Project, *packs: str) -> list[Violation]:
    """What the real engine tells in a preview with these packs."""
    words = ["rehearse", "--", "pulumi", "preview", "--json", "--stack", FORCE]
    for pack in packs:
        words += ["--policy-pack", str(project.root / pack)]
    run = project.run(*words, PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true")
    outcome = Outcome()
    for event in filter(None, map(parse, run.stdout.splitlines())):
        outcome.take(event)
    assert outcome.violations, run.stdout[-3000:] + run.stderr
    return outcome.violations


def audited(project: Project, source: str) -> Found:
    """Every verdict of an audit."""
    folder = project.root / source
    words = ["--from", source, *(["--rehearse"] if source == "state" else [])]
    run = project.run("audit", FORCE, *words, "--formats", "json", "--report", str(folder))
    assert run.returncode == 3, run.stdout + run.stderr
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    return {(each["rule"], each["resource"]["urn"]): Verdict(each["verdict"]) for each in findings}


def only(found: Found, *verdicts: Verdict) -> set[tuple[str, str]]:
    return {key for key, verdict in found.items() if verdict in verdicts}


def told(violations: list[Violation]) -> set[tuple[str, str]]:
    return {(each.policy, each.urn) for each in violations}


def test_every_moment_says_the_same_of_what_it_sees(strict: tuple[Project, Project], whole: list[Violation]) -> None:
    fresh, deployed = strict
    plan, state = audited(fresh, "plan"), audited(deployed, "state")
    failing = only(plan, Verdict.FAIL)
    assert {rule for rule, _ in failing} >= STRICT.keys()

    # Before anything is there, the engine knows what the plan knows.
    unknown = {(each.policy, each.urn) for each in whole if "unknown until" in each.message}
    assert told(whole) - unknown == failing | only(plan, Verdict.ERROR, Verdict.EXEMPT)
    assert unknown == only(plan, Verdict.UNKNOWN)

    # Once it is there, it knows what the state knows.
    assert told(previewed(deployed, "policies")) == only(
        state, *(set(Verdict) - {Verdict.PASS, Verdict.NOT_APPLICABLE})
    )

    # The plan and the state see the same resources, and say the same of all that the plan knows. A location that is
    # not given is the resource group's, and the provider writes it down once it knows the group.
    assert plan.keys() == state.keys()
    differing = {key: verdict for key, verdict in plan.items() if state[key] is not verdict}
    filled_in = {key for key, verdict in differing.items() if key[0] == "BL-DAT-001" and verdict is not Verdict.PASS}
    assert {differing[key] for key in filled_in} <= {Verdict.NOT_APPLICABLE}
    assert {differing[key] for key in differing.keys() - filled_in} <= {Verdict.UNKNOWN}


def test_each_area_is_a_pack_of_its_own(strict: tuple[Project, Project], whole: list[Violation]) -> None:
    fresh, _ = strict
    packs = [f"policies/{area}" for area in AREAS]
    apart = previewed(fresh, *packs)
    assert {each.pack for each in apart} == {f"bluelamp-{area}" for area in AREAS}
    for each in apart:
        rule = RULES[each.policy]
        assert each.pack == f"bluelamp-{rule.area}"
        assert each.severity == rule.severity
        assert each.mandatory == (rule.enforcement == "mandatory" and "unknown until" not in each.message)
    assert told(apart) == told(whole)


def test_people_read_each_rule_under_its_own_name(strict: tuple[Project, Project]) -> None:
    fresh, _ = strict
    words = ["pulumi", "preview", "--stack", FORCE, "--policy-pack", str(fresh.root / "policies" / "data")]
    run = fresh.run("rehearse", "--", *words)
    assert run.returncode != 0
    assert "bluelamp-data@v0.1.0" in run.stdout
    assert "[mandatory]" in run.stdout
    assert "BL-DAT-001 Everything stands in the United Kingdom" in run.stdout
    assert "Fix: Set the location" in run.stdout
    assert "BL-LOG-001" not in run.stdout
