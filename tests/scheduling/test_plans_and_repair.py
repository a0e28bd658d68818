"""`--scheduler` with saved plans and repairs: signed locally, verified on the worker, and never done twice."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bluelamp.errors import UsageError
from bluelamp.fleet.saved import Opened, open_plans
from bluelamp.reports.signers import known_signers
from tests.conftest import Project, held, in_process, left_running, make_project
from tests.scheduling.dask import Dask, children, dask, holds_something, is_there, kill_the_busy_one, running, until

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine"), pytest.mark.xdist_group("scheduler-plans")]

FORCE = "dyfed-powys"
SAVE = ("preview", "--rehearse", FORCE, "--save", "plans", "--sign-with", "../pipeline.pem", "--format", "json")
APPLY = ("up", "--rehearse", "--plan", "plans", "--format", "json")
REPAIR = ("drift", "--rehearse", FORCE, "--repair", "--format", "json")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("plans")
    made = make_project(folder / "project", [FORCE])
    assert in_process(folder, ("key", "pipeline.pem"))[0] == 0
    shutil.copy(folder / "pipeline.pub.pem", made.root / "stacks/signers/pipeline.pem")
    (made.root / f"stacks/{FORCE}/drift.yaml").write_text("repair: true\n", encoding="utf-8")
    yield made
    assert left_running(made.root) == []


@pytest.fixture(scope="module")
def there(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    with dask(tmp_path_factory.mktemp("dask")) as made:
        made.start("first", project.root)
        made.start("second", project.root)
        yield made


def ended(project: Project, there: Dask, *words: str) -> tuple[int, Any, str]:
    with running(project, there, *words) as child:
        out, err = child.communicate(timeout=300)
    return child.returncode, json.loads(out or "{}").get("result"), err


def killed(project: Project, there: Dask, *words: str, when: str) -> tuple[int, Any, str]:
    """The command whose worker is killed once its engine runs `when`, and then replaced by another worker."""
    with running(project, there, *words) as child:
        until(lambda: engine_runs(there, when), f"the engine runs {when}")
        busy = kill_the_busy_one(there)
        there.start(f"after {busy}", project.root)
        out, err = child.communicate(timeout=300)
    until(lambda: not is_there(busy), "what the killed worker did has ended with it")
    return child.returncode, json.loads(out or "{}").get("result"), err


def engine_runs(there: Dask, verb: str) -> bool:
    waiting = [pid for pids in there.has().values() for pid in pids]
    while waiting:
        pid = waiting.pop()
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"pulumi") and verb.encode() in words:
            return True
        waiting += children(pid)
    return False


def opened(project: Project) -> Opened:
    return open_plans(project.root / "plans", known_signers(project.root))


def test_a_workers_plan_is_signed_locally_and_equals_a_local_one(project: Project, there: Dask) -> None:
    status, result, err = killed(project, there, *SAVE, when="preview")
    assert status == 0, err
    assert result["saved"] == {"folder": "plans", "forces": [FORCE], "notSaved": []}
    remote = opened(project)
    assert remote.name == "pipeline"
    shutil.rmtree(project.root / "plans")
    assert project.run(*SAVE).returncode == 0
    assert opened(project).manifest.forces == remote.manifest.forces
    assert opened(project).manifest.versions == remote.manifest.versions


def test_a_plan_whose_worker_is_killed_is_started_once_and_refused_afterwards(project: Project, there: Dask) -> None:
    """Continues the test above."""
    with running(project, there, *APPLY) as child:
        until(lambda: holds_something(project.root), "something is made")
        busy = kill_the_busy_one(there)
        there.start("third", project.root)
        out, err = child.communicate(timeout=300)
    until(lambda: not is_there(busy), "what the killed worker did has ended with it")
    assert child.returncode == 1, err
    result = json.loads(out)["result"]
    assert result["run"]["rings"][0]["forces"] == [{"force": FORCE, "state": "interrupted"}]
    assert result["forces"][0]["errors"] == [
        "its worker was lost; next: run the same command with --resume; if it has changed the state, the plan is "
        "refused: preview again with --save"
    ]

    status, result, _ = ended(project, there, *APPLY, "--resume")
    assert status == 2
    assert "the state was changed after the plan was saved" in result["forces"][0]["errors"][0]

    assert ended(project, there, *SAVE)[0] == 0
    status, result, err = ended(project, there, *APPLY)
    assert status == 0, err
    assert result["plan"]["signer"] == "pipeline"
    whole = held(project.root)
    status, result, _ = ended(project, there, *APPLY)
    assert (status, held(project.root)) == (2, whole)
    assert "the plan was applied already" in result["forces"][0]["errors"][0]


def test_a_worker_verifies_the_plan_itself(project: Project, tmp_path: Path) -> None:
    """Continues the test above."""
    sent, known = opened(project).files_of(FORCE), known_signers(project.root)
    assert sent.open(tmp_path / "same", known).sha256 == opened(project).sha256
    with pytest.raises(UsageError, match=r"plans: manifest.json is signed by an unknown key"):
        sent.open(tmp_path / "stranger", {})
    for name in sent.files:
        changed = bytearray(sent.files[name])
        changed[len(changed) // 2] ^= 1
        files = {**sent.files, name: bytes(changed)}
        with pytest.raises(UsageError, match=r"was changed|is not signed by"):
            replace(sent, files=files).open(tmp_path / name.replace("/", "-"), known)


def test_a_repair_whose_worker_is_killed_is_not_repeated_and_the_next_run_completes_it(
    project: Project, there: Dask
) -> None:
    """Continues the tests above."""
    assert project.here("cloud", "drift", "hub-hub-rules", "tags.cost-centre", "x").returncode == 0
    status, result, err = killed(project, there, *REPAIR, when="up")
    assert status == 1, err
    assert result["forces"][0]["errors"] == ["its worker was lost; next: run the same command again"]
    assert result["forces"][0]["drift"]["repaired"] == []

    assert project.here("cloud", "drift", "hub-hub-rules", "tags.cost-centre", "y").returncode == 0
    status, result, err = ended(project, there, *REPAIR)
    assert status == 0, err
    drift = result["forces"][0]["drift"]
    assert [urn.rpartition("::")[2] for urn in drift["repaired"]] == ["hub-hub-rules"]
    assert [each["property"] for each in drift["since"]] == ["tags.cost-centre"]
    assert [ended(project, there, *REPAIR)[1]["forces"][0]["drift"][key] for key in ("repaired", "since")] == [[], []]
