"""A verb on a force of which nothing is deployed says so, of a rehearsal and of a real backend."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bluelamp.fleet.deployed import holds
from tests.conftest import Project

FORCE = "dyfed-powys"
SAID = f"nothing of {FORCE} is deployed"

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


@pytest.fixture(params=["rehearsed", "real"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    """The option, and the environment, for a cloud that holds nothing."""
    if request.param == "rehearsed":
        yield ("--rehearse",), {}
    else:
        (tmp_path / "backend").mkdir()
        yield (), {"PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "p"}


def test_it_is_told(project: Project, where: tuple[tuple[str, ...], Mapping[str, str]]) -> None:
    options, backend = where
    up = " ".join(("bluelamp up", *options, FORCE))

    for _ in range(2):
        drifted = project.run("drift", *options, FORCE, **backend)
        assert drifted.returncode == 1, drifted.stdout
        assert f"error: {SAID}; next: {up}" in drifted.stderr
        assert "no drift" not in drifted.stdout

    given = project.run("drift", *options, FORCE, "--format", "json", **backend)
    assert given.returncode == 1
    document = json.loads(given.stdout)
    assert [(each["message"], each["nextStep"]) for each in document["problems"]] == [(f"{FORCE}: {SAID}", up)]
    [force] = document["result"]["forces"]
    assert force["status"] == 1
    assert force["errors"] == [f"{SAID}; next: {up}"]

    judged = project.run("audit", "--from", "state", *options, FORCE, "--format", "json", **backend)
    assert judged.returncode == 1
    document = json.loads(judged.stdout)
    assert (document["command"], document["status"], document["result"]) == ("audit", 1, None)
    assert [(each["message"], each["nextStep"]) for each in document["problems"]] == [(SAID, up)]
    assert not (project.root / "report").exists()

    gone = project.run("destroy", "--yes", *options, FORCE, "--format", "json", **backend)
    assert gone.returncode == 0, gone.stderr
    [force] = json.loads(gone.stdout)["result"]["forces"]
    assert (force["verb"], force["status"], force["notes"]) == ("destroy", 0, [SAID])


def test_a_state_that_cannot_be_read_is_not_called_empty(project: Project, tmp_path: Path) -> None:
    backend = {"PULUMI_BACKEND_URL": (tmp_path / "missing").as_uri()}
    for words in (("drift",), ("audit", "--from", "state"), ("destroy", "--yes")):
        run = project.run(*words, FORCE, **backend)
        assert run.returncode == 1
        assert "is deployed" not in run.stdout + run.stderr
        assert "missing" in run.stderr


@pytest.mark.parametrize(
    ("resources", "held"),
    [
        ([], False),
        ([{"type": "pulumi:pulumi:Stack"}, {"type": "pulumi:providers:random", "custom": True}], False),
        ([{"type": "bluelamp:azure:Hub"}], False),
        ([{"type": "random:index/randomId:RandomId", "custom": True}], True),
    ],
)
def test_only_what_a_cloud_has_is_deployed(resources: list[dict[str, Any]], held: bool) -> None:
    assert holds({"deployment": {"resources": resources}}) is held
