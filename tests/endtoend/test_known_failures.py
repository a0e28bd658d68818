"""`--baseline REPORT` with the real engine: a known failure of a mandatory rule does not stop preview, a new one does."""

import json
from pathlib import Path

import pytest

from tests.conftest import Project, make_project

pytestmark = pytest.mark.xdist_group("known-failures")

FORCE = "dyfed-powys"


def require(project: Project, *rules: str) -> None:
    """Makes `rules`, which are advisory elsewhere and fail there, mandatory for the force."""
    text = "".join(f"  {rule}:\n    enforcement: mandatory\n" for rule in rules)
    (project.root / f"stacks/{FORCE}/baseline.yaml").write_text(f"rules:\n{text}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose report has a failure of a mandatory rule."""
    made = make_project(tmp_path_factory.mktemp("known") / "project")
    require(made, "BL-NET-054")
    run = made.here("audit", FORCE, "--report", "earlier", "--formats", "json", "--no-history", "--quiet")
    assert run.returncode == 3, run.stderr
    return made


def test_preview_passes_a_known_failure_and_says_so(project: Project, engine: Path) -> None:
    require(project, "BL-NET-054")
    run = project.here("preview", "--rehearse", FORCE, "--baseline", "earlier", "--report", "out", "--format", "json")
    assert run.returncode == 0, run.stderr
    (force,) = json.loads(run.stdout)["result"]["forces"]
    known = {each["rule"]: (each["mandatory"], each["known"]) for each in force["violations"]}
    assert known["BL-NET-054"] == (False, True)
    assert 'message="known: fail: ' in (project.root / "out/junit.xml").read_text()
    assert "not signed" in run.stderr


def test_check_stops_at_a_failure_that_became_mandatory(project: Project) -> None:
    require(project, "BL-NET-054", "BL-NET-012")
    run = project.here("check", FORCE, "--baseline", "earlier")
    assert run.returncode == 3, run.stderr
    assert "New: mandatory failures (1)" in run.stdout
    assert "BL-NET-012" in run.stdout
    assert "(new: advisory then)" in run.stdout
    assert "Known: mandatory failures (1)" in run.stdout


def test_a_modified_report_is_refused_before_anything_starts(project: Project) -> None:
    file = project.root / "earlier/findings.json"
    content = file.read_bytes()
    file.write_bytes(content.replace(b'"verdict":"pass"', b'"verdict":"fail"', 1))
    for verb in ("check", "up"):
        run = project.here(verb, FORCE, "--baseline", "earlier", *(["--rehearse"] if verb == "up" else []))
        assert run.returncode == 2
        assert "earlier/findings.json: --baseline: was changed" in run.stderr
    file.write_bytes(content)


def test_pulumi_policy_analyze_judges_a_state_by_its_forces_baseline(project: Project, engine: Path) -> None:
    require(project, "BL-NET-054")
    about = {"custom": True, "type": "azure-native:network:VirtualNetwork", "inputs": {}, "id": "/x"}
    urns = [f"urn:pulumi:{stack}::bluelamp::{about['type']}::hub" for stack in (FORCE, "kent")]
    manifest = {"time": "2026-11-30T00:00:00Z", "magic": "", "version": ""}
    state = {"manifest": manifest, "resources": [{**about, "urn": urn} for urn in urns]}
    (project.root / "state.json").write_text(json.dumps({"version": 3, "deployment": state}))
    words = ("--file", "state.json", "--policy-pack", "policies", "--json")
    run = project.run("pulumi", "policy", "analyze", *words)
    events = [each["policyEvent"] for each in map(json.loads, run.stdout.splitlines()) if "policyEvent" in each]
    levels = {each["resourceUrn"]: each["enforcementLevel"] for each in events if each["policyName"] == "BL-NET-054"}
    assert levels == {urns[0]: "mandatory", urns[1]: "advisory"}, run.stderr
