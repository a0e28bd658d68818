"""Storage whose blobs can be neither changed nor deleted for some days: the account, its blob service, a container."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.azure import closed_storage
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import Component, after

LONGEST = 146_000
"""Days that Azure keeps anything unchanged at the most."""


def account(
    owner: Component, name: str, args: Mapping[str, Any], account_name: str, days: int, *, appends: bool
) -> storage.StorageAccount:
    """`<name>-account`: reached by identity through private endpoints only, copied to the other region.

    `args` are the component's: where and whose the account is, its `lock`, its `key` and whether it is protected.
    Nothing can be changed for `days`; with `appends`, what is there can still grow at its end, as logs do.
    """
    return closed_storage.account(
        owner,
        name,
        args,
        account_name,
        access_tier="Cool",
        immutable_storage_with_versioning=storage.ImmutableStorageAccountArgs(
            enabled=True,
            immutability_policy=storage.AccountImmutabilityPolicyPropertiesArgs(
                state=args.get("lock", "Unlocked"),
                immutability_period_since_creation_in_days=days,
                allow_protected_append_writes=appends,
            ),
        ),
    )


def blob_service(
    owner: Component, name: str, here: Mapping[str, pulumi.Input[str]], workspace_id: pulumi.Input[str]
) -> tuple[storage.BlobServiceProperties, pulumi.Resource]:
    """`<name>-blobs`: versions and recovery of what is deleted, and with it the log of every access.

    `here` names the account and its resource group.
    """
    blobs = storage.BlobServiceProperties(
        f"{name}-blobs",
        blob_services_name="default",
        **here,
        is_versioning_enabled=True,
        change_feed=storage.ChangeFeedArgs(enabled=True),
        delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
        container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
        opts=owner.child(),
    )
    return blobs, send_logs(f"{name}-blobs-logs", blobs, workspace_id, owner.child())


def container(
    owner: Component,
    name: str,
    here: Mapping[str, pulumi.Input[str]],
    container_name: str,
    days: int,
    blobs: Sequence[pulumi.Resource],
    *,
    appends: bool,
) -> tuple[storage.BlobContainer, storage.BlobContainerImmutabilityPolicy]:
    """`<name>-<container>`, and the policy that keeps it unchanged for `days`."""
    made = storage.BlobContainer(
        f"{name}-{container_name}",
        container_name=container_name,
        **here,
        public_access="None",
        immutable_storage_with_versioning=storage.ImmutableStorageWithVersioningArgs(enabled=True),
        opts=owner.child(depends_on=[blobs[0]]),
    )
    policy = storage.BlobContainerImmutabilityPolicy(
        f"{name}-{container_name}-immutability",
        immutability_policy_name="default",
        container_name=after(container_name, made),
        **here,
        immutability_period_since_creation_in_days=days,
        allow_protected_append_writes=appends,
        opts=owner.child(),
    )
    return made, policy


def wrong_lock(lock: str) -> list[str]:
    """What is wrong with `lock`: nothing where it is a state that Azure knows."""
    return [] if lock in ("Unlocked", "Locked") else [f"lock is {lock!r}; allowed are Unlocked and Locked"]
