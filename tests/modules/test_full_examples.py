import runpy

import pytest
from rehearsed import ROOT, rehearse

FOLDERS = [
    f"{area}/{module}"
    for area, modules in {
        "azure": (
            "backup_store",
            "budget",
            "ddos_plan",
            "dns_resolver",
            "firewall_policy",
            "gateways",
            "hub",
            "hub_peering",
            "network_watcher",
            "resource_group",
            "resource_guard",
            "spoke",
            "virtual_wan",
        ),
        "data": ("catalogue",),
        "hybrid": ("dns", "express_route", "site_to_site"),
        "kubernetes": ("bare_metal_hosts", "cluster_addons", "vsphere_sites"),
    }.items()
    for module in modules
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_cloud_accepts_the_full_example_and_no_rule_is_broken(folder):
    path = ROOT / "modules" / folder / "examples" / "full.py"
    plan = rehearse(lambda: runpy.run_path(str(path)))
    assert len([each for each in plan.resources if each.custom]) > 1
