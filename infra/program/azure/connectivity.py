"""The network topology in the settings, with the DDoS protection plan of its hubs."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.topology import Topology

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics


def create_topology(context: Context, logs: "LogAnalytics") -> Topology:
    """Creates the hubs, and the DDoS protection plan that they share."""
    plan = _ddos_plan(context)
    # Imported here, so that a plan loads only the SDK modules that it uses.
    if context.azure.topology == "virtual-wan":
        from bluelamp.infra.program.azure.virtual_wan import virtual_wan

        return virtual_wan(context, plan, logs)
    from bluelamp.infra.program.azure.hub_spoke import hub_spoke

    return hub_spoke(context, plan, logs)


def _ddos_plan(context: Context) -> pulumi.Output[str] | None:
    if not context.has("ddosPlan"):
        return None
    from bluelamp.modules.azure.ddos_plan import DdosPlan

    plan = DdosPlan(
        "ddos-plan",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("network").name,
        },
        context.at("network"),
    )
    plan_id: pulumi.Output[str] = plan.plan_id
    return plan_id
