"""A Data Lake Storage account with file systems for raw, curated and published data."""

from collections.abc import Mapping
from typing import Final, NotRequired

import pulumi
from pulumi_azure_native import monitor, storage

from bluelamp.modules import naming
from bluelamp.modules.azure import private_storage
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.azure.private_link import BLOB_ZONE, DFS_ZONE, private_links
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component, after
from bluelamp.modules.data.lake.lifecycle import lifecycle, problems
from bluelamp.modules.shared_arguments import LabelledArgs

LANDING: Final = "landing"
"""The file system for raw data."""

FILE_SYSTEMS: Final = (LANDING, "curated", "published")
"""The file systems of every lake, in the order of processing."""


class DataLakeArgs(LabelledArgs):
    """Arguments of a lake."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; the data is replicated to the other one."""
    workload: str
    """The purpose, such as `lake`; part of every name."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the lake."""
    subnet_id: pulumi.Input[str]
    """The private endpoint subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the access logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to new private DNS zones, keyed by a short name; not used for existing zones."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Existing private DNS zones by name (`PrivateDns.zone_ids`); by default those of blob and dfs are created."""
    file_systems: NotRequired[list[str]]
    """File systems besides `landing`, `curated` and `published`, such as one for workspace files."""
    landing_immutable_days: NotRequired[int]
    """The immutability period of `landing` in days, 1 to 146,000; 90 by default."""
    retention: NotRequired[dict[str, int]]
    """Retention in days after the last change, by file system (`landing`) or directory
    (`published/single-view`). Data in other paths is not deleted."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the account; false by default."""


class DataLake(Component):
    """Data Lake Storage Gen2: private endpoints, no shared key access, an immutable landing file system, access
    logs."""

    id: pulumi.Output[str]
    """The storage account's ARM id."""
    name: pulumi.Output[str]
    """The account's name, known before it exists."""
    resource_group_name: pulumi.Output[str]
    """The name of the lake's resource group."""
    endpoint: pulumi.Output[str]
    """The lake's endpoint, `https://….dfs.core.windows.net`, known before it exists."""
    file_system_names: pulumi.Output[list[str]]
    """The names of the file systems: `landing`, `curated`, `published`, and additional ones."""
    file_system_ids: pulumi.Output[dict[str, str]]
    """The file systems' ARM ids by name, for role assignments."""

    def __init__(self, name: str, args: DataLakeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        names = [*FILE_SYSTEMS, *args.get("file_systems", [])]
        days = args.get("landing_immutable_days", 90)
        retention = args.get("retention", {})
        if wrong := problems(names, {LANDING: days}, retention):
            raise ValueError(f"DataLake {name!r}: " + "; ".join(wrong))
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = private_storage.account(self, name, args, account_name, access_tier="Hot", is_hns_enabled=True)
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        inside: list[pulumi.Resource] = [*self._blob_service(name, here, args["workspace_id"])]
        inside.append(private_storage.account_metrics(self, name, account, args["workspace_id"]))
        made = {each: self._file_system(name, here, each, inside[0]) for each in names}
        inside += made.values()
        inside.append(self._immutable_landing(name, here, made[LANDING], days))
        if retention:
            inside.append(lifecycle(self, name, here, retention))
        private_links(self, name, args, account, {"dfs": [DFS_ZONE], "blob": [BLOB_ZONE]})
        self.id = account.id
        # Dependants wait until the file systems and the immutability policy exist.
        self.name = after(account_name, account, *inside)
        self.resource_group_name = pulumi.Output.from_input(args["resource_group_name"])
        self.endpoint = after(f"https://{account_name}.dfs.core.windows.net", account)
        self.file_system_names = after(names, *made.values())
        self.file_system_ids = pulumi.Output.all(**{each: container.id for each, container in made.items()})
        self.finish()

    def _blob_service(
        self, name: str, here: Mapping[str, pulumi.Input[str]], workspace_id: pulumi.Input[str]
    ) -> tuple[storage.BlobServiceProperties, monitor.DiagnosticSetting]:
        """Soft delete and access logs. Azure does not support versioning in a lake."""
        blobs = storage.BlobServiceProperties(
            f"{name}-blobs",
            blob_services_name="default",
            **here,
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            opts=self.child(),
        )
        return blobs, send_logs(f"{name}-blobs-logs", blobs, workspace_id, self.child())

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
        """The immutability policy of the container: a hierarchical namespace has no version-level policy.

        Data Lake clients create a file, append to it and flush it, so appends are allowed.
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
