"""The exercises that deploy, with the real engine: drift is found and repaired, and a failed update is continued."""

import shutil
from pathlib import Path

import pytest

from bluelamp.learn import LearnerProject, checks, named
from tests.conftest import Project, left_running
from tests.learn.ways import answers

DRIFT, FAILED = "find-and-repair-drift", "recover-from-a-failed-up"
FOUND = {"resource": "vault-vault", "property": "properties.publicNetworkAccess", "value": "Enabled"}


def messages(name: str, root: Path) -> list[str]:
    return [str(each) for each in checks.check(LearnerProject(named(name), root))]


def copied(root: Path, folder: Path) -> Project:
    """The exercise in its current state, in another folder."""
    shutil.copytree(root, folder)
    return Project(folder)


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_drift_is_found_and_repaired(tmp_path: Path) -> None:
    started = Project(tmp_path).here("learn", "start", DRIFT)
    assert started.returncode == 0, started.stderr
    root = tmp_path / "learn" / DRIFT
    assert "created" not in started.stdout
    learner = Project(root)
    drift = learner.here("drift", "--rehearse", "dyfed-powys")
    assert drift.returncode == 4
    assert '"Disabled" => "Enabled"' in drift.stdout

    answers(**FOUND)(root)
    (still,) = messages(DRIFT, root)
    assert "the cloud still differs from the settings" in still
    assert "vault" not in still

    forgotten = copied(root, tmp_path / "forgotten")
    assert forgotten.here("cloud", "reset").returncode == 0
    assert "nothing of the force is deployed" in messages(DRIFT, forgotten.root)[0]

    up = learner.here("up", "--rehearse", "dyfed-powys")
    assert up.returncode == 0, up.stderr
    guessed = copied(root, tmp_path / "guessed")
    (guessed.root / "answers.yaml").write_text("resource: hub-network\nproperty: tags\nvalue: Enabled\n", "utf-8")
    assert [each.split(": ")[1] for each in messages(DRIFT, guessed.root)] == ["resource", "property"]
    checked = learner.here("learn", "check")
    assert checked.returncode == 0, checked.stdout
    assert "solved" in checked.stdout
    assert left_running(tmp_path) == []


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_failed_update_is_continued(tmp_path: Path) -> None:
    assert Project(tmp_path).here("learn", "start", FAILED).returncode == 0
    root = tmp_path / "learn" / FAILED
    assert "nothing of the force is deployed" in messages(FAILED, root)[0]
    learner = Project(root)
    up = learner.here("up", "--rehearse", "dyfed-powys")
    assert up.returncode == 1
    assert "Conflict" in up.stderr

    half = "\n".join(messages(FAILED, root))
    assert "resources are not deployed" in half
    assert "1 planned fault" in half
    assert "the last update failed" in half

    forgotten = copied(root, tmp_path / "forgotten")
    assert forgotten.here("cloud", "reset").returncode == 0
    assert forgotten.here("up", "--rehearse", "dyfed-powys").returncode == 0
    assert "the rehearsal was reset" in messages(FAILED, forgotten.root)[0]

    assert learner.here("cloud", "fault", "--clear").returncode == 0
    assert learner.here("up", "--rehearse", "dyfed-powys").returncode == 0
    assert messages(FAILED, root) == []
    assert left_running(tmp_path) == []
