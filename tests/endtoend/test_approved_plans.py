"""With the real engine: a plan is saved, approved and applied once, unchanged; forces go in rings; drift is repaired."""

import json
import shutil
import subprocess
from datetime import timedelta

import pytest

from bluelamp.core.dates import today
from tests.conftest import COMMAND, Project, environment, in_process, make_project
from tests.terminal import on_terminal

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine"), pytest.mark.xdist_group("approved-plans")]

FORCE, OTHER = "dyfed-powys", "warwickshire"
KEYS = ("pipeline", "national-siro", "national-ciso")
WAVES = f"canary: {FORCE}\nrings:\n  - name: rest\n    forces: [{OTHER}]\n"
DRIFT = f"""repair: true
ignore:
  - resource: hub-network
    property: tags
    reason: The inventory tool of the network team writes tags every night.
    expiry: "{today() + timedelta(days=90)}"
"""


def git(project: Project, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project.root, check=True, capture_output=True)


def commit(project: Project, author: str) -> None:
    git(project, "add", "-A")
    git(project, "-c", "user.name=a", "-c", f"user.email={author}", "commit", "-qm", "change")


def run(project: Project, *words: str) -> tuple[int, str, str]:
    return in_process(project.root, words)


def up(project: Project, *words: str) -> tuple[int, str]:
    status, _, err = run(project, "up", "--rehearse", "--plan", "plans", *words)
    return status, err


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout with two forces in rings, whose plans need approval."""
    folder = tmp_path_factory.mktemp("approved")
    made = make_project(folder / "project", [FORCE, OTHER])
    stacks = made.root / "stacks"
    for name in KEYS:
        assert in_process(folder, ("key", f"{name}.pem"))[0] == 0
        shutil.copy(folder / f"{name}.pub.pem", stacks / "signers" / f"{name}.pem")
    register = stacks / "approvers.yaml"
    register.write_text("planApprovals: required\n" + register.read_text("utf-8"), encoding="utf-8")
    (stacks / "waves.yaml").write_text(WAVES, encoding="utf-8")
    (stacks / FORCE / "drift.yaml").write_text(DRIFT, encoding="utf-8")
    (made.root / ".gitignore").write_text(".venv\n.bluelamp\n", encoding="utf-8")
    git(made, "init", "-q")
    commit(made, "dev@police.example")
    return made


def test_an_interrupted_run_is_resumed_ring_by_ring(project: Project) -> None:
    ended, terminal = on_terminal(
        [str(COMMAND), "up", "--rehearse", "--all"],
        project.root,
        environment(),
        80,
        interrupt=lambda shown: any(": up " in line for line in shown.screen),
    )
    assert ended in (130, -2)
    assert f"interrupted: {FORCE}" in terminal.screen
    assert f"not begun: {OTHER}" in terminal.screen
    assert "next: bluelamp up --rehearse --all --resume" in terminal.screen

    settings = project.settings(OTHER)
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("retentionDays: 365", "retentionDays: 550"), encoding="utf-8")
    status, out, err = run(project, "up", "--rehearse", "--all", "--resume", "--format", "json")
    settings.write_text(text, encoding="utf-8")
    assert status == 3, err
    result = json.loads(out)["result"]
    assert [(ring["name"], ring["forces"]) for ring in result["run"]["rings"]] == [
        ("canary", [{"force": FORCE, "state": "done"}]),
        ("rest", [{"force": OTHER, "state": "failed"}]),
    ]
    assert [(each["force"], each["status"]) for each in result["forces"]] == [(FORCE, 0), (OTHER, 3)]

    status, _, err = run(project, "up", "--rehearse", FORCE, "--resume")
    assert status == 0
    assert f"skipped, done from the same commit and settings: {FORCE}" in err


def test_a_plan_is_applied_once_and_as_it_was_approved(project: Project) -> None:
    """Continues the test above."""
    settings = project.settings(FORCE)
    text = settings.read_text("utf-8").replace("DPP-1180", "DPP-1181")
    settings.write_text(text, encoding="utf-8")
    commit(project, "dev@police.example")
    status, _, err = run(project, "preview", "--rehearse", FORCE, "--save", "plans", "--sign-with", "../pipeline.pem")
    assert status == 0, err
    status, err = up(project)
    assert (status, f"{FORCE} needs 1 person" in err) == (3, True)
    assert run(project, "approve", "plans", "--sign-with", "../national-siro.pem")[0] == 0

    plan = project.root / "plans" / FORCE / "plan.json"
    content = plan.read_bytes()
    plan.write_bytes(content + b"\n")
    status, err = up(project)
    assert (status, f"{FORCE}/plan.json was changed" in err) == (2, True)
    plan.write_bytes(content)
    settings.write_text(text.replace("1500", "1600"), encoding="utf-8")
    status, err = up(project)
    assert (status, f"the settings of {FORCE} changed" in err) == (2, True)
    assert "files differ from the commit now" in err
    settings.write_text(text, encoding="utf-8")
    status, err = up(project, OTHER)
    assert (status, f"no plan of {OTHER}; it has {FORCE}" in err) == (2, True)
    status, _, err = run(project, "up", "--plan", "plans", "--yes")
    assert (status, "it was made in a rehearsal" in err) == (2, True)
    for verb in ("up", "destroy"):
        status, _, err = run(project, verb, FORCE, "--yes")
        assert (status, "requires an approved plan" in err) == (3, True)

    status, out, err = run(project, "up", "--rehearse", "--plan", "plans", "--format", "json")
    assert status == 0, err
    result = json.loads(out)["result"]
    assert result["plan"]["signer"] == "pipeline"
    assert {each["op"] for each in result["forces"][0]["changes"]} == {"update"}

    status, err = up(project)
    assert (status, "the state was changed after the plan was saved" in err) == (2, True)


def test_drift_is_filtered_reported_and_repaired(project: Project) -> None:
    """Continues the test above."""
    assert run(project, "cloud", "drift", "hub-hub-rules", "tags.cost-centre", "x")[0] == 0
    assert run(project, "cloud", "drift", "hub-network", "tags.note", "scanned")[0] == 0
    status, out, err = run(project, "drift", "--rehearse", FORCE, "--repair", "--issue", "drift.md", "--format", "json")
    assert status == 0, err
    [force] = json.loads(out)["result"]["forces"]
    assert [each["property"] for each in force["drift"]["ignored"]] == ["tags.note"]
    assert [urn.rpartition("::")[2] for urn in force["drift"]["repaired"]] == ["hub-hub-rules"]
    assert [(each["property"], each["runs"]) for each in force["drift"]["since"]] == [("tags.cost-centre", 1)]
    assert (project.root / "drift.md").read_text("utf-8").startswith("### No drift\n")
