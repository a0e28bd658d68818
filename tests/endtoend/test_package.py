"""The modules as a component package: its schema for other languages, and a program that uses only the schema."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from bluelamp.modules.catalogue import components
from tests.conftest import ROOT, Project, bluelamp, held


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_the_engine_reads_the_schema_of_every_component(project: Project) -> None:
    got = project.run("rehearse", "--", "pulumi", "package", "get-schema", "./modules")
    assert got.returncode == 0, got.stderr
    schema = json.loads(got.stdout)
    assert schema["name"] == "bluelamp"
    assert sorted(schema["resources"]) == [f"bluelamp:index:{component.__name__}" for component in components()]
    for token, component in schema["resources"].items():
        assert component["isComponent"], token
        assert component["description"], token
        for name, value in {**component.get("inputProperties", {}), **component["properties"]}.items():
            assert value.get("description"), f"{token}.{name} says nothing of itself"


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_program_that_uses_only_the_schema_comes_up_and_is_destroyed(tmp_path: Path) -> None:
    folder = tmp_path / "remote"
    shutil.copytree(Path(__file__).with_name("remote"), folder)
    (folder / "modules").symlink_to(ROOT / "modules")
    (folder / ".venv").symlink_to(Path(sys.prefix))

    def pulumi(command: str) -> str:
        run = bluelamp(["rehearse", "--", "sh", "-c", command], folder)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    outputs = json.loads(
        pulumi(
            "pulumi stack init dev >&2; pulumi up --yes --skip-preview --stack dev >&2;"
            " pulumi preview --stack dev --expect-no-changes >&2; pulumi stack output --json --stack dev"
        )
    )
    assert outputs["namespace"] == "records"
    assert outputs["firewall"] == "10.30.0.4"
    assert outputs["network"].endswith("/virtualNetworks/vnet-hub-essex-test-uks")
    assert held(folder) > 30
    pulumi("pulumi destroy --yes --skip-preview --stack dev")
    assert held(folder) == 0
