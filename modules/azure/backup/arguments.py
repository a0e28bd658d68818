"""What backup is asked for, and what is wrong with it."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules import naming
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_LIMITS = {"daily_days": (7, 9999), "weekly_weeks": (4, 5163), "monthly_months": (1, 1188), "yearly_years": (0, 99)}
_CHOICES = {"immutability": ("Unlocked", "Locked"), "redundancy": ("GeoRedundant", "ZoneRedundant", "LocallyRedundant")}
_SOFT_DELETE_DAYS = (14, 180)


class BackupRetention(TypedDict):
    """How long backups are kept. What the law asks for the records themselves is a different question."""

    daily_days: NotRequired[int]
    """Days for which each day's backup is kept, at least 7; 30 when left out."""
    weekly_weeks: NotRequired[int]
    """Weeks for which each Sunday's backup is kept, at least 4; 12 when left out."""
    monthly_months: NotRequired[int]
    """Months for which the backup of each month's first Sunday is kept; 12 when left out."""
    yearly_years: NotRequired[int]
    """Years for which the backup of each January's first Sunday is kept; none when left out or 0."""


class BackupEncryption(TypedDict):
    """The customer's own key for the vaults, instead of Microsoft's."""

    key_uri: pulumi.Input[str]
    """Where the key answers, `https://….vault.azure.net/keys/…`; without a version, so that rotation is followed."""
    identity_id: pulumi.Input[str]
    """The user-assigned identity that may wrap and unwrap with the key."""


class BackupArgs(ResourceGroupScopedArgs):
    """What backup needs."""

    workload: str
    """What is backed up, such as `records`."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that takes the vaults' logs."""
    retention: NotRequired[BackupRetention]
    """How long backups are kept."""
    immutability: NotRequired[str]
    """`Unlocked` (no backup can be shortened, and the setting can be taken back) or `Locked` (for good); `Unlocked`
    when left out."""
    redundancy: NotRequired[str]
    """`GeoRedundant` (a copy in the other UK region), `ZoneRedundant` or `LocallyRedundant`; `GeoRedundant` when left
    out. It cannot be changed once something is backed up."""
    soft_delete_days: NotRequired[int]
    """Days for which a deleted backup can be had back, 14 to 180; 30 when left out."""
    encryption: NotRequired[BackupEncryption]
    """The customer's own key; Microsoft's when left out."""
    subnet_id: NotRequired[pulumi.Input[str]]
    """A subnet for the Recovery Services vault's private endpoint, which agents inside machines need; none is made when
    left out. It must be there before the first backup."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The estate's private DNS zones by name; of them the backup, blob and queue zones are used."""
    resource_guard_id: NotRequired[pulumi.Input[str]]
    """A `ResourceGuard` of the same region, by which two people are needed to weaken the vaults; none when left out."""
    protect: NotRequired[bool]
    """Whether the engine refuses to delete the vaults; false when left out."""


def problems(args: BackupArgs) -> list[str]:
    """Everything that Azure would refuse, or that would leave fewer backups than anybody wants."""
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
