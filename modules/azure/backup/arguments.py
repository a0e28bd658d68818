"""Arguments of the backup vaults and policies, and their checks."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_LIMITS = {"daily_days": (7, 9999), "weekly_weeks": (4, 5163), "monthly_months": (1, 1188), "yearly_years": (0, 99)}
_CHOICES = {"immutability": ("Unlocked", "Locked"), "redundancy": ("GeoRedundant", "ZoneRedundant", "LocallyRedundant")}
_SOFT_DELETE_DAYS = (14, 180)


class BackupRetention(TypedDict):
    """Retention of backups. The retention that the law requires for the records themselves is a separate matter."""

    daily_days: NotRequired[int]
    """Retention of daily backups in days, at least 7; 30 by default."""
    weekly_weeks: NotRequired[int]
    """Retention of Sunday backups in weeks, at least 4; 12 by default."""
    monthly_months: NotRequired[int]
    """Retention in months of the backup of each month's first Sunday; 12 by default."""
    yearly_years: NotRequired[int]
    """Retention in years of the backup of each January's first Sunday; none by default or with 0."""


class BackupEncryption(TypedDict):
    """A customer-managed key for the vaults, instead of a Microsoft-managed key."""

    key_uri: pulumi.Input[str]
    """The key URI, `https://….vault.azure.net/keys/…`, without a version, so that rotation takes effect."""
    identity_id: pulumi.Input[str]
    """The user-assigned identity that may wrap and unwrap with the key."""


class BackupArgs(ResourceGroupScopedArgs):
    """Arguments of the backup vaults and policies."""

    workload: str
    """The workload that is backed up, such as `records`."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the vaults' logs."""
    retention: NotRequired[BackupRetention]
    """Retention of backups."""
    immutability: NotRequired[str]
    """`Unlocked` (retention cannot be shortened, but the setting can be reverted) or `Locked` (irreversible);
    `Unlocked` by default."""
    redundancy: NotRequired[str]
    """`GeoRedundant` (a copy in the other UK region), `ZoneRedundant` or `LocallyRedundant`; `GeoRedundant` by
    default. It cannot be changed once an item is protected."""
    soft_delete_days: NotRequired[int]
    """Soft delete retention in days, 14 to 180; 30 by default."""
    encryption: NotRequired[BackupEncryption]
    """A customer-managed key; a Microsoft-managed key by default."""
    subnet_id: NotRequired[pulumi.Input[str]]
    """The subnet of the Recovery Services vault's private endpoint, which in-guest agents need; no endpoint by
    default. It must exist before the first backup."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Private DNS zone ids by zone name; the backup, blob and queue zones are used."""
    resource_guard_id: NotRequired[pulumi.Input[str]]
    """A `ResourceGuard` of the same region, for multi-user authorisation of changes to the vaults; none by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the vaults; false by default."""


def problems(args: BackupArgs) -> list[str]:
    """Every setting that Azure would reject or that makes retention too short."""
    found = []
    for key, allowed in _CHOICES.items():
        value = args.get(key)
        if value is not None and value not in allowed:
            found.append(f"{key} is {value!r}; use {', '.join(allowed)}")
    if args.get("redundancy") == "ZoneRedundant" and not naming.region(args["location"]).zones:
        found.append(f"redundancy is 'ZoneRedundant' and {args['location']} has no zones; use GeoRedundant")
    retention: dict[str, int] = {**args.get("retention", {})}  # type: ignore[dict-item]  # every value is a number
    limits = {f"retention.{key}": (value, _LIMITS[key]) for key, value in retention.items()}
    if "soft_delete_days" in args:
        limits["soft_delete_days"] = (args["soft_delete_days"], _SOFT_DELETE_DAYS)
    found += [
        f"{key} is {value}; use {low} to {high}"
        for key, (value, (low, high)) in limits.items()
        if not low <= value <= high
    ]
    return found
