"""The storage location and schedules of a cluster's backups."""

import re
from collections.abc import Iterator
from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes.namespaces import platform_namespace
from bluelamp.modules.kubernetes.owned import custom, identified_account, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_API = "velero.io/v1"
_ACCOUNT = "velero-azure"
_CRON = re.compile(r"@(hourly|daily|weekly|monthly)|\S+( \S+){4}")


class BackupSchedule(TypedDict):
    """Time and retention of a backup."""

    name: str
    """The schedule's name, such as `daily`."""
    cron: str
    """Cron expression in UTC: `15 1 * * *`."""
    retention_days: int
    """Retention in days; at least the container's immutability period."""
    namespaces: NotRequired[list[str]]
    """The included namespaces; all by default."""
    volumes: NotRequired[bool]
    """Whether volume data is included; true by default."""


_SCHEDULES: list[BackupSchedule] = [
    {"name": "daily", "cron": "15 1 * * *", "retention_days": 35},
    {"name": "weekly", "cron": "45 2 * * 0", "retention_days": 180},
]


class ClusterBackupArgs(LabelledArgs):
    """Arguments of a cluster's backups."""

    cluster: str
    """The cluster's name, which is the prefix of its backups in the container."""
    storage_account_name: pulumi.Input[str]
    """The storage account of the container."""
    container_name: pulumi.Input[str]
    """The blob container, which must have an immutability policy."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the storage account."""
    subscription_id: pulumi.Input[str]
    """The subscription of the storage account."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the identity."""
    client_id: pulumi.Input[str]
    """The client id of the identity with the role Storage Blob Data Contributor on the container, federated with
    `subject`."""
    immutable_days: int
    """The container's immutability period in days."""
    schedules: NotRequired[list[BackupSchedule]]
    """The schedules; by default daily, kept 35 days, and weekly, kept 180 days."""
    namespace: NotRequired[str]
    """Namespace of Velero; `velero` by default."""
    create_namespace: NotRequired[bool]
    """Whether to create the namespace; true by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the backup location; false by default."""


class ClusterBackup(Component):
    """A backup location in an immutable container, and schedules."""

    location_name: pulumi.Output[str]
    """The backup location's name, for restores."""
    subject: pulumi.Output[str]
    """The subject of the service account's tokens, for the identity's federated credential."""

    def __init__(self, name: str, args: ClusterBackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        schedules = args.get("schedules", _SCHEDULES)
        wrong = list(_problems(schedules, args["immutable_days"]))
        if wrong:
            raise ValueError(f"ClusterBackup {name!r}: " + "; ".join(wrong))
        label, own = args["label"], args.get("namespace", "velero")
        namespace = platform_namespace(self, name, label, own, create=args.get("create_namespace", True))
        account = identified_account(
            self, f"{name}-account", metadata(label, _ACCOUNT, namespace), args["client_id"], args["tenant_id"]
        )
        self.subject = named(f"system:serviceaccount:{own}:{_ACCOUNT}", account)
        location = custom(
            f"{name}-location",
            f"{_API} BackupStorageLocation",
            metadata(label, "azure", namespace),
            {
                "provider": "azure",
                "default": True,
                "accessMode": "ReadWrite",
                "objectStorage": {"bucket": args["container_name"], "prefix": args["cluster"]},
                "config": {
                    "subscriptionId": args["subscription_id"],
                    "resourceGroup": args["resource_group_name"],
                    "storageAccount": args["storage_account_name"],
                    # Entra ID authentication, not the account key, which would give access to the whole account.
                    "useAAD": "true",
                },
                "backupSyncPeriod": "10m0s",
                "validationFrequency": "1m0s",
            },
            self.child(protect=args.get("protect", False)),
        )
        self.location_name = named("azure", location)
        for schedule in schedules:
            volumes = schedule.get("volumes", True)
            custom(
                f"{name}-{schedule['name']}",
                f"{_API} Schedule",
                metadata(label, schedule["name"], namespace),
                {
                    "schedule": schedule["cron"],
                    "skipImmediately": False,
                    "template": {
                        "storageLocation": self.location_name,
                        "ttl": f"{schedule['retention_days'] * 24}h0m0s",
                        "includedNamespaces": schedule.get("namespaces", ["*"]),
                        "snapshotVolumes": volumes,
                        "snapshotMoveData": volumes,
                    },
                },
                self.child(),
            )
        self.finish()


def _problems(schedules: list[BackupSchedule], immutable_days: int) -> Iterator[str]:
    if immutable_days < 1:
        yield f"immutable_days is {immutable_days}; use 1 or more, as the container's policy says"
    names = [schedule["name"] for schedule in schedules]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"there are two schedules named {name!r}; give each its own name"
    if not schedules:
        yield "schedules is empty; name one, or leave it out for daily and weekly"
    for schedule in schedules:
        where, days = f"schedule {schedule['name']!r}", schedule["retention_days"]
        if days < immutable_days:
            yield f"{where}: retention_days is {days}, but the container keeps every blob for {immutable_days} days"
        if not _CRON.fullmatch(schedule["cron"]):
            yield f"{where}: cron is {schedule['cron']!r}; use five fields such as '15 1 * * *'"
