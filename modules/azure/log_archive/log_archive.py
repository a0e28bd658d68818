"""An immutable storage account for logs."""

from typing import NotRequired

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.azure import immutable_storage, private_storage
from bluelamp.modules.azure.lock import lock
from bluelamp.modules.azure.log_archive.lifecycle import lifecycle
from bluelamp.modules.azure.private_link import BLOB_ZONE, private_link
from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_ACTIVITY = "insights-activity-logs"  # where Azure Monitor writes a subscription's activity log
_SHORTEST = 90  # days


class LogArchiveArgs(LabelledArgs):
    """Arguments of an archive."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; the data is replicated to the other one."""
    workload: str
    """The purpose of the archive, such as `logs`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the archive."""
    subnet_id: pulumi.Input[str]
    """The subnet for the private endpoint."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the archive's own logs."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Networks to link to the archive's private DNS zone, keyed by a short name; not used with `private_zone_id`."""
    private_zone_id: NotRequired[pulumi.Input[str]]
    """An existing private DNS zone `privatelink.blob.core.windows.net`; one is created by default."""
    retention_days: NotRequired[int]
    """The immutability period in days, 90 to 146,000; 730 by default."""
    lock: NotRequired[str]
    """`Unlocked`, or `Locked`, which is irreversible and allows only a longer retention; `Unlocked` by default."""
    containers: NotRequired[dict[str, int]]
    """Further containers beside the activity log's, each with its retention in days."""
    delete_after_days: NotRequired[int]
    """Days after which a log is deleted, longer than every retention; by default 30 days after the longest."""
    key: NotRequired[EncryptionKey]
    """A customer-managed encryption key; a Microsoft-managed key by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the account; false by default."""


class LogArchive(Component):
    """An immutable archive: versioning, WORM, lifecycle, private endpoint, no shared keys, audit logs."""

    id: pulumi.Output[str]
    """The storage account's ARM id, for diagnostic settings."""
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
        # Logs are append blobs. Blocks that are already written cannot be changed.
        account = immutable_storage.account(self, name, args, account_name, days, appends=True)
        here: dict[str, pulumi.Input[str]] = {
            "account_name": after(account_name, account),
            "resource_group_name": args["resource_group_name"],
        }
        blobs = immutable_storage.blob_service(self, name, here, args["workspace_id"])
        metrics = private_storage.account_metrics(self, name, account, args["workspace_id"])
        ageing = lifecycle(self, name, here, deleted)
        both = {
            each: immutable_storage.container(self, name, here, each, kept, blobs, appends=True)
            for each, kept in containers.items()
        }
        made = {each: container for each, (container, _) in both.items()}
        inside = [*blobs, metrics, ageing, *(part for pair in both.values() for part in pair)]
        lock(self, f"{name}-lock", account, inside, "It holds the logs that the force must be able to show.")
        self.private_zone_id = private_link(self, name, args, account, "blob", BLOB_ZONE)
        self.id = account.id
        # Dependants wait until the immutability policies exist.
        self.name = after(account_name, account, *made.values())
        self.container_ids = pulumi.Output.all(**{each: container.id for each, container in made.items()})
        self.finish()


def _check(owner: str, containers: dict[str, int], deleted: int, lock: str) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = [
        f"{container} is kept for {days} days; allowed are {_SHORTEST} to {immutable_storage.LONGEST}"
        for container, days in containers.items()
        if not _SHORTEST <= days <= immutable_storage.LONGEST
    ]
    if deleted <= max(containers.values()):
        wrong.append(f"delete_after_days is {deleted}; the longest retention is {max(containers.values())} days")
    wrong += immutable_storage.wrong_lock(lock)
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
