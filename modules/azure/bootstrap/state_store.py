"""The state store: a storage account for Pulumi states, with versioning and backup."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native import dataprotection as dp
from pulumi_azure_native import storage

from bluelamp.modules import naming
from bluelamp.modules.azure import private_storage
from bluelamp.modules.azure.backup import BackupArgs
from bluelamp.modules.azure.backup.backup_vault import backup_vault
from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_link
from bluelamp.modules.component import Component, after

CONTAINER: Final = "pulumi-state"
"""The container that holds the states."""
RESTORE_DAYS: Final = 30
"""Days of point-in-time restore for the container. Azure Backup sets the soft delete retention 5 days longer."""
_KEPT_DAYS: Final = RESTORE_DAYS + 5
_BACKUP_CONTRIBUTOR: Final = role_guid("Storage Account Backup Contributor")
_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices"


@dataclass(frozen=True)
class StateStore:
    """The storage account, its name (known before it exists), its container, and the child resources that a lock
    covers."""

    account: storage.StorageAccount
    name: pulumi.Output[str]
    container: storage.BlobContainer
    inside: list[pulumi.Resource]


def state_store(owner: Component, name: str, args: Mapping[str, Any]) -> StateStore:
    """Creates the state store as children of `owner`.

    Every update replaces a state, and Pulumi deletes its lock files, so the container is not immutable. Versioning,
    soft delete and point-in-time restore keep the earlier content.
    """
    account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
    account = private_storage.account(owner, name, args, account_name, access_tier="Hot")
    known = after(account_name, account)
    here: dict[str, pulumi.Input[str]] = {
        "account_name": known,
        "resource_group_name": args["resource_group_name"],
    }
    blobs = storage.BlobServiceProperties(
        f"{name}-blobs",
        blob_services_name="default",
        **here,
        is_versioning_enabled=True,
        change_feed=storage.ChangeFeedArgs(enabled=True, retention_in_days=_KEPT_DAYS),
        restore_policy=storage.RestorePolicyPropertiesArgs(enabled=True, days=RESTORE_DAYS),
        delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=_KEPT_DAYS),
        container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=_KEPT_DAYS),
        opts=owner.child(),
    )
    logs = send_logs(f"{name}-blobs-logs", blobs, args["workspace_id"], owner.child())
    metrics = private_storage.account_metrics(owner, name, account, args["workspace_id"])
    container = storage.BlobContainer(
        f"{name}-container",
        container_name=CONTAINER,
        **here,
        public_access="None",
        opts=owner.child(depends_on=[blobs], protect=args.get("protect", False)),
    )
    instance = _backed_up(owner, name, args, account, known, [blobs, container])
    private_link(owner, name, args, account, "blob", BLOB_ZONE)
    return StateStore(account, known, container, [blobs, logs, metrics, container, instance])


def _backed_up(
    owner: Component,
    name: str,
    args: Mapping[str, Any],
    account: storage.StorageAccount,
    account_name: pulumi.Output[str],
    before: list[pulumi.Resource],
) -> pulumi.Resource:
    """Operational backup of the account: point-in-time restore managed by a Backup vault.

    Vaulted backup is not used: it needs object replication, for which the account would need public network access.
    """
    vault_name = naming.name("backup_vault", args["workload"], args["label"], args["location"])
    wanted: BackupArgs = {
        "label": args["label"],
        "location": args["location"],
        "workload": args["workload"],
        "resource_group_name": args["resource_group_name"],
        "workspace_id": args["workspace_id"],
        "immutability": args.get("immutability", "Unlocked"),
    }
    vault = backup_vault(name, wanted, vault_name, owner.child())
    logs = send_logs(
        f"{name}-backup-vault-logs", vault, args["workspace_id"], owner.child(), metrics=False, dedicated=True
    )
    where = {"vault_name": after(vault_name, vault), "resource_group_name": args["resource_group_name"]}
    store = dp.DataStoreInfoBaseArgs(data_store_type="OperationalStore", object_type="DataStoreInfoBase")
    policy = dp.BackupPolicy(
        f"{name}-backup-policy",
        backup_policy_name="state-any-moment",
        **where,
        properties=dp.BackupPolicyArgs(
            object_type="BackupPolicy",
            datasource_types=[_BLOBS],
            policy_rules=[
                dp.AzureRetentionRuleArgs(
                    name="Default",
                    object_type="AzureRetentionRule",
                    is_default=True,
                    lifecycles=[
                        dp.SourceLifeCycleArgs(
                            delete_after=dp.AbsoluteDeleteOptionArgs(
                                object_type="AbsoluteDeleteOption", duration=f"P{RESTORE_DAYS}D"
                            ),
                            source_data_store=store,
                        )
                    ],
                )
            ],
        ),
        opts=owner.child(),
    )
    role = grant(
        f"{name}-backup-may-protect",
        args["label"],
        scope=account.id,
        role=_BACKUP_CONTRIBUTOR,
        principal_id=vault.identity.principal_id,
        opts=owner.child(),
    )
    instance: pulumi.Resource = dp.BackupInstance(
        f"{name}-backup",
        backup_instance_name=account_name,
        **where,
        properties=dp.BackupInstanceArgs(
            object_type="BackupInstance",
            friendly_name=account_name,
            data_source_info=dp.DatasourceArgs(
                object_type="Datasource",
                datasource_type=_BLOBS,
                resource_id=account.id,
                resource_name=account_name,
                resource_type="Microsoft.Storage/storageAccounts",
                resource_location=args["location"],
                resource_uri=account.id,
            ),
            policy_info=dp.PolicyInfoArgs(policy_id=policy.id),
        ),
        tags=naming.tags(args["label"]),
        opts=owner.child(depends_on=[role, *before]),
    )
    lock(owner, f"{name}-backup-vault-lock", vault, [logs, policy, instance], "It holds backups.")
    return instance
