import runpy

import pytest
from rehearsed import ROOT, rehearse

FOLDERS = [
    f"{area}/{module}"
    for area, modules in {
        "azure": (
            "ddos_plan",
            "dns_resolver",
            "firewall_policy",
            "gateways",
            "network_watcher",
            "resource_guard",
            "spoke",
            "virtual_wan",
        ),
        "hybrid": ("dns", "express_route", "site_to_site"),
    }.items()
    for module in modules
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_cloud_takes_the_full_example_and_no_rule_is_broken(folder):
    path = ROOT / "modules" / folder / "examples" / "full.py"
    plan = rehearse(lambda: runpy.run_path(str(path)))
    assert len([each for each in plan.resources if each.custom]) > 5
