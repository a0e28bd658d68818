"""Resource groups.

    ResourceGroup("network", {"label": label, "location": "uksouth", "workload": "network"})

creates `rg-network-wmp-prod-uks` with every mandatory tag.
"""

from bluelamp.modules.azure.resource_group.resource_group import ResourceGroup, ResourceGroupArgs

__all__ = ["ResourceGroup", "ResourceGroupArgs"]
