"""Performance, syslog and security events of an Arc server."""

import pulumi
from pulumi_azure_native import hybridcompute

from bluelamp.modules.azure.data_collection import DataCollection
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.sentinel import Sentinel
from bluelamp.modules.naming import Label, tags

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
sentinel = Sentinel(
    "sentinel",
    {
        "label": label,
        "resource_group_name": group.name,
        "workspace_name": logs.workspace_name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "connectors": [],
    },
)
server = hybridcompute.Machine(
    "custody-1",
    machine_name="custody-1",
    resource_group_name=group.name,
    location="uksouth",
    tags=tags(label),
)
DataCollection(
    "collection",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "workspace_name": logs.workspace_name,
        "machine_ids": {"custody-1": server.id},
        "rules": ["performance", "syslog", "windows-security"],
    },
    pulumi.ResourceOptions(depends_on=[sentinel]),
)
