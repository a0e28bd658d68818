"""A command for a force without deployed resources says so, for a rehearsal and for a real backend."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bluelamp.fleet.deployed import holds
from tests.conftest import Project

FORCE = "dyfed-powys"
MESSAGE = f"nothing of {FORCE} is deployed"

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


@pytest.fixture(params=["rehearsed", "real"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
    """The option and the environment for an empty cloud."""
    if request.param == "rehearsed":
        yield ("--rehearse",), {}
    else:
        (tmp_path / "backend").mkdir()
        yield (), {"PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "p"}


def test_the_command_says_that_nothing_is_deployed(
    project: Project, where: tuple[tuple[str, ...], Mapping[str, str]]
) -> None:
    options, backend = where
    up = " ".join(("bluelamp up", *options, FORCE))

    for _ in range(2):
        drifted = project.run("drift", *options, FORCE, **backend)
        assert drifted.returncode == 1, drifted.stdout
        assert f"error: {MESSAGE}; next: {up}" in drifted.stderr
        assert "no drift" not in drifted.stdout

    given = project.run("drift", *options, FORCE, "--format", "json", **backend)
    assert given.returncode == 1
    document = json.loads(given.stdout)
    assert [(each["message"], each["nextStep"]) for each in document["problems"]] == [(f"{FORCE}: {MESSAGE}", up)]
    [force] = document["result"]["forces"]
    assert force["status"] == 1
    assert force["errors"] == [f"{MESSAGE}; next: {up}"]

    judged = project.run("audit", "--from", "state", *options, FORCE, "--format", "json", **backend)
    assert judged.returncode == 1
    document = json.loads(judged.stdout)
    assert (document["command"], document["status"], document["result"]) == ("audit", 1, None)
    assert [(each["message"], each["nextStep"]) for each in document["problems"]] == [(MESSAGE, up)]
    assert not (project.root / "report").exists()

    gone = project.run("destroy", "--yes", *options, FORCE, "--format", "json", **backend)
    assert gone.returncode == 0, gone.stderr
    [force] = json.loads(gone.stdout)["result"]["forces"]
    assert (force["verb"], force["status"], force["notes"]) == ("destroy", 0, [MESSAGE])


def test_an_unreadable_state_is_not_called_empty(project: Project, tmp_path: Path) -> None:
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
def test_only_resources_of_a_cloud_count_as_deployed(resources: list[dict[str, Any]], held: bool) -> None:
    assert holds({"deployment": {"resources": resources}}) is held
