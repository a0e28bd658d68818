"""Diagnostic settings for the activity logs of subscriptions and management groups."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import monitor

from bluelamp.modules.component import Component

_SUBSCRIPTION = (
    "Administrative",
    "Security",
    "ServiceHealth",
    "Alert",
    "Recommendation",
    "Policy",
    "Autoscale",
    "ResourceHealth",
)
_MANAGEMENT_GROUP = ("Administrative", "Policy")
"""Every activity log category that Azure Monitor documents, for subscriptions and for management groups."""


class ActivityLogArgs(TypedDict):
    """Arguments of the activity logs."""

    subscription_ids: dict[str, pulumi.Input[str]]
    """The subscriptions' GUIDs, keyed by a short name."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the logs."""
    archive_id: NotRequired[pulumi.Input[str]]
    """A storage account that also receives the logs, such as a log archive; none by default."""
    management_group_names: NotRequired[dict[str, pulumi.Input[str]]]
    """Management groups whose activity logs are also kept, keyed by a short name."""


class ActivityLog(Component):
    """A diagnostic setting for every subscription and management group."""

    setting_ids: pulumi.Output[dict[str, str]]
    """The ARM ids of the diagnostic settings, keyed by the short names."""

    def __init__(self, name: str, args: ActivityLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        groups = args.get("management_group_names", {})
        if not args["subscription_ids"]:
            raise ValueError(f"ActivityLog {name!r}: subscription_ids is empty; name at least one subscription")
        both = sorted(set(args["subscription_ids"]) & set(groups))
        if both:
            raise ValueError(f"ActivityLog {name!r}: {both[0]} names a subscription and a management group")
        settings = {
            short: monitor.DiagnosticSetting(
                f"{name}-{short}",
                name="activity-log",
                resource_uri=pulumi.Output.concat("/subscriptions/", subscription),
                workspace_id=args["workspace_id"],
                storage_account_id=args.get("archive_id"),
                logs=[monitor.DiagnosticsLogSettingsArgs(category=each, enabled=True) for each in _SUBSCRIPTION],
                opts=self.child(),
            )
            for short, subscription in args["subscription_ids"].items()
        }
        settings |= {
            short: monitor.ManagementGroupDiagnosticSetting(
                f"{name}-{short}",
                name="activity-log",
                management_group_id=group,
                workspace_id=args["workspace_id"],
                storage_account_id=args.get("archive_id"),
                logs=[
                    monitor.ManagementGroupLogSettingsArgs(category=each, enabled=True) for each in _MANAGEMENT_GROUP
                ],
                opts=self.child(),
            )
            for short, group in groups.items()
        }
        self.setting_ids = pulumi.Output.all(**{short: each.id for short, each in settings.items()})
        self.finish()
