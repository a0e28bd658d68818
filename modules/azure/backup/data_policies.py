"""Policies of a Backup vault: managed disks and blobs."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import dataprotection as dp

_DAILY = "R/2026-01-01T02:00:00+00:00/P1D"  # daily at 02:00; the start date only has to be in the past
_TIME_ZONE = "GMT Standard Time"

_KINDS = {
    # The data source, the type of backup, the store of the daily backup, and the other stores. A disk backup is a
    # snapshot in the same region. Blobs also have point-in-time restore without a copy.
    "disks": ("Microsoft.Compute/disks", "Incremental", "OperationalStore", ()),
    "blobs": ("Microsoft.Storage/storageAccounts/blobServices", "Discrete", "VaultStore", ("OperationalStore",)),
}


def data_policies(
    name: str,
    vault_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    retention: Mapping[str, object],
    opts: pulumi.ResourceOptions,
) -> dict[str, dp.BackupPolicy]:
    """The policies by type of data source. Backups run daily at 02:00 and are kept for the days of `retention`."""
    kept = f"P{retention.get('daily_days', 30)}D"
    return {
        key: dp.BackupPolicy(
            f"{name}-{key}-policy",
            backup_policy_name=f"{key}-daily",
            vault_name=vault_name,
            resource_group_name=resource_group_name,
            properties=dp.BackupPolicyArgs(
                object_type="BackupPolicy",
                datasource_types=[source],
                policy_rules=[_daily(kind, store), *(_kept(each, kept) for each in (store, *others))],
            ),
            opts=opts,
        )
        for key, (source, kind, store, others) in _KINDS.items()
    }


def _daily(kind: str, store: str) -> dp.AzureBackupRuleArgs:
    return dp.AzureBackupRuleArgs(
        name="Daily",
        object_type="AzureBackupRule",
        backup_parameters=dp.AzureBackupParamsArgs(object_type="AzureBackupParams", backup_type=kind),
        data_store=_store(store),
        trigger=dp.ScheduleBasedTriggerContextArgs(
            object_type="ScheduleBasedTriggerContext",
            schedule=dp.BackupScheduleArgs(repeating_time_intervals=[_DAILY], time_zone=_TIME_ZONE),
            tagging_criteria=[
                dp.TaggingCriteriaArgs(
                    is_default=True, tagging_priority=99, tag_info=dp.RetentionTagArgs(tag_name="Default")
                )
            ],
        ),
    )


def _kept(store: str, duration: str) -> dp.AzureRetentionRuleArgs:
    return dp.AzureRetentionRuleArgs(
        name="Default",
        object_type="AzureRetentionRule",
        is_default=True,
        lifecycles=[
            dp.SourceLifeCycleArgs(
                delete_after=dp.AbsoluteDeleteOptionArgs(object_type="AbsoluteDeleteOption", duration=duration),
                source_data_store=_store(store),
            )
        ],
    )


def _store(kind: str) -> dp.DataStoreInfoBaseArgs:
    return dp.DataStoreInfoBaseArgs(data_store_type=kind, object_type="DataStoreInfoBase")
