"""Azure Arc-enabled servers.

    ArcServers("servers", {"label": label, "location": "uksouth", "workload": "servers",
                           "resource_group_name": group.name, "resource_group_id": group.id,
                           "workspace_id": logs.workspace_id, "onboarding_principal_id": principal})

An administrator connects a server with the commands in `connect_commands`. Policies on the resource group then install
the Azure Monitor Agent, associate data collection rules and assess missing updates, so all
servers have the same configuration. The module can create machines of VMware, SCVMM or Azure Local behind an Arc
resource bridge. `machines` without a `kind` are connected already and get the agent and rule directly.
"""

from bluelamp.modules.hybrid.arc_servers.arc_servers import ArcMachine, ArcServers, ArcServersArgs

__all__ = ["ArcMachine", "ArcServers", "ArcServersArgs"]
