"""A force with a stricter baseline: every command reports the same, and each area can be a pack of its own."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from bluelamp.engine.events import Outcome, Violation, parse
from bluelamp.policies import Verdict, rules
from bluelamp.policies.discovery import AREAS
from bluelamp.policies.pack import stack_governance
from tests.conftest import ROOT, Project, make_project

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("area-packs")]

FORCE = "wiltshire"
RULES = stack_governance.of(ROOT, FORCE, rules()).by_id
STRICT = {
    "BL-DAT-001": {"among": ["ukwest"]},
    "BL-SPD-001": {"required": [*RULES["BL-SPD-001"].parameters["required"], "reviewed"]},
    "BL-LOG-001": {"minimum": 4000},
    "BL-NET-001": {"ports": [*RULES["BL-NET-001"].parameters["ports"], 443]},
    "BL-NET-014": {"among": ["NetworkSecurityGroupEnabled"]},
    "BL-K8S-020": {"levels": ["baseline"]},
}
"""A baseline that the force's resources do not meet: something for every moment to find, in every area."""

NATIONAL = stack_governance.of(ROOT, "dev", rules()).by_id

Found = dict[tuple[str, str], Verdict]


def with_bastion(project: Project) -> Project:
    """The project whose force has a Bastion, reachable from the Internet on port 443."""
    settings = project.settings(FORCE)
    text = settings.read_text(encoding="utf-8")
    assert text.count("    hub:\n") == 1
    settings.write_text(text.replace("    hub:\n", "    hub:\n      bastion: {enabled: true}\n"), encoding="utf-8")
    return project


def with_stricter_baseline(project: Project, force: str) -> Project:
    """The project, with the stricter baseline for `force`."""
    baseline = project.root / "stacks" / force / "baseline.yaml"
    baseline.parent.mkdir(exist_ok=True)
    content = {"rules": {id_: {"parameters": parameters} for id_, parameters in STRICT.items()}}
    baseline.write_text(yaml.safe_dump(content), encoding="utf-8")
    return project


PROGRAM = """
import pulumi_azure_native as azure
import pulumi_kubernetes as kubernetes

open_to_all = {"name": "rdp", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
               "source_address_prefix": "*", "source_port_range": "*",
               "destination_address_prefix": "*", "destination_port_range": "3389"}
group = azure.resources.ResourceGroup("group", resource_group_name="rg", location="eastus")
azure.network.NetworkSecurityGroup("rules", resource_group_name="rg", network_security_group_name="nsg",
                                   location="uksouth", security_rules=[open_to_all])
kubernetes.core.v1.Pod("pod", metadata={"name": "pod", "namespace": "one"}, spec={"containers": [
    {"name": "one", "image": "one:1", "security_context": {"privileged": True}}]})
"""
"""Resources that break rules of every area."""


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Project:
    """A Pulumi project that does not use Bluelamp."""
    root = tmp_path_factory.mktemp("careless")
    (root / "Pulumi.yaml").write_text("name: careless\nruntime: python\n", encoding="utf-8")
    (root / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return Project(root)


def previewed(project: Project, stack: str, *packs: str) -> list[Violation]:
    """The violations that the real engine reports in a preview with these packs."""
    words = ["rehearse", "--", "pulumi", "preview", "--json", "--stack", stack]
    for pack in packs:
        words += ["--policy-pack", str((project.root if (project.root / pack).exists() else ROOT) / pack)]
    run = project.run(*words, PULUMI_ENABLE_STREAMING_JSON_PREVIEW="true", VIRTUAL_ENV=sys.prefix)
    outcome = Outcome()
    for event in filter(None, map(parse, run.stdout.splitlines())):
        outcome.take(event)
    assert outcome.violations, run.stdout[-3000:] + run.stderr
    return outcome.violations


def audited(project: Project, source: str) -> Found:
    """Every verdict of an audit."""
    folder = project.root / source
    words = ["--from", source, *(["--rehearse"] if source == "state" else [])]
    run = project.here("audit", FORCE, *words, "--formats", "json", "--report", str(folder))
    assert run.returncode == 3, run.stdout + run.stderr
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    return {(each["rule"], each["resource"]): Verdict(each["verdict"]) for each in findings}


def only(found: Found, *verdicts: Verdict) -> set[tuple[str, str]]:
    return {key for key, verdict in found.items() if verdict in verdicts}


def reported(violations: list[Violation]) -> set[tuple[str, str]]:
    return {(each.policy, each.urn) for each in violations}


@pytest.mark.usefixtures("engine")
def test_every_command_reports_the_same_for_what_it_sees(project: Project) -> None:
    up = with_bastion(project).here("up", "--rehearse", FORCE)
    assert up.returncode == 0, up.stdout + up.stderr
    deployed = with_stricter_baseline(project, FORCE)
    fresh = with_stricter_baseline(with_bastion(make_project(project.root.with_name("fresh"))), FORCE)
    whole = previewed(fresh, FORCE, "policies")
    plan, state = audited(fresh, "plan"), audited(deployed, "state")
    failing = only(plan, Verdict.FAIL)
    assert {rule for rule, _ in failing} >= STRICT.keys()

    # Before deployment, the engine knows what the plan knows.
    unknown = {(each.policy, each.urn) for each in whole if "unknown until" in each.message}
    assert reported(whole) - unknown == failing | only(plan, Verdict.ERROR, Verdict.EXEMPT)
    assert unknown == only(plan, Verdict.UNKNOWN)

    # After deployment, it knows what the state knows.
    assert reported(previewed(deployed, FORCE, "policies")) == only(
        state, *(set(Verdict) - {Verdict.PASS, Verdict.NOT_APPLICABLE})
    )

    # The plan and the state see the same resources and agree on all that the plan knows. A missing location is the
    # resource group's, and the provider records it once it knows the group.
    assert plan.keys() == state.keys()
    differing = {key: verdict for key, verdict in plan.items() if state[key] is not verdict}
    filled_in = {key for key, verdict in differing.items() if key[0] == "BL-DAT-001" and verdict is not Verdict.PASS}
    assert {differing[key] for key in filled_in} <= {Verdict.NOT_APPLICABLE}
    assert {differing[key] for key in differing.keys() - filled_in} <= {Verdict.UNKNOWN}


def test_each_area_is_a_pack_of_its_own(careless: Project) -> None:
    apart = previewed(careless, "dev", *(f"policies/{area}" for area in AREAS))
    assert {each.pack for each in apart} == {f"bluelamp-{area}" for area in AREAS}
    assert {"BL-NET-001", "BL-K8S-001", "BL-DAT-001"} <= {each.policy for each in apart}
    for each in apart:
        rule = NATIONAL[each.policy]
        assert each.pack == f"bluelamp-{rule.area}"
        assert each.severity == rule.severity
        assert each.mandatory == (rule.enforcement == "mandatory")
    assert reported(apart) == reported(previewed(careless, "dev", "policies"))


def test_each_rule_is_shown_under_its_own_name(careless: Project) -> None:
    run = careless.run(
        *["rehearse", "--", "pulumi", "preview", "--stack", "dev", "--policy-pack", str(ROOT / "policies" / "data")],
        VIRTUAL_ENV=sys.prefix,
    )
    assert run.returncode != 0
    assert "bluelamp-data@v0.1.0" in run.stdout
    assert "[mandatory]" in run.stdout
    assert "BL-DAT-001 Resource is located outside the United Kingdom" in run.stdout
    assert "Fix: Set the location" in run.stdout
    assert "BL-NET-001" not in run.stdout
