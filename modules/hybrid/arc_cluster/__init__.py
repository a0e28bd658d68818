"""Azure Arc-enabled Kubernetes clusters.

    ArcCluster("live", {"label": label, "location": "uksouth", "workload": "live", "resource_group_name": group.name,
                        "workspace_id": logs.workspace_id, "agent_certificate": certificate,
                        "distribution": "rke2", "infrastructure": "vsphere"})

creates the connected cluster with its extensions (Flux, container logs, Azure Policy, Defender, Key Vault secrets) and,
with `flux`, the GitOps configuration. The cluster's status is *Connecting* until its agents run:
install the chart of the Arc agents with `agent_values` and the private key that matches `agent_certificate`. This
component never receives the private key.
"""

from bluelamp.modules.hybrid.arc_cluster.arc_cluster import ArcCluster
from bluelamp.modules.hybrid.arc_cluster.arguments import ArcClusterArgs, ArcExtension, ArcFlux, ArcKustomization

__all__ = ["ArcCluster", "ArcClusterArgs", "ArcExtension", "ArcFlux", "ArcKustomization"]
