"""Servers on premises seen from Azure, by Azure Arc.

    ArcServers("servers", {"label": label, "location": "uksouth", "workload": "servers",
                           "resource_group_name": group.name, "resource_group_id": group.id,
                           "workspace_id": logs.workspace_id, "onboarding_principal_id": principal})

Servers connect themselves, with the commands in `connect_commands`. What they then get (the Azure Monitor Agent, their
data collection rules, checks for missing updates) comes from policies on the resource group, so that the thousandth
server is treated like the first. Machines of VMware, SCVMM or Azure Local behind an Arc resource bridge can be made
here; `machines` without a `kind` are those that have connected and are to have more than the policies give.
"""

from bluelamp.modules.hybrid.arc_servers.arc_servers import ArcMachine, ArcServers, ArcServersArgs

__all__ = ["ArcMachine", "ArcServers", "ArcServersArgs"]
