"""Another topology for a running force: refused as one update, and possible in the two steps that the refusal names."""

import copy

import yaml

from bluelamp.fleet.trial_update import steps_for
from bluelamp.infra.force import ROOT, load
from bluelamp.infra.program.build import build
from bluelamp.planning.trial import ScratchCloud, Trial, update

FORCE = "dyfed-powys"


def up(cloud: ScratchCloud, settings: dict, **azure: object) -> Trial:
    wanted = copy.deepcopy(settings)
    hub = azure.pop("hub", {})
    wanted["azure"] |= azure
    wanted["azure"]["hub"] |= hub
    force = load(FORCE, wanted)
    return update(cloud, lambda: build(force), {}, stack=FORCE, root=ROOT)


def works(trial: Trial) -> bool:
    return not trial.refused and not trial.errors


def test_a_topology_changes_in_both_directions_by_the_named_steps() -> None:
    config = yaml.safe_load((ROOT / "stacks" / f"Pulumi.{FORCE}.yaml").read_text("utf-8"))["config"]
    settings = {key.removeprefix("bluelamp:"): value for key, value in config.items()}
    settings["components"] = {"privateDns": "hybrid", "dnsResolver": "hybrid"}
    settings["azure"]["hub"] = {"firewall": {"enabled": True}}
    off = {"firewall": {"enabled": False}}
    cloud = ScratchCloud()
    assert works(up(cloud, settings))

    straight = up(cloud.copy(), settings, topology="virtual-wan")
    assert straight.refused[0].code == "ResourceExists"
    assert all("refused-" not in each.message for each in straight.refused)
    first, second = steps_for(straight, FORCE)
    assert first.startswith("revert bluelamp:azure.topology, set bluelamp:azure.hub.firewall.enabled: false")
    assert "change the topology" in second
    assert "restore both settings" in second
    assert works(up(cloud, settings, hub=off))
    assert works(up(cloud, settings, topology="virtual-wan"))
    assert up(cloud, settings, topology="virtual-wan").steps == []

    straight = up(cloud.copy(), settings)
    assert straight.refused
    first, second = steps_for(straight, FORCE)
    assert first.startswith("set bluelamp:azure.hub.firewall.enabled: false")
    assert "restore both settings" in second
    assert works(up(cloud, settings, hub=off))
    assert works(up(cloud, settings))
    assert up(cloud, settings).steps == []
