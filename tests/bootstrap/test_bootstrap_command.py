"""`bluelamp bootstrap` with the real engine and the rehearsal cloud."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bluelamp import schemas
from tests.bootstrap.written import GITHUB
from tests.conftest import Project, held, in_process, left_running, make_project

NAME = "bootstrap-dyfed-powys"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory):
    project = make_project(tmp_path_factory.mktemp("bootstrap") / "project")
    (project.root / "stacks/dyfed-powys/bootstrap.yaml").write_text(GITHUB, encoding="utf-8")
    yield project
    assert left_running(project.root) == []


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_it_is_made_once_and_its_state_moves_into_the_store(made: Project, tmp_path: Path) -> None:
    first = made.run("bootstrap", "dyfed-powys", "--rehearse", "--format", "json", "--checklist", "list.md")
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

    again = made.run("bootstrap", "dyfed-powys", "--rehearse", "--quiet")
    assert (again.returncode, held(made.root)) == (0, there), again.stderr
    assert f"{NAME}: unchanged" in again.stdout

    backend = tmp_path / "store"
    backend.mkdir()
    # The commands of the checklist, with a folder for the new state store.
    moved = made.run(
        "rehearse",
        "--",
        "sh",
        "-c",
        f"set -e; cd .bluelamp/bootstrap/dyfed-powys; pulumi stack export -s {NAME} --file {tmp_path}/state.json; "
        f"export PULUMI_BACKEND_URL=file://{backend} PULUMI_CONFIG_PASSPHRASE=another; "
        f"pulumi stack init {NAME} --no-select; pulumi stack import -s {NAME} --file {tmp_path}/state.json; "
        f"pulumi preview -s {NAME} --expect-no-changes --non-interactive",
    )
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert "ciphertext" not in (tmp_path / "state.json").read_text("utf-8")


def test_no_command_destroys_it(made: Project) -> None:
    status, _, said = in_process(made.root, ["destroy", "--rehearse", NAME])
    assert status == 2
    assert NAME in said


def test_nothing_is_done_without_settings_or_confirmation(made: Project) -> None:
    status, _, said = in_process(made.root, ["bootstrap", "essex", "--rehearse"])
    assert status == 2
    assert "stacks/essex/bootstrap.yaml" in said
    status, _, said = in_process(made.root, ["bootstrap", "dyfed-powys"])
    assert status == 2
    assert "add --yes, --preview or --rehearse" in said
