import runpy

import pytest
from rehearsed import ROOT, rehearse

COMPONENTS = {
    "activity_log": "ActivityLog",
    "alerts": "Alerts",
    "break_glass": "BreakGlass",
    "conditional_access": "ConditionalAccess",
    "customer_managed_keys": "CustomerManagedKeys",
    "data_collection": "DataCollection",
    "defender": "Defender",
    "key_vault": "KeyVault",
    "log_analytics": "LogAnalytics",
    "log_archive": "LogArchive",
    "managed_hsm": "ManagedHsm",
    "privileged_access": "PrivilegedAccess",
    "sentinel": "Sentinel",
    "workload_identity": "WorkloadIdentity",
}


@pytest.mark.parametrize("module", COMPONENTS)
@pytest.mark.parametrize("example", ["minimal", "full"])
def test_the_cloud_accepts_the_example_and_no_rule_is_broken(module, example):
    path = ROOT / "modules" / "azure" / module / "examples" / f"{example}.py"
    plan = rehearse(lambda: runpy.run_path(str(path)))
    assert f"bluelamp:index:{COMPONENTS[module]}" in {each.type for each in plan.resources}
