"""A force on a virtual WAN with the real engine: up, unchanged, judged and destroyed."""

import json

import pytest

from tests.conftest import Project, held

FORCE = "dyfed-powys"


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_force_on_a_virtual_wan_comes_up_and_is_destroyed(project: Project) -> None:
    settings = project.settings(FORCE)
    text = settings.read_text("utf-8")
    text = text.replace("      firewall:\n        enabled: false\n", "")
    text = text.replace("    hub:\n", "    topology: virtual-wan\n")
    settings.write_text(text + "  bluelamp:components: {dnsResolver: hybrid, privateDns: hybrid}\n", "utf-8")

    up = project.here("up", "--rehearse", FORCE, "--format", "json")
    assert up.returncode == 0, up.stdout + up.stderr
    made = {change["type"] for change in json.loads(up.stdout)["result"]["forces"][0]["changes"]}
    assert {"azure-native:network:VirtualHub", "azure-native:network:RoutingIntent"} <= made
    assert "azure-native:network:VirtualNetworkPeering" not in made

    again = project.here("up", "--rehearse", FORCE)
    assert "unchanged" in again.stdout, again.stdout + again.stderr
    gone = project.here("destroy", "--rehearse", FORCE)
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert held(project.root) == 0
