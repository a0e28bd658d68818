"""Tests that only `make oldest` runs: its own engine, and a program in another language than Python."""

import json
import os
from pathlib import Path

from bluelamp.engine.build import pinned_version
from tests.conftest import bluelamp

PROGRAM = """
name: yard
runtime: yaml
resources:
  group:
    type: azure-native:resources:ResourceGroup
    properties: {location: uksouth}
  hub:
    type: azure-native:network:VirtualNetwork
    properties:
      resourceGroupName: ${group.name}
      addressSpace: {addressPrefixes: [10.0.0.0/16]}
outputs:
  location: ${group.location}
"""
LIFE = """
pulumi stack select dev --create
pulumi up --skip-preview
pulumi up --skip-preview --expect-no-changes
pulumi stack output --json > outputs.json
pulumi destroy --skip-preview
"""


def test_the_engine_is_the_oldest_supported_one(tmp_path: Path) -> None:
    wanted = pinned_version(Path(__file__).parent / "gomod")
    output = bluelamp(["engine", "status"], tmp_path)
    assert f"pulumi {wanted}" in output.stdout, output.stdout + output.stderr


def test_a_program_in_yaml_comes_up_and_is_destroyed(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROGRAM)
    path = f"{os.environ['YAML_HOST']}{os.pathsep}{os.environ['PATH']}"
    life = bluelamp(["rehearse", "--", "sh", "-ec", LIFE], tmp_path, PATH=path)
    assert life.returncode == 0, life.stdout + life.stderr
    assert json.loads((tmp_path / "outputs.json").read_text()) == {"location": "uksouth"}
