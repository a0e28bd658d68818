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
    """What a store for backups needs."""

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
    """Raises `ValueError` with everything that is wrong."""
    wrong = []
    if not containers:
        wrong.append("containers is empty; name one at least")
    if not 1 <= days <= immutable_storage.LONGEST:
        wrong.append(f"immutable_days is {days}; allowed are 1 to {immutable_storage.LONGEST}")
    wrong += immutable_storage.wrong_lock(lock)
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
