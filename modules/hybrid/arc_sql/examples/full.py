"""A new machine with two instances, one of them with Extended Security Updates."""

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.arc_servers import ArcServers
from bluelamp.modules.hybrid.arc_sql import ArcSql
from bluelamp.modules.naming import Label

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
group = ResourceGroup("servers", {"label": label, "location": "uksouth", "workload": "servers"})
servers = ArcServers(
    "arc-servers",
    {
        "label": label,
        "location": "uksouth",
        "workload": "servers",
        "resource_group_name": group.name,
        "resource_group_id": group.id,
        "machines": {"custody-db-01": {"os_type": "windows", "kind": "VMware"}},
    },
)
ArcSql(
    "sql",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": servers.resource_group_name,
        "machines": {
            "custody-db-01": {
                "license_type": "PAYG",
                "instances": {
                    "MSSQLSERVER": {
                        "version": "SQL Server 2022",
                        "edition": "Enterprise",
                        "cores": 8,
                        "backup_days": 14,
                    },
                    "LEGACY": {"version": "SQL Server 2014", "authentication": "Mixed"},
                },
            }
        },
        "extended_security_updates": True,
    },
)
