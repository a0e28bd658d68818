"""Geo-redundant storage accounts with identity-based access through private endpoints only."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native import monitor, storage

from bluelamp.modules import naming
from bluelamp.modules.azure.storage_encryption import encryption, identity
from bluelamp.modules.component import Component


def account(
    owner: Component, name: str, args: Mapping[str, Any], account_name: str, *, access_tier: str, **more: Any
) -> storage.StorageAccount:
    """`<name>-account`: no shared key access, no public network access, infrastructure encryption.

    `args` are the component's arguments: location, label, encryption `key` and `protect`. `more` are further
    arguments of `storage.StorageAccount`.
    """
    zonal = bool(naming.region(args["location"]).zones)
    key = args.get("key")
    return storage.StorageAccount(
        f"{name}-account",
        account_name=account_name,
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_GZRS" if zonal else "Standard_GRS"),
        access_tier=access_tier,
        minimum_tls_version="TLS1_2",
        enable_https_traffic_only=True,
        allow_shared_key_access=False,
        allow_blob_public_access=False,
        allow_cross_tenant_replication=False,
        allowed_copy_scope="AAD",
        default_to_o_auth_authentication=True,
        is_local_user_enabled=False,
        is_sftp_enabled=False,
        public_network_access="Disabled",
        network_rule_set=storage.NetworkRuleSetArgs(default_action="Deny", bypass="AzureServices"),
        encryption=encryption(key),
        identity=identity(key),
        tags=naming.tags(args["label"]),
        **more,
        opts=owner.child(protect=args.get("protect", False)),
    )


def account_metrics(
    owner: Component, name: str, account: pulumi.CustomResource, workspace_id: pulumi.Input[str]
) -> monitor.DiagnosticSetting:
    """`<name>-account-metrics`: sends the account's transaction metrics to a Log Analytics workspace."""
    return monitor.DiagnosticSetting(
        f"{name}-account-metrics",
        name="metrics-to-workspace",
        resource_uri=account.id,
        workspace_id=workspace_id,
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="Transaction", enabled=True)],
        opts=owner.child(),
    )
