"""On-premises Kubernetes clusters seen from Azure, by Azure Arc.

    ArcCluster("live", {"label": label, "location": "uksouth", "workload": "live", "resource_group_name": group.name,
                        "workspace_id": logs.workspace_id, "agent_certificate": certificate,
                        "distribution": "rke2", "infrastructure": "vsphere"})

makes the connected cluster with its extensions (Flux, container logs, Azure Policy, Defender, Key Vault secrets) and,
where `flux` is given, the repository that the cluster follows. The cluster shows as *Connecting* until its agents run:
install the chart of the Arc agents with `agent_values` and the private key that belongs to `agent_certificate`. The key
never passes through this component.
"""

from bluelamp.modules.hybrid.arc_cluster.arc_cluster import ArcCluster
from bluelamp.modules.hybrid.arc_cluster.arguments import ArcClusterArgs, ArcExtension, ArcFlux, ArcKustomization

__all__ = ["ArcCluster", "ArcClusterArgs", "ArcExtension", "ArcFlux", "ArcKustomization"]
