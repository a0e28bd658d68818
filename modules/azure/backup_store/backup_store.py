"""A storage account with an immutable container for each cluster."""

from typing import NotRequired

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.azure import immutable_storage
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_link
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs


class BackupStoreArgs(LabelledArgs):
    """Arguments of a store for backups."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; the data is replicated to the other one."""
    workload: str
    """The purpose, such as `backups`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the store."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the store's own logs."""
    containers: list[str]
    """The names of the containers, such as one for each cluster."""
    immutable_days: NotRequired[int]
    """The immutability period in days, 1 to 146,000; 30 by default."""
    lock: NotRequired[str]
    """`Unlocked`, or `Locked`, which is irreversible and allows only a longer period; `Unlocked` by default."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks that resolve the store's private name, keyed by a short name; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.blob.core.windows.net`; one is created by default."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the account; false by default."""


class BackupStore(Component):
    """An account with versioning and immutable containers: private endpoint, no shared key access, access logs."""

    id: pulumi.Output[str]
    """The storage account's ARM id."""
    name: pulumi.Output[str]
    """The account's name, known before it exists. It depends on the containers' immutability policies."""
    container_ids: pulumi.Output[dict[str, str]]
    """The containers' ARM ids by name, for role assignments."""

    def __init__(self, name: str, args: BackupStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        days = args.get("immutable_days", 30)
        _check(f"BackupStore {name!r}", args["containers"], days, args.get("lock", "Unlocked"))
        account_name = naming.name("storage_account", args["workload"], args["label"], args["location"])
        account = immutable_storage.account(self, name, args, account_name, days, appends=False)
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        blobs = immutable_storage.blob_service(self, name, here, args["workspace_id"])
        private_link(self, name, args, account, "blob", BLOB_ZONE)
        made = {
            container: immutable_storage.container(self, name, here, container, days, blobs, appends=False)
            for container in args["containers"]
        }
        inside = [*blobs, *(part for pair in made.values() for part in pair)]
        lock(self, f"{name}-lock", account, inside, "It holds backups.")
        self.id = account.id
        self.name = after(account_name, account, *(policy for _, policy in made.values()))
        self.container_ids = pulumi.Output.all(**{key: container.id for key, (container, _) in made.items()})
        self.finish()


def _check(owner: str, containers: list[str], days: int, lock: str) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = []
    if not containers:
        wrong.append("containers is empty; name at least one")
    if not 1 <= days <= immutable_storage.LONGEST:
        wrong.append(f"immutable_days is {days}; allowed are 1 to {immutable_storage.LONGEST}")
    wrong += immutable_storage.wrong_lock(lock)
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
