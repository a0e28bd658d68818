"""A project's own resources beside a force's, in the trial of an update."""

from pathlib import Path

from bluelamp.core.resource import type_of
from bluelamp.fleet.trial_update import Deployed, try_update
from bluelamp.infra.force import load
from bluelamp.planning.plan import config_of
from bluelamp.planning.program import program
from bluelamp.planning.trial import ScratchCloud, update
from bluelamp.starting import start

FORCE = "dyfed-powys"


def test_a_projects_own_resources_are_no_deletion(tmp_path: Path) -> None:
    start(tmp_path, FORCE, "platforms@dyfed-powys.police.example", "DPP-1")
    with (tmp_path / "infra" / "__main__.py").open("a", encoding="utf-8") as own:
        own.write("\nfrom pulumi_azure_native import resources\n\n")
        own.write("resources.ResourceGroup('own', resource_group_name='rg-own', location='uksouth')\n")
    force, cloud = load(FORCE, root=tmp_path), ScratchCloud()
    made = update(cloud, program(force, tmp_path), config_of(FORCE, tmp_path), stack=FORCE, root=tmp_path)
    assert (made.refused, made.errors) == ([], [])
    resources = [
        {
            "urn": one.urn,
            "type": type_of(one.urn),
            "custom": True,
            "id": one.id,
            "inputs": one.inputs,
            "outputs": one.outputs,
            "dependencies": list(one.needs),
        }
        for one in made.running.values()
    ]
    assert any(one["urn"].endswith("::own") for one in resources)

    trial = try_update(force, tmp_path, Deployed({"deployment": {"resources": resources}}, cloud.store))

    assert trial is not None
    assert trial.steps == []
