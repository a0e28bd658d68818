"""`bluelamp bootstrap` with the real engine and the rehearsal cloud."""

import json
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bluelamp import schemas
from tests.bootstrap.written import GITHUB
from tests.conftest import Project, environment, held, in_process, left_running, make_project

NAME = "bootstrap-dyfed-powys"


def urns(state: str) -> list[str]:
    """The URNs of the resources in a state."""
    return sorted(each["urn"] for each in json.loads(state)["deployment"]["resources"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    project = make_project(tmp_path_factory.mktemp("bootstrap") / "project")
    (project.root / "stacks/dyfed-powys/bootstrap.yaml").write_text(GITHUB, encoding="utf-8")
    yield project
    assert left_running(project.root) == []


@pytest.mark.engine
def test_it_is_created_once_and_its_state_moves_into_the_store(made: Project, tmp_path: Path, engine: Path) -> None:
    first = made.here("bootstrap", "dyfed-powys", "--rehearse", "--format", "json", "--checklist", "list.md")
    assert first.returncode == 0, first.stderr
    document = json.loads(first.stdout)
    assert list(Draft202012Validator(schemas.output()).iter_errors(document)) == []
    given = document["result"]
    values = {item["text"].rpartition(" ")[2]: item["value"] for item in given["checklist"][0]["items"]}
    assert values["PULUMI_BACKEND_URL"].startswith("azblob://pulumi-state?storage_account=st")
    assert values["BLUELAMP_VAULT"].startswith("kv-")
    assert len({values["AZURE_PLAN_CLIENT_ID"], values["AZURE_APPLY_CLIENT_ID"]}) == 2
    assert values["BLUELAMP_VAULT"] in (made.root / "list.md").read_text("utf-8")
    there = held(made.root)
    assert there > 50

    again = made.here("bootstrap", "dyfed-powys", "--rehearse", "--quiet")
    assert (again.returncode, held(made.root)) == (0, there), again.stderr
    assert f"{NAME}: unchanged" in again.stdout

    backend = tmp_path / "store"
    backend.mkdir()
    # The commands of the checklist, with a folder as the new state store. A rehearsal has only its own store, so later
    # commands run without further set-up.
    folder, state = ".bluelamp/bootstrap/dyfed-powys", tmp_path / "state.json"
    exported = made.run("rehearse", "--", "sh", "-c", f"cd {folder}; pulumi stack export -s {NAME} --file {state}")
    assert exported.returncode == 0, exported.stderr
    assert "ciphertext" not in state.read_text("utf-8")
    outside = environment(PULUMI_BACKEND_URL=f"file://{backend}", PULUMI_CONFIG_PASSPHRASE="another")
    for words in (["init", NAME, "--no-select"], ["import", "-s", NAME, "--file", state]):
        moved = subprocess.run(
            [engine, "stack", *words], check=False, cwd=made.root / folder, env=outside, capture_output=True, text=True
        )
        assert moved.returncode == 0, moved.stderr
    there_now = subprocess.run(
        [engine, "stack", "export", "-s", NAME],
        check=True,
        cwd=made.root / folder,
        env=outside,
        capture_output=True,
        text=True,
    )
    assert urns(there_now.stdout) == urns(state.read_text("utf-8"))
    assert len(urns(there_now.stdout)) > 50


def test_no_command_destroys_it(made: Project) -> None:
    status, _, output = in_process(made.root, ["destroy", "--rehearse", NAME])
    assert status == 2
    assert NAME in output


def test_nothing_is_done_without_settings_or_confirmation(made: Project) -> None:
    status, _, output = in_process(made.root, ["bootstrap", "essex", "--rehearse"])
    assert status == 2
    assert "stacks/essex/bootstrap.yaml" in output
    status, _, output = in_process(made.root, ["bootstrap", "dyfed-powys"])
    assert status == 2
    assert "add --yes, --preview or --rehearse" in output
