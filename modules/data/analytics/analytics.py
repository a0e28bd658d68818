"""A machine learning workspace with a managed network, and a Stream Analytics cluster with private endpoints."""

from collections.abc import Mapping
from typing import Any, Final, NotRequired

import pulumi
from pulumi_azure_native import storage, streamanalytics

from bluelamp.modules import naming
from bluelamp.modules.azure import immutable_storage, private_storage
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_links
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.azure.untyped import untyped
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_GROUPS: Final = {"amlworkspace": ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"]}
_STORAGE: Final = {"blob": [BLOB_ZONE], "file": ["privatelink.file.core.windows.net"]}
_UNITS: Final = range(36, 217, 36)


class DataAnalyticsArgs(ResourceGroupScopedArgs):
    """Arguments of analytics."""

    workload: str
    """The purpose, such as `analytics`; part of every name."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the logs."""
    key_vault_id: pulumi.Input[str]
    """The key vault for the workspace's secrets."""
    lake_id: pulumi.Input[str]
    """The ARM id of the lake's storage account, which the workspace reads and writes."""
    event_hubs_id: pulumi.Input[str]
    """The ARM id of the Event Hubs namespace with the event streams."""
    streaming_units: NotRequired[int]
    """Streaming units of the Stream Analytics cluster, 36 to 216 in steps of 36; 36 by default."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones, by name; missing zones are created."""
    key: NotRequired[EncryptionKey]
    """A customer-managed key for the workspace's storage; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the workspace's storage; false by default."""


class DataAnalytics(Component):
    """A workspace with approved outbound connections only, its storage, and a Stream Analytics cluster."""

    id: pulumi.Output[str]
    """The machine learning workspace's ARM id."""
    name: pulumi.Output[str]
    """The machine learning workspace's name, known before it exists."""
    storage_id: pulumi.Output[str]
    """The ARM id of the workspace's storage account."""
    cluster_id: pulumi.Output[str]
    """The Stream Analytics cluster's ARM id, for streaming jobs."""

    def __init__(self, name: str, args: DataAnalyticsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        units = args.get("streaming_units", 36)
        if units not in _UNITS:
            raise ValueError(
                f"DataAnalytics {name!r}: streaming_units is {units}; allowed are {', '.join(map(str, _UNITS))}"
            )
        account = self._storage(name, args)
        workspace_name = naming.name("machine_learning_workspace", args["workload"], args["label"], args["location"])
        workspace = self._workspace(name, args, workspace_name, account)
        send_logs(f"{name}-workspace-logs", workspace, args["workspace_id"], self.child())
        private_links(self, name, args, workspace, _GROUPS)
        self.id = workspace.id
        self.name = after(workspace_name, workspace)
        self.storage_id = account.id
        self.cluster_id = self._cluster(name, args, units).id
        self.finish()

    def _storage(self, name: str, args: DataAnalyticsArgs) -> storage.StorageAccount:
        """The workspace's storage account. It must not have a hierarchical namespace."""
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = private_storage.account(self, name, args, account_name, access_tier="Hot")
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        blobs = immutable_storage.blob_service(self, name, here, args["workspace_id"])
        shares = storage.FileServiceProperties(
            f"{name}-shares",
            file_services_name="default",
            **here,
            share_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            protocol_settings=storage.ProtocolSettingsArgs(
                smb=storage.SmbSettingArgs(
                    versions="SMB3.1.1;",
                    authentication_methods="Kerberos;",
                    kerberos_ticket_encryption="AES-256;",
                    channel_encryption="AES-256-GCM;",
                )
            ),
            opts=self.child(),
        )
        share_logs = send_logs(f"{name}-shares-logs", shares, args["workspace_id"], self.child())
        lock(
            self,
            f"{name}-lock",
            account,
            [*blobs, shares, share_logs],
            "It holds the notebooks and results of analysts.",
        )
        private_links(self, f"{name}-storage", args, account, _STORAGE)
        return account

    def _workspace(
        self, name: str, args: DataAnalyticsArgs, workspace_name: str, account: storage.StorageAccount
    ) -> pulumi.CustomResource:
        inputs: Mapping[str, Any] = {
            "workspaceName": workspace_name,
            "friendlyName": workspace_name,
            "resourceGroupName": args["resource_group_name"],
            "location": args["location"],
            "identity": {"type": "SystemAssigned"},
            "sku": {"name": "Basic", "tier": "Basic"},
            "storageAccount": account.id,
            "keyVault": args["key_vault_id"],
            "systemDatastoresAuthMode": "Identity",
            "hbiWorkspace": True,
            "v1LegacyMode": False,
            "publicNetworkAccess": "Disabled",
            "provisionNetworkNow": True,
            "managedNetwork": {
                "isolationMode": "AllowOnlyApprovedOutbound",
                "outboundRules": {
                    "lake": {
                        "type": "PrivateEndpoint",
                        "category": "UserDefined",
                        "destination": {
                            "serviceResourceId": args["lake_id"],
                            "subresourceTarget": "dfs",
                            "sparkEnabled": True,
                        },
                    }
                },
            },
            "tags": naming.tags(args["label"]),
        }
        return untyped("machinelearningservices:Workspace", f"{name}-workspace", inputs, self.child())

    def _cluster(self, name: str, args: DataAnalyticsArgs, units: int) -> streamanalytics.Cluster:
        cluster_name = naming.name("stream_analytics_cluster", args["workload"], args["label"], args["location"])
        cluster = streamanalytics.Cluster(
            f"{name}-cluster",
            cluster_name=cluster_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=streamanalytics.ClusterSkuArgs(name="Default", capacity=units),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        for short, group, target in (
            ("event-hubs", "namespace", args["event_hubs_id"]),
            ("lake", "dfs", args["lake_id"]),
        ):
            streamanalytics.PrivateEndpoint(
                f"{name}-cluster-{short}",
                private_endpoint_name=short,
                cluster_name=after(cluster_name, cluster),
                resource_group_name=args["resource_group_name"],
                manual_private_link_service_connections=[
                    streamanalytics.PrivateLinkServiceConnectionArgs(group_ids=[group], private_link_service_id=target)
                ],
                opts=self.child(),
            )
        return cluster
