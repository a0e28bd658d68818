"""DDoS protection plans.

    DdosPlan("ddos", {"label": label, "location": "uksouth", "resource_group_name": group.name})

One plan covers a hundred public IP addresses across all subscriptions of a tenant for a fixed monthly charge, so a
force needs at most one. Its hubs and spokes refer to it by `ddos_plan_id`.
"""

from bluelamp.modules.azure.ddos_plan.ddos_plan import DdosPlan, DdosPlanArgs

__all__ = ["DdosPlan", "DdosPlanArgs"]
