"""A region's network watcher with the storage account for its flow logs."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import managedidentity, network, storage

from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.network_watcher.flow_logs import FlowLogs, flow_log
from bluelamp.modules.azure.place import Place
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_link
from bluelamp.modules.azure.storage_encryption import EncryptionKey, encryption, identity
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_BLOB_DATA_CONTRIBUTOR = role_guid("Storage Blob Data Contributor")
"""The id of Azure's built-in role `Storage Blob Data Contributor`."""


class NetworkWatcherArgs(ResourceGroupScopedArgs):
    """Arguments of a region's network watcher."""

    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace for traffic analytics."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks of the region with flow logs, keyed by a short name. A `Spoke` has its own flow log."""
    retention_days: NotRequired[int]
    """Retention of flow logs in days, at least 90; 365 by default."""
    key: NotRequired[EncryptionKey]
    """A customer-managed key that encrypts the flow logs; a Microsoft-managed key by default."""
    subnet_id: NotRequired[pulumi.Input[str]]
    """The subnet of the private endpoint for reading flow logs; by default they cannot be read over the network."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """The private DNS zone of blob storage (`PrivateDns.zone_ids`); required with `subnet_id`."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the flow logs' storage; false by default."""


class NetworkWatcher(Component):
    """A region's network watcher, its storage account, and a flow log for each network."""

    watcher_name: pulumi.Output[str]
    """The watcher's name, known before it exists."""
    storage_id: pulumi.Output[str]
    """The ARM id of the storage account of the flow logs."""
    identity_id: pulumi.Output[str]
    """The ARM id of the identity that writes them. It depends on the role assignment."""

    def __init__(self, name: str, args: NetworkWatcherArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if ("subnet_id" in args) != ("private_zone_id" in args):
            raise ValueError(
                f"NetworkWatcher {name!r}: subnet_id and private_zone_id go together; give both or neither"
            )
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        watcher_name = place.name("network_watcher", "platform")
        watcher = network.NetworkWatcher(
            place.logical("watcher"), network_watcher_name=watcher_name, **place.here, opts=self.child()
        )
        account = self._storage(place, args)
        self.watcher_name = after(watcher_name, watcher)
        self.storage_id = account.id
        self.identity_id = self._writer(place, account)
        wanted = FlowLogs(
            watcher_name=self.watcher_name,
            watcher_resource_group_name=args["resource_group_name"],
            storage_id=self.storage_id,
            identity_id=self.identity_id,
            retention_days=args.get("retention_days", 365),
        )
        for short, network_id in args.get("virtual_network_ids", {}).items():
            flow_log(place, short, network_id, wanted)
        self.finish()

    def _storage(self, place: Place, args: NetworkWatcherArgs) -> storage.StorageAccount:
        """The account with versioning, logs and a delete lock, and its private endpoint if requested."""
        account = _account(place, args.get("key"), protect=args.get("protect", False))
        blobs = _blobs(place, account)
        why = "It holds the flow logs, which an investigation asks for long afterwards."
        lock(self, place.logical("storage-lock"), account, [blobs], why)
        if "subnet_id" in args:
            where = {"workload": "flows", **args}
            private_link(self, place.logical("storage"), where, account, "blob", BLOB_ZONE)
        return account

    def _writer(self, place: Place, account: storage.StorageAccount) -> pulumi.Output[str]:
        """An identity that may write to the account, which has no shared key access."""
        identity = managedidentity.UserAssignedIdentity(
            place.logical("identity"),
            resource_name_=place.name("user_assigned_identity", "flow-logs"),
            **place.here,
            opts=self.child(),
        )
        allowed = grant(
            place.logical("identity-writes"),
            place.label,
            scope=account.id,
            role=_BLOB_DATA_CONTRIBUTOR,
            principal_id=identity.principal_id,
            opts=self.child(),
        )
        return pulumi.Output.all(identity.id, allowed.id).apply(lambda ids: str(ids[0]))


def _account(place: Place, key: EncryptionKey | None, *, protect: bool) -> storage.StorageAccount:
    return storage.StorageAccount(
        place.logical("storage"),
        account_name=place.name("storage_account", "flows"),
        **place.here,
        kind="StorageV2",
        sku=storage.SkuArgs(name="Standard_ZRS" if place.zones else "Standard_GRS"),
        access_tier="Cool",
        enable_https_traffic_only=True,
        minimum_tls_version="TLS1_2",
        allow_blob_public_access=False,
        allow_shared_key_access=False,
        allow_cross_tenant_replication=False,
        default_to_o_auth_authentication=True,
        allowed_copy_scope="AAD",
        is_local_user_enabled=False,
        # Network Watcher writes as a trusted Azure service; no other public access is allowed.
        public_network_access="Enabled",
        network_rule_set=storage.NetworkRuleSetArgs(bypass="AzureServices", default_action="Deny"),
        encryption=encryption(key),
        identity=identity(key),
        # Infrastructure encryption can be set at creation only: an existing account keeps its setting.
        opts=place.owner.child(protect=protect, ignore_changes=["encryption.requireInfrastructureEncryption"]),
    )


def _blobs(place: Place, account: storage.StorageAccount) -> storage.BlobServiceProperties:
    kept = storage.DeleteRetentionPolicyArgs(enabled=True, days=30)
    return storage.BlobServiceProperties(
        place.logical("storage-blobs"),
        blob_services_name="default",
        account_name=after(place.name("storage_account", "flows"), account),
        resource_group_name=place.resource_group_name,
        is_versioning_enabled=True,
        change_feed=storage.ChangeFeedArgs(enabled=True),
        delete_retention_policy=kept,
        container_delete_retention_policy=kept,
        opts=place.owner.child(),
    )
