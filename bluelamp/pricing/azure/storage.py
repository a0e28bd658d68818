"""Storage accounts, disks and backups."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, count_at, known, list_at, text_at
from bluelamp.pricing.model import Charge, Kind

_SIZES: Final = ((32, "4"), (64, "6"), (128, "10"), (256, "15"), (512, "20"), (1024, "30"), (2048, "40"), (4096, "50"))
"""The largest GiB of each size of a managed disk, and its number."""
_TIERS: Final = (51_200, 512_000)
"""GB at which data at rest in the hot tier becomes cheaper."""
_DISKS: Final = {"Premium": "p", "StandardSSD": "e", "Standard": "s"}
_BACKUP: Final = {"GeoRedundant": "grs", "ZoneRedundant": "zrs", "LocallyRedundant": "lrs"}
_MANAGEMENT: Final = "the account is charged by what it holds"


def account(resource: Resource, context: Context) -> Iterator[Charge]:
    """Storage accounts: data at rest by tier and redundancy, writes and reads.

    Data that a lifecycle rule moves to another tier is priced at the account's own tier.
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
    # Further tiers count where the snapshot has them; otherwise the first price applies, which is never too low.
    ends = [end for end in _TIERS if context.prices.find(f"{meter}-{end}") is not None]
    tiers = [meter, *(f"{meter}-{end}" for end in ends)]
    yield from context.tiered(
        zip(tiers, (*map(Decimal, ends), None), strict=True), what, held.value, Kind.USAGE, held.basis
    )
    for meter, what, key in (
        (f"blob-writes-{tier}-{redundancy}", "Writes", "storageWrites"),
        (f"blob-reads-{tier}", "Reads", "storageReads"),
    ):
        # Operations cost little beside what is held: without a price they do not make the account unpriced.
        if context.prices.find(meter) is not None:
            yield context.used(meter, what, key, resource)


def disk(resource: Resource, context: Context) -> Iterator[Charge]:
    """Managed disks: the month of the smallest size that holds the disk."""
    yield from disk_charge(context, text_at(resource, "sku.name"), count_at(resource, "diskSizeGB", 0), 1)


def disk_charge(context: Context, sku: str, size: int, count: int) -> Iterator[Charge]:
    """The charge for `count` disks of a SKU such as `Premium_LRS` and of `size` GiB; 128 where it is not said."""
    level, _, redundancy = sku.partition("_")
    size = size or 128
    number = next((number for largest, number in _SIZES if size <= largest), "")
    meter = f"disk-{_DISKS.get(level, level.lower())}{number}-{redundancy.lower()}"
    yield context.fixed(meter, f"Managed disk {sku} up to {size} GiB", count)


def recovery_vault(resource: Resource, context: Context) -> Iterator[Charge]:
    """Recovery Services vaults: protected servers, and what is held by redundancy."""
    instances = context.usage.of("backupInstances", resource.name)
    yield context.charge("backup-instance", "Protected servers", instances.value, Kind.USAGE, instances.basis)
    said = text_at(resource, "properties.redundancySettings.standardTierStorageRedundancy", "GeoRedundant")
    yield context.used(f"backup-{_BACKUP.get(said, said.lower())}", "Backups held", "backupStorage", resource)


def backup_vault(resource: Resource, context: Context) -> Iterator[Charge]:
    """Backup vaults: what is held, by redundancy."""
    settings = list_at(resource, "properties.storageSettings")
    first = settings[0] if settings and isinstance(settings[0], Mapping) else {}
    said = str(known(first.get("type", "GeoRedundant"), "properties.storageSettings"))
    yield context.used(f"backup-{_BACKUP.get(said, said.lower())}", "Backups held", "backupStorage", resource)


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
