"""A Data Lake Storage account: file systems for what comes in, what is prepared and what is published."""

from collections.abc import Mapping
from typing import Final, NotRequired

import pulumi
from pulumi_azure_native import monitor, storage

from bluelamp.modules import naming
from bluelamp.modules.azure import closed_storage
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import BLOB_ZONE, DFS_ZONE, private_links
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component, after
from bluelamp.modules.data.lake.lifecycle import lifecycle, problems
from bluelamp.modules.shared_arguments import LabelledArgs

LANDING: Final = "landing"
"""The file system for data as a source delivered it."""

FILE_SYSTEMS: Final = (LANDING, "curated", "published")
"""Every lake has these, in the order in which data passes through them."""


class DataLakeArgs(LabelledArgs):
    """Arguments of a lake."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; a copy is kept in the other one."""
    workload: str
    """What it is for, such as `lake`; in every name."""
    resource_group_name: pulumi.Input[str]
    """The resource group to put it in."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoints."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the log of every access."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks that resolve the private names, keyed by a short name; not used for zones that exist."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Private DNS zones that exist, by name (`PrivateDns.zone_ids`); those of blob and dfs are made by default."""
    file_systems: NotRequired[list[str]]
    """File systems beside `landing`, `curated` and `published`, such as one for a workspace's own files."""
    landing_immutable_days: NotRequired[int]
    """Days for which what has landed cannot be changed or deleted, 1 to 146,000; 90 by default."""
    retention: NotRequired[dict[str, int]]
    """Days after its last change at which data is deleted, by file system (`landing`) or directory in one
    (`published/single-view`); what no path covers is kept."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the account; false by default."""


class DataLake(Component):
    """Data Lake Storage Gen2: private endpoints, no shared key, an immutable landing zone, every access logged."""

    id: pulumi.Output[str]
    """The storage account's ARM id."""
    name: pulumi.Output[str]
    """The account's name, known before it exists."""
    resource_group_name: pulumi.Output[str]
    """The name of its resource group."""
    endpoint: pulumi.Output[str]
    """Where the file systems answer, `https://….dfs.core.windows.net`, known before it exists."""
    file_system_names: pulumi.Output[list[str]]
    """The file systems: `landing`, `curated`, `published`, and those that were asked for."""
    file_system_ids: pulumi.Output[dict[str, str]]
    """The file systems' ARM ids by name, at which roles are given."""

    def __init__(self, name: str, args: DataLakeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        names = [*FILE_SYSTEMS, *args.get("file_systems", [])]
        days = args.get("landing_immutable_days", 90)
        retention = args.get("retention", {})
        if wrong := problems(names, {LANDING: days}, retention):
            raise ValueError(f"DataLake {name!r}: " + "; ".join(wrong))
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = closed_storage.account(self, name, args, account_name, access_tier="Hot", is_hns_enabled=True)
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        inside: list[pulumi.Resource] = [*self._blob_service(name, here, args["workspace_id"])]
        inside.append(self._metrics(name, account, args["workspace_id"]))
        made = {each: self._file_system(name, here, each, inside[0]) for each in names}
        inside += made.values()
        inside.append(self._immutable_landing(name, here, made[LANDING], days))
        if retention:
            inside.append(lifecycle(self, name, here, retention))
        private_links(self, name, args, account, {"dfs": [DFS_ZONE], "blob": [BLOB_ZONE]})
        self.id = account.id
        # Whoever writes to the lake waits until its file systems are there and what lands cannot be changed.
        self.name = after(account_name, account, *inside)
        self.resource_group_name = pulumi.Output.from_input(args["resource_group_name"])
        self.endpoint = after(f"https://{account_name}.dfs.core.windows.net", account)
        self.file_system_names = after(names, *made.values())
        self.file_system_ids = pulumi.Output.all(**{each: container.id for each, container in made.items()})
        self.finish()

    def _blob_service(
        self, name: str, here: Mapping[str, pulumi.Input[str]], workspace_id: pulumi.Input[str]
    ) -> tuple[storage.BlobServiceProperties, monitor.DiagnosticSetting]:
        """Recovery of what is deleted, and the log of every access; Azure keeps no versions in a lake."""
        blobs = storage.BlobServiceProperties(
            f"{name}-blobs",
            blob_services_name="default",
            **here,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            opts=self.child(),
        )
        return blobs, send_logs(f"{name}-blobs-logs", blobs, workspace_id, self.child())

    def _metrics(
        self, name: str, account: pulumi.CustomResource, workspace_id: pulumi.Input[str]
    ) -> monitor.DiagnosticSetting:
        return monitor.DiagnosticSetting(
            f"{name}-account-metrics",
            name="metrics-to-workspace",
            resource_uri=account.id,
            workspace_id=workspace_id,
            metrics=[monitor.DiagnosticsMetricSettingsArgs(category="Transaction", enabled=True)],
            opts=self.child(),
        )

    def _file_system(
        self, name: str, here: Mapping[str, pulumi.Input[str]], file_system: str, blobs: pulumi.Resource
    ) -> storage.BlobContainer:
        return storage.BlobContainer(
            f"{name}-{file_system}",
            container_name=file_system,
            **here,
            public_access="None",
            opts=self.child(depends_on=[blobs]),
        )

    def _immutable_landing(
        self, name: str, here: Mapping[str, pulumi.Input[str]], landing: storage.BlobContainer, days: int
    ) -> storage.BlobContainerImmutabilityPolicy:
        """A policy on the container: a hierarchical namespace takes none on versions.

        Clients of a lake create a file, append to it and flush it, so a file may still grow at its end.
        """
        return storage.BlobContainerImmutabilityPolicy(
            f"{name}-{LANDING}-immutability",
            immutability_policy_name="default",
            container_name=after(LANDING, landing),
            **here,
            immutability_period_since_creation_in_days=days,
            allow_protected_append_writes_all=True,
            opts=self.child(),
        )
