"""Failures around a rehearsal are reported clearly, and nothing is lost."""

import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bluelamp.rehearsal.space import Space
from tests.conftest import COMMAND, Project, environment, in_process, make_project

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine"), pytest.mark.xdist_group("bad-input")]
FORCE = "dyfed-powys"


def output(run: "subprocess.CompletedProcess[str]") -> str:
    assert "Traceback" not in run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def unchanged(brought_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose force is up, for commands that change nothing."""
    made = make_project(tmp_path_factory.mktemp("unchanged") / "project")
    shutil.copytree(brought_up, made.root / ".bluelamp")
    return made.root


def state_file(project: Project) -> Path:
    return Space(project.root).state / ".pulumi" / "stacks" / "bluelamp" / f"{FORCE}.json"


def test_a_corrupt_state_is_restored_and_only_the_lock_of_a_live_engine_is_respected(
    deployed: Project,
) -> None:
    state = state_file(deployed)
    state.write_text(state.read_text(encoding="utf-8")[:200], encoding="utf-8")
    locks = Space(deployed.root).state / ".pulumi" / "locks" / "organization" / "bluelamp" / FORCE
    locks.mkdir(parents=True, exist_ok=True)
    dead = {"pid": 2**22 + 1, "username": "a", "hostname": os.uname().nodename, "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "dead.json").write_text(json.dumps(dead), encoding="utf-8")
    run = deployed.here("up", "--rehearse", FORCE)
    assert run.returncode == 0
    assert "the state file is damaged" in output(run)
    assert "restored the last complete state" in output(run)
    assert "unchanged" in run.stdout
    elsewhere = {**dead, "hostname": "another-machine"}
    (locks / "elsewhere.json").write_text(json.dumps(elsewhere), encoding="utf-8")
    run = deployed.here("up", "--rehearse", FORCE)
    assert run.returncode == 1
    assert "is locked: process" in output(run)
    assert "another-machine" in output(run)
    assert (locks / "elsewhere.json").exists()


def test_a_corrupt_store_is_named(deployed: Project) -> None:
    store = Space(deployed.root).store_path
    store.write_bytes(b"this is not a database, though it is long enough to be looked at as one" * 30)
    run = deployed.here("up", "--rehearse", FORCE)
    assert run.returncode == 1
    assert "the rehearsal cloud's store cannot be used" in output(run)
    assert "next:" in output(run)


def test_a_missing_passphrase_of_a_real_stack_is_reported(project: Project, tmp_path: Path) -> None:
    backend = tmp_path / "backend"
    backend.mkdir()
    run = project.run("preview", FORCE, PULUMI_BACKEND_URL=backend.as_uri(), PULUMI_HOME=str(tmp_path / "home"))
    assert run.returncode == 2
    assert f"bluelamp stack init {FORCE}" in output(run) or "PULUMI_CONFIG_PASSPHRASE" in output(run)
    made = project.run("rehearse", "--", "true")
    assert made.returncode == 0


def test_two_rehearsals_at_once_use_different_ports(project: Project) -> None:
    runs = [
        subprocess.Popen(
            [str(COMMAND), "preview", "--rehearse", force],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=project.root,
            env=environment(),
        )
        for force in (FORCE, "warwickshire")
    ]
    for run in runs:
        out, err = run.communicate()
        assert run.returncode == 0, err
        assert "to create" in out


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("check", "esex"), "did you mean essex"),
        (("check",), "no force selected"),
        (("check", "--all", "essex"), "mutually exclusive"),
        (("check", "--region", "mercia"), "'mercia' is not a police region; allowed: "),
        (("check", "--changed", "no-such-revision"), "not a commit that git knows"),
        (("up", "essex"), "add --yes, or --rehearse"),
        (("explain", "BL-NET-0001"), "BL-NET-001"),
        (("explain", "azure-native:network:Subnett"), "azure-native:network:Subnet"),
        (("cloud", "drift", "nothing", "a", "b"), "the rehearsal cloud holds no 'nothing'"),
        (("cloud", "fault", "*", "explode"), "'explode' is not an operation"),
    ],
)
def test_wrong_use_is_reported_with_the_next_step(words: tuple[str, ...], wanted: str, unchanged: Path) -> None:
    status, _, err = in_process(unchanged, words)
    assert status == 2, err
    assert wanted in err


def test_mistakes_are_reported_in_json_on_request(project: Project) -> None:
    project.settings("essex").write_text("config:\n  bluelamp:costCenter: A\n", encoding="utf-8")
    status, out, _ = in_process(project.root, ("check", "essex", "--format", "json"))
    assert status == 2
    given = json.loads(out)
    assert given["status"] == 2
    assert {problem["file"] for problem in given["problems"]} == {"stacks/Pulumi.essex.yaml"}
    assert any("costCentre" in problem["nextStep"] for problem in given["problems"])


def test_outside_a_project_the_error_says_so(tmp_path: Path) -> None:
    status, _, err = in_process(tmp_path, ("check", "essex"))
    assert status == 2
    assert "is not inside a Bluelamp project" in err


def test_faults_are_retried_or_reported_and_the_next_run_converges(project: Project) -> None:
    for words in (
        ("azure-native:keyvault:Vault", "create", "--code", "TooManyRequests", "--times", "2"),
        ("azure-native:operationalinsights:Workspace", "create", "--code", "Conflict"),
    ):
        assert project.here("cloud", "fault", *words).returncode == 0
    run = project.here("up", "--rehearse", FORCE)
    assert run.returncode == 1
    assert "Conflict" in output(run)
    again = project.here("up", "--rehearse", FORCE)
    assert again.returncode == 0, again.stderr
    with contextlib.closing(Space(project.root).open_store()) as store:
        assert len(store.all("azure-native", "azure-native:keyvault:Vault")) == 1


def test_a_state_with_versioned_types_keeps_its_aliases(deployed: Project) -> None:
    state = state_file(deployed)
    text = state.read_text(encoding="utf-8")
    state.write_text(
        text.replace(
            "azure-native:operationalinsights:Workspace", "azure-native:operationalinsights/v20250201:Workspace"
        ),
        encoding="utf-8",
    )
    run = deployed.here("up", "--rehearse", FORCE)
    assert run.returncode == 2
    assert "versionAliases: keep" in output(run)
    assert "azure-native:operationalinsights/v20250201:Workspace" in output(run)
    settings = deployed.settings(FORCE)
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("config:\n", "config:\n  bluelamp:versionAliases: keep\n", 1),
        encoding="utf-8",
    )
    kept = deployed.here("preview", "--rehearse", FORCE)
    assert kept.returncode == 0, output(kept)
    assert "to create" not in kept.stdout
    assert "to delete" not in kept.stdout
