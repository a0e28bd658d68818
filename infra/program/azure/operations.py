"""Logs, alerts, keys and security monitoring."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.alerts import alerts
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.monitored_resources import monitored_resources
from bluelamp.infra.program.azure.network import Network
from bluelamp.infra.program.azure.subscriptions import PLATFORM
from bluelamp.infra.program.azure.topology import Topology
from bluelamp.modules.azure.log_analytics import LogAnalytics, LogAnalyticsArgs
from bluelamp.modules.azure.private_link import BLOB_ZONE

if TYPE_CHECKING:
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
    from bluelamp.modules.azure.data_collection import DataCollection
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_archive import LogArchive
    from bluelamp.modules.azure.storage_encryption import EncryptionKey


def workspace(context: Context) -> LogAnalytics:
    """Creates the workspace for all logs."""
    args: LogAnalyticsArgs = {
        "label": context.label,
        "location": context.location,
        "resource_group_name": context.group("management").name,
        "workload": "management",
        "retention_days": context.azure.log_analytics.retention_days,
    }
    if context.azure.log_analytics.daily_quota_gb:
        args["daily_quota_gb"] = context.azure.log_analytics.daily_quota_gb
    return LogAnalytics("logs", args, context.at("management"))


def keys(context: Context, vault: "KeyVault") -> "CustomerManagedKeys | None":
    """Creates customer-managed keys in the platform's vault."""
    if not context.has("customerManagedKeys"):
        return None
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys

    return CustomerManagedKeys(
        "keys",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("security").name,
            "workload": "platform",
            "vault_name": vault.name,
            "vault_id": vault.id,
            "uses": ["disks", "storage"],
            "hardware": context.azure.key_vault.sku == "premium",
        },
        context.at("security"),
    )


def storage_key(keys: "CustomerManagedKeys | None", vault: "KeyVault") -> "EncryptionKey | None":
    """The customer-managed key for storage accounts; None without customer-managed keys."""
    if keys is None:
        return None
    return {
        "key_name": keys.key_names.apply(lambda names: names["storage"]),
        "vault_uri": vault.uri,
        "identity_id": keys.identity_ids.apply(lambda ids: ids["storage"]),
    }


def archive(
    context: Context, topology: Topology, names: Names, logs: LogAnalytics, key: "EncryptionKey | None"
) -> "LogArchive | None":
    """Creates the immutable store for logs; `key` encrypts it."""
    if not context.has("logArchive"):
        return None
    from bluelamp.modules.azure.log_archive import LogArchive, LogArchiveArgs

    args: LogArchiveArgs = {
        "label": context.label,
        "location": context.location,
        "resource_group_name": context.group("management").name,
        "workload": "logs",
        "subnet_id": topology.primary.private_endpoints_subnet_id,
        "workspace_id": logs.workspace_id,
        "private_zone_id": names.zone_ids[BLOB_ZONE],
    }
    if key is not None:
        args["key"] = key
    return LogArchive("log-archive", args, context.at("management"))


def collection(context: Context, logs: LogAnalytics) -> "DataCollection | None":
    """Creates the data collection endpoint and rules for machines' logs."""
    if not context.has("dataCollection"):
        return None
    from bluelamp.modules.azure.data_collection import DataCollection

    return DataCollection(
        "data-collection",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("management").name,
            "workload": "machines",
            "workspace_id": logs.workspace_id,
            "workspace_name": logs.workspace_name,
        },
        context.at("management"),
    )


def monitoring(
    context: Context, network: Network, logs: LogAnalytics, vault: "KeyVault", archive: "LogArchive | None"
) -> pulumi.Output[str] | None:
    """Creates activity log, alerts, Defender and Sentinel; returns the id of the action group, if there is one."""
    subscriptions = context.platform
    contacts = [context.force.owner.email]
    if context.has("activityLog"):
        from bluelamp.modules.azure.activity_log import ActivityLog, ActivityLogArgs

        args = ActivityLogArgs(subscription_ids={**subscriptions}, workspace_id=logs.workspace_id)
        if archive is not None:
            args["archive_id"] = archive.id
        ActivityLog("activity-log", args, context.opts)
    if context.has("defender"):
        from bluelamp.modules.azure.defender import Defender

        for short, subscription in subscriptions.items():  # contacts belong to the provider's subscription
            name = "defender" if short == PLATFORM else f"defender-{short}"
            Defender(name, {"subscription_ids": {short: subscription}, "contacts": contacts}, context.within(short))
    if context.has("sentinel"):
        from bluelamp.modules.azure.sentinel import Sentinel

        Sentinel(
            "sentinel",
            {
                "label": context.label,
                "resource_group_name": context.group("management").name,
                "workspace_name": logs.workspace_name,
                "tenant_id": context.tenant_id,
                "subscription_ids": {**subscriptions},
            },
            context.at("management"),
        )
    if not context.has("alerts"):
        return None
    return alerts(context, monitored_resources(context, network, vault, archive), logs)
