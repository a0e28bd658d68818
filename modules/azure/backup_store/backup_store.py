"""A storage account with an immutable container for each cluster."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import storage

from modules import naming
from modules.azure.log_analytics import send_logs
from modules.azure.log_archive.encryption import EncryptionKey, encryption, identity
from modules.azure.private_link import private_link
from modules.component import Component, after

_ZONE = "privatelink.blob.core.windows.net"
_LONGEST = 146_000  # days, Azure's
_STATES = ("Unlocked", "Locked")


class BackupStoreArgs(TypedDict):
    """What a store for backups needs."""

    label: naming.Label
    """Whose it is; names and tags follow from it."""
    location: str
    """The Azure region, `uksouth` or `ukwest`; a copy is kept in the other one."""
    workload: str
    """What is kept, such as `backups`."""
    resource_group_name: pulumi.Input[str]
    """The resource group to put it in."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that takes the store's own logs."""
    containers: list[str]
    """The containers, such as one for each cluster."""
    immutable_days: NotRequired[int]
    """Days for which nothing can be changed or deleted, 1 to 146,000; 30 when left out."""
    lock: NotRequired[str]
    """`Unlocked`, or `Locked`, which can never be undone and lets the days only grow; `Unlocked` when left out."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks that resolve the store's private name, by a short name for each; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.blob.core.windows.net`; one is made when left out."""
    key: NotRequired[EncryptionKey]
    """A key of the force's own to encrypt with; Microsoft's when left out."""
    protect: NotRequired[bool]
    """Whether the engine refuses to delete the account; false when left out."""


class BackupStore(Component):
    """An account with versions and immutable containers: private endpoint, no shared key, every access logged."""

    id: pulumi.Output[str]
    """The storage account's ARM id."""
    name: pulumi.Output[str]
    """The account's name, known before it exists. It waits for the containers' immutability."""
    container_ids: pulumi.Output[dict[str, str]]
    """The containers' ARM ids by name, at which roles are given."""

    def __init__(self, name: str, args: BackupStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        days = args.get("immutable_days", 30)
        _check(f"BackupStore {name!r}", args["containers"], days, args.get("lock", "Unlocked"))
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = self._account(name, args, account_name, days)
        here = {"account_name": after(account_name, account), "resource_group_name": args["resource_group_name"]}
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
        private_link(self, name, args, account, "blob", _ZONE)
        containers: dict[str, storage.BlobContainer] = {}
        policies: list[pulumi.Resource] = []
        for container in args["containers"]:
            containers[container] = storage.BlobContainer(
                f"{name}-{container}",
                container_name=container,
                **here,
                public_access="None",
                immutable_storage_with_versioning=storage.ImmutableStorageWithVersioningArgs(enabled=True),
                opts=self.child(depends_on=[blobs]),
            )
            policies.append(
                storage.BlobContainerImmutabilityPolicy(
                    f"{name}-{container}-immutability",
                    immutability_policy_name="default",
                    container_name=after(container, containers[container]),
                    **here,
                    immutability_period_since_creation_in_days=days,
                    allow_protected_append_writes=False,
                    opts=self.child(),
                )
            )
        self.id = account.id
        self.name = after(account_name, account, *policies)
        self.container_ids = pulumi.Output.all(**{key: made.id for key, made in containers.items()})
        self.finish()

    def _account(self, name: str, args: BackupStoreArgs, account_name: str, days: int) -> storage.StorageAccount:
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
                    allow_protected_append_writes=False,
                ),
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )


def _check(owner: str, containers: list[str], days: int, lock: str) -> None:
    """Raises `ValueError` with everything that is wrong."""
    wrong = []
    if not containers:
        wrong.append("containers is empty; name one at least")
    if not 1 <= days <= _LONGEST:
        wrong.append(f"immutable_days is {days}; allowed are 1 to {_LONGEST}")
    if lock not in _STATES:
        wrong.append(f"lock is {lock!r}; allowed are {' and '.join(_STATES)}")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
