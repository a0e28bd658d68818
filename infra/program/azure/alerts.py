"""The alerts of the platform, in each subscription, as Azure requires an alert in its resource's subscription."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.monitored_resources import MonitoredResource
from bluelamp.modules.azure.alerts import Alerts, AlertsArgs
from bluelamp.modules.azure.resource_group import ResourceGroup

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics


def alerts(context: Context, monitored: Mapping[str, MonitoredResource], logs: "LogAnalytics") -> pulumi.Output[str]:
    """Creates the alerts, and returns the action group of the `management` subscription, with the query alerts."""
    main = context.subscriptions.of("management")
    args = _args(context, main, "platform", context.group("management"), monitored)
    args["workspace_id"] = logs.workspace_id
    component = Alerts("alerts", args, context.within(main))
    for short in context.platform:
        if short != main:
            name, opts = f"alerts-{short}", context.within(short)
            group = ResourceGroup(name, {"label": context.label, "location": context.location, "workload": name}, opts)
            Alerts(name, _args(context, short, short, group, monitored), opts)
    action_group_id: pulumi.Output[str] = component.action_group_id
    return action_group_id


def _args(
    context: Context, short: str, workload: str, group: ResourceGroup, monitored: Mapping[str, MonitoredResource]
) -> AlertsArgs:
    return {
        "label": context.label,
        "location": context.location,
        "resource_group_name": group.name,
        "workload": workload,
        "subscription_ids": [context.platform[short]],
        "contacts": [context.force.owner.email],
        "watched": {name: each.resource for name, each in monitored.items() if each.subscription == short},
    }
