"""Programs in many layouts and environments come up, have no changes, and are destroyed."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pulumi_random
import pytest
import yaml

from tests.conftest import bluelamp, held

NETWORK = """
import pulumi
from pulumi_azure_native import network, resources

group = resources.ResourceGroup("hub", location="uksouth")
net = network.VirtualNetwork(
    "hub", resource_group_name=group.name, address_space=network.AddressSpaceArgs(address_prefixes=["10.0.0.0/16"])
)
pulumi.export("group", group.name)
pulumi.export("key", pulumi.Output.secret("hidden"))
"""
EXISTING = (
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/shared/providers/Microsoft.Network"
    "/virtualNetworks/shared"
)
APP = f"""
import pulumi
import pulumi_azure_native as azure
import pulumi_kubernetes as kubernetes
import pulumi_police as police
from pulumi_azure_native import containerinstance, network, resources


class Web(pulumi.ComponentResource):
    def __init__(self, name, group, opts=None):
        super().__init__("app:index:Web", name, None, opts)
        self.address = network.PublicIPAddress(
            "address",
            resource_group_name=group,
            public_ip_allocation_method="Static",
            dns_settings={{"domain_name_label": "police-web"}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({{"fqdn": self.address.dns_settings.fqdn}})


hub = pulumi.StackReference("acme/network/prod")
group = resources.ResourceGroup("app", location="uksouth", tags={{"hub": hub.require_output("group")}})
web = Web("web", group.name)
existing = network.VirtualNetwork.get("existing", "{EXISTING}")
elsewhere = azure.Provider("elsewhere", subscription_id="22222222-2222-2222-2222-222222222222")
network.Subnet(
    "in-existing",
    resource_group_name="shared",
    virtual_network_name=existing.name,
    address_prefix="10.9.0.0/24",
    opts=pulumi.ResourceOptions(provider=elsewhere),
)
service = kubernetes.core.v1.Service.get("ingress", "ingress/nginx")
kubernetes.core.v1.ConfigMap("map", data={{"ip": service.metadata["name"]}})
pet = police.RandomPet("pet")
chart = kubernetes.helm.v3.Chart("yard", kubernetes.helm.v3.LocalChartOpts(path="./yard", namespace="default"))
pulumi.export("chart", chart.get_resource("v1/ConfigMap", "default/yard").data["post"])
pulumi.export("group", group.name)
pulumi.export("fqdn", web.address.dns_settings.apply(lambda settings: settings.fqdn.upper()))
pulumi.export("hub", hub.get_output("group"))
pulumi.export("key", hub.get_output("key"))
pulumi.export("pet", pet.id)
"""
CHART = {
    "Chart.yaml": {"apiVersion": "v2", "name": "yard", "version": "1.0.0"},
    "templates/map.yaml": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "yard", "namespace": "default"},
        "data": {"post": "front"},
    },
}
HELM = '#!/bin/sh\n[ "$1" = template ] && cat "$3"/templates/*\n'
"""Renders a chart without expressions if Helm itself is not installed."""
LIFE = """
pulumi stack select dev --create
pulumi up --skip-preview
pulumi up --skip-preview --expect-no-changes
pulumi stack output --json --show-secrets > "$OUTPUTS"
pulumi destroy --skip-preview
"""


def environment_with_an_sdk_of_its_own(folder: Path) -> None:
    """A virtual environment with Pulumi and an SDK that no other environment has."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    source = Path(pulumi_random.__file__).parent
    shutil.copytree(source, site / "pulumi_police", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (site / "pulumi_police").rglob("*.*"):
        if path.suffix in (".py", ".json"):
            text = path.read_text().replace("pulumi_random", "pulumi_police").replace("random:", "police:")
            path.write_text(text.replace("providers:random", "providers:police").replace('"random"', '"police"'))
    (site / "pulumi_police-4.0.0.dist-info").mkdir()
    (site / "pulumi_police-4.0.0.dist-info" / "METADATA").write_text("Name: pulumi_police\nVersion: 4.0.0\n")
    about = site / "pulumi_police" / "pulumi-plugin.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"name": "police"}))


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_programs_in_many_layouts_come_up_and_are_destroyed(tmp_path: Path) -> None:
    network, app = tmp_path / "platform" / "network", tmp_path / "app"
    (tmp_path / ".git").mkdir()
    for folder, program in ((network, NETWORK), (app, APP)):
        folder.mkdir(parents=True)
        (folder / "__main__.py").write_text(program)
    (network / "Pulumi.yaml").write_text("name: network\nruntime: python\n")
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": "venv"}}
    (app / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "app", "runtime": runtime}))
    naming = {"pattern": "${project}-${stack}-${name}-${hex(4)}", "providers": {"kubernetes": {"mode": "verbatim"}}}
    settings = {"config": {"pulumi:autonaming": naming}}
    (app / "Pulumi.dev.yaml").write_text(yaml.safe_dump(settings))
    environment_with_an_sdk_of_its_own(app / "venv")
    for name, content in CHART.items():
        (app / "yard" / name).parent.mkdir(parents=True, exist_ok=True)
        (app / "yard" / name).write_text(yaml.safe_dump(content))
    path = os.environ["PATH"]
    if shutil.which("helm") is None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "helm").write_text(HELM)
        (tmp_path / "bin" / "helm").chmod(0o755)
        path = f"{tmp_path / 'bin'}{os.pathsep}{path}"

    up = bluelamp(["rehearse", "--", "pulumi", "up", "--skip-preview", "--stack", "prod"], network)
    assert up.returncode == 0, up.stdout + up.stderr
    outputs = tmp_path / "outputs.json"
    life = bluelamp(["rehearse", "--", "sh", "-ec", LIFE], app, OUTPUTS=str(outputs), PATH=path)
    assert life.returncode == 0, life.stdout + life.stderr
    found = json.loads(outputs.read_text())
    assert found["group"].startswith("app-dev-app-")
    assert len(found["group"]) == len("app-dev-app-") + 4
    assert found["fqdn"] == "POLICE-WEB.UKSOUTH.CLOUDAPP.AZURE.COM"
    assert found["hub"].startswith("hub")
    assert found["key"] == "hidden"
    assert found["pet"]
    assert found["chart"] == "front"
    assert held(app) == 0
    assert yaml.safe_load((app / "Pulumi.dev.yaml").read_text()) == settings
