"""A storage account that keeps logs unchanged for as long as they must be kept."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import monitor, storage

from modules import naming
from modules.azure.log_analytics import send_logs
from modules.azure.log_archive.encryption import EncryptionKey, encryption, identity
from modules.azure.log_archive.lifecycle import lifecycle
from modules.azure.private_link import private_link
from modules.component import Component, after

_ZONE = "privatelink.blob.core.windows.net"
_ACTIVITY = "insights-activity-logs"  # where Azure Monitor writes a subscription's activity log
_SHORTEST, _LONGEST = 90, 146_000  # days; ours and Azure's
_STATES = ("Unlocked", "Locked")


class LogArchiveArgs(TypedDict):
    """What an archive needs."""

    label: naming.Label
    """Whose it is; names and tags follow from it."""
    location: str
    """The Azure region, `uksouth` or `ukwest`; a copy is kept in the other one."""
    workload: str
    """What is archived, such as `logs`."""
    resource_group_name: pulumi.Input[str]
    """The resource group to put it in."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that takes the archive's own logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks that resolve the archive's private name, by a short name for each; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.blob.core.windows.net`; one is made when left out."""
    retention_days: NotRequired[int]
    """Days for which nothing can be changed or deleted, 90 to 146,000; 730 when left out."""
    lock: NotRequired[str]
    """`Unlocked`, or `Locked`, which can never be undone and lets the retention only grow; `Unlocked` when left out."""
    containers: NotRequired[dict[str, int]]
    """Containers of its own beside the activity log's, each with its days of retention."""
    delete_after_days: NotRequired[int]
    """Days after which a log is deleted, longer than every retention; 30 days after the longest when left out."""
    key: NotRequired[EncryptionKey]
    """A key of the force's own to encrypt with; Microsoft's when left out."""
    protect: NotRequired[bool]
    """Whether the engine refuses to delete the account; false when left out."""


class LogArchive(Component):
    """An immutable archive: versions, immutability, lifecycle, private endpoint, no shared key, every access logged."""

    id: pulumi.Output[str]
    """The storage account's ARM id, which diagnostic settings want."""
    name: pulumi.Output[str]
    """The account's name, known before it exists."""
    container_ids: pulumi.Output[dict[str, str]]
    """The containers' ARM ids by name."""
    private_zone_id: pulumi.Output[str]
    """The private DNS zone, to share with other accounts."""

    def __init__(self, name: str, args: LogArchiveArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        days = args.get("retention_days", 730)
        containers = {_ACTIVITY: days, **args.get("containers", {})}
        deleted = args.get("delete_after_days", max(containers.values()) + 30)
        _check(f"LogArchive {name!r}", containers, deleted, args.get("lock", "Unlocked"))
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = self._account(name, args, account_name, days)
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        blobs = self._blobs(name, args, account, here)
        lifecycle(self, name, here, deleted)
        made = {each: self._container(name, here, each, kept, blobs) for each, kept in containers.items()}
        self.private_zone_id = private_link(self, name, args, account, "blob", _ZONE)
        self.id = account.id
        # Whoever writes to the account waits until what is written cannot be changed.
        self.name = after(account_name, account, *made.values())
        self.container_ids = pulumi.Output.all(**{each: container.id for each, container in made.items()})
        self.finish()

    def _account(self, name: str, args: LogArchiveArgs, account_name: str, days: int) -> storage.StorageAccount:
        zonal = bool(naming.region(args["location"]).zones)
        key = args.get("key")
        return storage.StorageAccount(
            f"{name}-account",
            account_name=account_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            kind="StorageV2",
            sku=storage.SkuArgs(name="Standard_GZRS" if zonal else "Standard_GRS"),
            access_tier="Cool",
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
            immutable_storage_with_versioning=storage.ImmutableStorageAccountArgs(
                enabled=True,
                immutability_policy=storage.AccountImmutabilityPolicyPropertiesArgs(
                    state=args.get("lock", "Unlocked"),
                    immutability_period_since_creation_in_days=days,
                    # Logs are appended to; what has been written cannot be changed all the same.
                    allow_protected_append_writes=True,
                ),
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )

    def _blobs(
        self, name: str, args: LogArchiveArgs, account: storage.StorageAccount, here: dict[str, pulumi.Input[str]]
    ) -> storage.BlobServiceProperties:
        """Versions and recovery of what is deleted, and the log of every access."""
        blobs = storage.BlobServiceProperties(
            f"{name}-blobs",
            blob_services_name="default",
            **here,
            is_versioning_enabled=True,
            change_feed=storage.ChangeFeedArgs(enabled=True),
            delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            container_delete_retention_policy=storage.DeleteRetentionPolicyArgs(enabled=True, days=30),
            opts=self.child(),
        )
        send_logs(f"{name}-blobs-logs", blobs, args["workspace_id"], self.child())
        monitor.DiagnosticSetting(
            f"{name}-account-metrics",
            name="metrics-to-workspace",
            resource_uri=account.id,
            workspace_id=args["workspace_id"],
            metrics=[monitor.DiagnosticsMetricSettingsArgs(category="Transaction", enabled=True)],
            opts=self.child(),
        )
        return blobs

    def _container(
        self, name: str, here: dict[str, pulumi.Input[str]], container_name: str, days: int, blobs: pulumi.Resource
    ) -> storage.BlobContainer:
        container = storage.BlobContainer(
            f"{name}-{container_name}",
            container_name=container_name,
            **here,
            public_access="None",
            immutable_storage_with_versioning=storage.ImmutableStorageWithVersioningArgs(enabled=True),
            opts=self.child(depends_on=[blobs]),
        )
        storage.BlobContainerImmutabilityPolicy(
            f"{name}-{container_name}-immutability",
            immutability_policy_name="default",
            container_name=after(container_name, container),
            **here,
            immutability_period_since_creation_in_days=days,
            allow_protected_append_writes=True,
            opts=self.child(),
        )
        return container


def _check(owner: str, containers: dict[str, int], deleted: int, lock: str) -> None:
    """Raises `ValueError` with everything that is wrong."""
    wrong = [
        f"{container} is kept for {days} days; allowed are {_SHORTEST} to {_LONGEST}"
        for container, days in containers.items()
        if not _SHORTEST <= days <= _LONGEST
    ]
    if deleted <= max(containers.values()):
        wrong.append(f"delete_after_days is {deleted}; the longest retention is {max(containers.values())} days")
    if lock not in _STATES:
        wrong.append(f"lock is {lock!r}; allowed are {' and '.join(_STATES)}")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
