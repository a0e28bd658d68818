"""Immutable (WORM) blob storage: the account, its blob service and a container."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.azure import private_storage
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import Component, after

LONGEST = 146_000
"""The longest immutability period that Azure allows, in days."""


def account(
    owner: Component, name: str, args: Mapping[str, Any], account_name: str, days: int, *, appends: bool
) -> storage.StorageAccount:
    """`<name>-account`: geo-redundant, with identity-based access through private endpoints only.

    `args` are the component's arguments: location, label, immutability `lock`, encryption `key` and `protect`.
    Blobs cannot be changed or deleted for `days`. With `appends`, data can still be appended to blobs, as logs need.
    """
    return private_storage.account(
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
    """`<name>-blobs`: the blob service with versioning, soft delete and access logs.

    `here` has the names of the account and its resource group.
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
    """`<name>-<container>` and its immutability policy of `days` days."""
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
    """The problem with the immutability state `lock`; empty for a state that Azure accepts."""
    return [] if lock in ("Unlocked", "Locked") else [f"lock is {lock!r}; allowed are Unlocked and Locked"]
