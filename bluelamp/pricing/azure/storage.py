"""Storage accounts, disks and backups."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, count_at, known, list_at, text_at
from bluelamp.pricing.model import Charge, Kind

_SIZES: Final = ((32, "4"), (64, "6"), (128, "10"), (256, "15"), (512, "20"), (1024, "30"), (2048, "40"), (4096, "50"))
"""The maximum GiB of each managed disk size, and its number."""
_TIERS: Final = (51_200, 512_000)
"""GB at which the price tiers of data at rest in the hot tier end."""
_DISKS: Final = {"Premium": "p", "StandardSSD": "e", "Standard": "s"}
_BACKUP: Final = {"GeoRedundant": "grs", "ZoneRedundant": "zrs", "LocallyRedundant": "lrs"}
_MANAGEMENT: Final = "the account is charged by what it holds"


def account(resource: Resource, context: Context) -> Iterator[Charge]:
    """Storage accounts: data at rest by tier and redundancy, writes and reads.

    Data that lifecycle rules move to another tier is priced at the account's own tier.
    """
    name = text_at(resource, "sku.name", "Standard_LRS")
    level, _, redundancy = name.lower().partition("_")
    redundancy = redundancy.removeprefix("ra")
    if level == "premium":
        yield context.used(f"files-prem-{redundancy}", "Premium files", "fileCapacity", resource)
        return
    tier = text_at(resource, "accessTier", "Hot").lower()
    held = context.usage.of("storageCapacity", resource.name)
    what = f"Data at rest, {tier} {redundancy.upper()}"
    meter = f"blob-{tier}-{redundancy}"
    # Without further tiers in the snapshot, the first price applies to all data, so that costs are not too low.
    ends = [end for end in _TIERS if context.prices.find(f"{meter}-{end}") is not None]
    tiers = [meter, *(f"{meter}-{end}" for end in ends)]
    yield from context.tiered(
        zip(tiers, (*map(Decimal, ends), None), strict=True), what, held.value, Kind.USAGE, held.basis
    )
    for meter, what, key in (
        (f"blob-writes-{tier}-{redundancy}", "Writes", "storageWrites"),
        (f"blob-reads-{tier}", "Reads", "storageReads"),
    ):
        # Operations are a small part of the costs, so the account counts as priced without them.
        if context.prices.find(meter) is not None:
            yield context.used(meter, what, key, resource)


def disk(resource: Resource, context: Context) -> Iterator[Charge]:
    """Managed disks: by the month, for the smallest size that fits."""
    yield from disk_charge(context, text_at(resource, "sku.name"), count_at(resource, "diskSizeGB", 0), 1)


def disk_charge(context: Context, sku: str, size: int, count: int) -> Iterator[Charge]:
    """The charge for `count` disks of a SKU such as `Premium_LRS` and of `size` GiB; 128 GiB if `size` is 0."""
    level, _, redundancy = sku.partition("_")
    size = size or 128
    number = next((number for largest, number in _SIZES if size <= largest), "")
    meter = f"disk-{_DISKS.get(level, level.lower())}{number}-{redundancy.lower()}"
    yield context.fixed(meter, f"Managed disk {sku} up to {size} GiB", count)


def recovery_vault(resource: Resource, context: Context) -> Iterator[Charge]:
    """Recovery Services vaults: protected servers, and stored backups by redundancy."""
    instances = context.usage.of("backupInstances", resource.name)
    yield context.charge("backup-instance", "Protected servers", instances.value, Kind.USAGE, instances.basis)
    redundancy = text_at(resource, "properties.redundancySettings.standardTierStorageRedundancy", "GeoRedundant")
    yield context.used(
        f"backup-{_BACKUP.get(redundancy, redundancy.lower())}", "Backups held", "backupStorage", resource
    )


def backup_vault(resource: Resource, context: Context) -> Iterator[Charge]:
    """Backup vaults: stored backups by redundancy."""
    settings = list_at(resource, "properties.storageSettings")
    first = settings[0] if settings and isinstance(settings[0], Mapping) else {}
    redundancy = str(known(first.get("type", "GeoRedundant"), "properties.storageSettings"))
    yield context.used(
        f"backup-{_BACKUP.get(redundancy, redundancy.lower())}", "Backups held", "backupStorage", resource
    )


PRICED: Final[Mapping[str, Pricing]] = {
    "storage:StorageAccount": account,
    "compute:Disk": disk,
    "recoveryservices:Vault": recovery_vault,
    "dataprotection:BackupVault": backup_vault,
}
FREE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "storage:BlobContainer",
            "storage:BlobContainerImmutabilityPolicy",
            "storage:BlobServiceProperties",
            "storage:FileServiceProperties",
            "storage:FileShare",
            "storage:ManagementPolicy",
            "storage:LocalUser",
        ),
        _MANAGEMENT,
    ),
    **dict.fromkeys(
        (
            "recoveryservices:ProtectionPolicy",
            "recoveryservices:ResourceGuardProxy",
            "dataprotection:BackupPolicy",
            "dataprotection:BackupInstance",
            "dataprotection:DppResourceGuardProxy",
            "dataprotection:ResourceGuard",
        ),
        "the vault is charged",
    ),
    "compute:DiskEncryptionSet": "the key and its vault are charged",
}
