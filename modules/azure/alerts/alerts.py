"""An action group and the baseline alerts of a landing zone."""

from typing import Any, NotRequired

import pulumi
from pulumi_azure_native import monitor

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules import naming
from bluelamp.modules.azure.alerts.catalogue import catalogue
from bluelamp.modules.azure.alerts.metrics import WatchedResource, unknown_kinds, watch
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_LONGEST_SHORT_NAME = 12  # characters in the short name of an action group, shown in text messages


class AlertsArgs(LabelledArgs):
    """Arguments of the alerts."""

    location: str
    """The Azure region of the workspace, `uksouth` or `ukwest`."""
    workload: str
    """The monitored workload, such as `platform`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the alerts."""
    subscription_ids: list[pulumi.Input[str]]
    """GUIDs of the subscriptions whose activity and service health are monitored."""
    contacts: list[str]
    """Mailboxes that receive the notifications."""
    webhooks: NotRequired[dict[str, pulumi.Input[str]]]
    """Webhook addresses of ticket systems, keyed by a short name; stored as secrets."""
    workspace_id: NotRequired[pulumi.Input[str]]
    """The Log Analytics workspace for log search alerts; no log search alerts by default."""
    watched: NotRequired[dict[str, WatchedResource]]
    """Resources whose metrics are monitored, keyed by a short name."""
    without: NotRequired[list[str]]
    """Names of activity and log search alerts to omit."""


class Alerts(Component):
    """One action group, and alerts on service health, dangerous changes, log searches and metrics."""

    action_group_id: pulumi.Output[str]
    """The action group's ARM id, for further alerts."""

    def __init__(self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(f"Alerts {name!r}", args)
        group = self._group(name, args)
        without = set(args.get("without", []))
        for key, wanted in catalogue("activity").items():
            if key not in without:
                self._activity(name, args, key, wanted, group.id)
        if "workspace_id" in args:
            for key, wanted in catalogue("searches").items():
                if key not in without:
                    self._search(name, args, key, wanted, group.id)
        watch(self, name, args["label"], args["resource_group_name"], args.get("watched", {}), group.id)
        self.action_group_id = group.id
        self.finish()

    def _group(self, name: str, args: AlertsArgs) -> monitor.ActionGroup:
        return monitor.ActionGroup(
            f"{name}-group",
            action_group_name=naming.name("action_group", args["workload"], args["label"]),
            group_short_name=f"{args['label']['code']}-{args['workload']}"[:_LONGEST_SHORT_NAME].rstrip("-"),
            resource_group_name=args["resource_group_name"],
            location="global",
            enabled=True,
            email_receivers=[
                monitor.MicrosoftCommonEmailReceiverArgs(
                    name=f"mail-{index}", email_address=address, use_common_alert_schema=True
                )
                for index, address in enumerate(args["contacts"], 1)
            ],
            webhook_receivers=[
                monitor.WebhookReceiverArgs(
                    name=short, service_uri=pulumi.Output.secret(address), use_common_alert_schema=True
                )
                for short, address in args.get("webhooks", {}).items()
            ]
            or None,
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _activity(
        self, name: str, args: AlertsArgs, key: str, wanted: dict[str, Any], group: pulumi.Output[str]
    ) -> None:
        monitor.ActivityLogAlert(
            f"{name}-{key}",
            activity_log_alert_name=naming.name("alert", key, args["label"]),
            description=wanted["description"],
            resource_group_name=args["resource_group_name"],
            location="global",
            enabled=True,
            scopes=[pulumi.Output.concat("/subscriptions/", each) for each in args["subscription_ids"]],
            condition=monitor.AlertRuleAllOfConditionArgs(all_of=_conditions(wanted)),
            actions=monitor.ActionListArgs(action_groups=[monitor.ActionGroupArgs(action_group_id=group)]),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )

    def _search(self, name: str, args: AlertsArgs, key: str, wanted: dict[str, Any], group: pulumi.Output[str]) -> None:
        monitor.ScheduledQueryRule(
            f"{name}-{key}",
            rule_name=naming.name("alert", key, args["label"]),
            display_name=wanted["description"],
            description=wanted["description"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            kind="LogAlert",
            enabled=True,
            severity=wanted["severity"],
            scopes=[args["workspace_id"]],
            evaluation_frequency=wanted["every"],
            window_size=wanted["window"],
            # Azure refuses a search of a table that does not exist yet. A table appears with its first row.
            skip_query_validation=True,
            auto_mitigate=False,
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    monitor.ConditionArgs(
                        query=wanted["query"],
                        time_aggregation="Count",
                        operator="GreaterThan",
                        threshold=wanted["more_than"],
                        failing_periods=monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            actions=monitor.ActionsArgs(action_groups=[group]),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )


def _conditions(wanted: dict[str, Any]) -> list[monitor.AlertRuleAnyOfOrLeafConditionArgs]:
    """The conditions of one alert: any of its completed operations, or every condition of its `when`."""
    if "operations" not in wanted:
        return [
            monitor.AlertRuleAnyOfOrLeafConditionArgs(field=field, equals=value)
            for field, value in wanted["when"].items()
        ]
    return [
        monitor.AlertRuleAnyOfOrLeafConditionArgs(field="category", equals="Administrative"),
        monitor.AlertRuleAnyOfOrLeafConditionArgs(
            any_of=[
                monitor.AlertRuleLeafConditionArgs(field="operationName", equals=operation)
                for operation in wanted["operations"]
            ]
        ),
        monitor.AlertRuleAnyOfOrLeafConditionArgs(
            any_of=[
                monitor.AlertRuleLeafConditionArgs(field="status", equals=status) for status in ("Succeeded", "Failed")
            ]
        ),
    ]


def _check(owner: str, args: AlertsArgs) -> None:
    """Raises `ValueError` listing every problem."""
    lists = {"subscription_ids": args["subscription_ids"], "contacts": args["contacts"]}
    wrong = [f"{key} is empty; name at least one" for key, value in lists.items() if not value]
    known = [*catalogue("activity"), *catalogue("searches")]
    for key in args.get("without", []):
        if key not in known:
            wrong.append(f"without: {key} is not an alert" + did_you_mean(key, known, before="; "))
    wrong += unknown_kinds(args.get("watched", {}))
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
