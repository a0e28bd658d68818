"""Metric alerts."""

from typing import Any, TypedDict

import pulumi
from pulumi_azure_native import monitor

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules import naming
from bluelamp.modules.azure.alerts.catalogue import catalogue
from bluelamp.modules.component import Component


class WatchedResource(TypedDict):
    """A resource whose metrics are monitored."""

    kind: str
    """The kind of resource: `firewall`, `vpn_gateway`, `express_route_gateway`, the same two of a virtual hub
    (`virtual_hub_vpn_gateway`), `express_route` (a circuit), `public_address`, `key_vault` or `storage`."""
    id: pulumi.Input[str]
    """The resource's ARM id."""


def watch(
    owner: Component,
    name: str,
    label: naming.Label,
    resource_group_name: pulumi.Input[str],
    watched: dict[str, WatchedResource],
    action_group: pulumi.Output[str],
) -> None:
    """Creates every metric alert for the kind of each resource in `watched`, keyed by a short name."""
    for short, resource in watched.items():
        for key, wanted in catalogue("metrics")[resource["kind"]].items():
            _alert(
                f"{name}-{short}-{key}", owner, label, resource_group_name, short, key, resource, wanted, action_group
            )


def unknown_kinds(watched: dict[str, WatchedResource]) -> list[str]:
    """The problems with the kinds in `watched`."""
    known = catalogue("metrics")
    found = []
    for short, resource in watched.items():
        if resource["kind"] not in known:
            hint = did_you_mean(resource["kind"], known, before="; ")
            found.append(f"watched.{short}.kind is {resource['kind']!r}; allowed are {', '.join(known)}{hint}")
    return found


def _alert(
    logical: str,
    owner: Component,
    label: naming.Label,
    resource_group_name: pulumi.Input[str],
    short: str,
    key: str,
    resource: WatchedResource,
    wanted: dict[str, Any],
    action_group: pulumi.Output[str],
) -> None:
    monitor.MetricAlert(
        logical,
        rule_name=naming.name("alert", f"{short}-{key}", label),
        resource_group_name=resource_group_name,
        location="global",
        description=f"{wanted['metric']} of the {resource['kind'].replace('_', ' ')} {short}",
        enabled=True,
        severity=wanted["severity"],
        scopes=[resource["id"]],
        evaluation_frequency="PT1M",
        window_size="PT5M",
        auto_mitigate=True,
        criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
            odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            all_of=[
                monitor.MetricCriteriaArgs(
                    criterion_type="StaticThresholdCriterion",
                    name=key,
                    metric_name=wanted["metric"],
                    metric_namespace=wanted["namespace"],
                    operator=wanted["operator"],
                    threshold=wanted["threshold"],
                    time_aggregation=wanted["aggregation"],
                )
            ],
        ),
        actions=[monitor.MetricAlertActionArgs(action_group_id=action_group)],
        tags=naming.tags(label),
        opts=owner.child(),
    )
