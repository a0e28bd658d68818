"""DDoS protection plans.

    DdosPlan("ddos", {"label": label, "location": "uksouth", "resource_group_name": group.name})

One plan covers a hundred public addresses in every subscription of a tenant and is paid for by the month, so a force
needs one at most; its hubs and spokes name it as `ddos_plan_id`.
"""

from bluelamp.modules.azure.ddos_plan.ddos_plan import DdosPlan, DdosPlanArgs

__all__ = ["DdosPlan", "DdosPlanArgs"]
