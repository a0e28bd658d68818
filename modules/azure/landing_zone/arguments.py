"""Arguments of a landing zone, and their checks."""

from datetime import date
from typing import NotRequired, TypedDict

import pulumi

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules.azure.backup import BackupRetention
from bluelamp.modules.azure.landing_zone.access import known_roles
from bluelamp.modules.azure.landing_zone.archetypes import archetypes
from bluelamp.modules.azure.network_watcher import FlowLogs
from bluelamp.modules.azure.spoke import SpokeHub, SpokeSubnet, SpokeVirtualHub
from bluelamp.modules.shared_arguments import RegionalArgs

FIREWALLS = ("none", "regional", "front-door")


class LandingZoneBudget(TypedDict):
    """The landing zone's budget."""

    contacts: list[str]
    """Mailboxes that receive the notifications."""
    amount: NotRequired[float]
    """The monthly budget in the subscription's currency; the archetype's by default."""
    thresholds: NotRequired[list[int]]
    """Notification thresholds in per cent of the amount, at most five; 50, 80 and 100 by default."""


class LandingZoneAccess(TypedDict):
    """A role assignment."""

    principal_id: pulumi.Input[str]
    """The object id of the Entra ID group, or of another principal."""
    role: str
    """A built-in role such as `Reader` or `Contributor`, or the ARM id of a custom role. Owner is not allowed:
    make it eligible through Privileged Identity Management instead."""
    principal_type: NotRequired[str]
    """`Group`, `ServicePrincipal` or `User`; `Group` by default."""


class LandingZoneBackup(TypedDict):
    """Retention and protection of the landing zone's backups."""

    retention: NotRequired[BackupRetention]
    """Retention of backups."""
    immutability: NotRequired[str]
    """`Unlocked`, or `Locked`, which is irreversible; `Unlocked` by default."""
    redundancy: NotRequired[str]
    """`GeoRedundant`, `ZoneRedundant` or `LocallyRedundant`; `GeoRedundant` by default."""
    resource_guard_id: NotRequired[pulumi.Input[str]]
    """A `ResourceGuard` of the same region, for multi-user authorisation of changes to the vaults; none by default."""


class LandingZoneArgs(RegionalArgs):
    """Arguments of a landing zone."""

    workload: str
    """The workload, such as `records`; part of every name."""
    archetype: str
    """`corp`, `online`, `confidential-corp`, `confidential-online` or `sandbox`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant that authenticates access."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the landing zone's logs."""
    address_space: str
    """The network's address range, a /27 or larger, such as `10.61.4.0/24`."""
    budget: LandingZoneBudget
    """The budget."""
    subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of an existing subscription for the landing zone; not used with `billing_scope`. Without either, the
    landing zone uses the platform subscription, and the budget's scope is its resource groups."""
    billing_scope: NotRequired[str]
    """The billing scope of a new subscription, an ARM id."""
    management_group_name: NotRequired[pulumi.Input[str]]
    """The management group of the landing zone's subscription, such as `ManagementGroups.names["corp"]`."""
    platform_subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of the hub's subscription; required for a landing zone with its own subscription and a hub."""
    hub: NotRequired[SpokeHub]
    """The hub network to peer with; not used with `virtual_hub` or for a sandbox."""
    virtual_hub: NotRequired[SpokeVirtualHub]
    """The virtual hub to connect to; not used for a sandbox."""
    subnets: NotRequired[dict[str, SpokeSubnet]]
    """The network's subnets by name, including `private-endpoints`; a default layout is used without it."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """A DDoS protection plan; Azure's infrastructure protection by default."""
    flow_logs: NotRequired[FlowLogs]
    """Destination of the network's flow logs; no flow logs by default."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Private DNS zone ids by name (`PrivateDns.zone_ids`); the landing zone creates those that it needs and that are
    missing."""
    access: NotRequired[dict[str, LandingZoneAccess]]
    """Role assignments, keyed by a short name; none by default."""
    resource_groups: NotRequired[list[str]]
    """Resource groups of the service, by content; one called `workload` by default."""
    backup: NotRequired[LandingZoneBackup]
    """Backup settings, for archetypes with backups."""
    web_application_firewall: NotRequired[str]
    """`regional` (a policy for an Application Gateway in the region), `front-door` (which terminates TLS at edge
    locations in the UK and elsewhere) or `none`; the archetype's by default."""
    expires_on: NotRequired[str]
    """The expiry date, `2027-03-31`; required for a sandbox, and a tag on all its resources."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the subscription, the network and the vaults, which cannot be recovered; false
    by default."""


def problems(args: LandingZoneArgs) -> list[str]:
    """Every problem with the arguments."""
    kind = archetypes().get(args["archetype"])
    if kind is None:
        hint = did_you_mean_or(args["archetype"], archetypes(), lead="use")
        return [f"archetype is {args['archetype']!r}; {hint}"]
    found = []
    own = "subscription_id" in args or "billing_scope" in args
    joins = "hub" in args or "virtual_hub" in args
    if "subscription_id" in args and "billing_scope" in args:
        found.append(
            "subscription_id and billing_scope are mutually exclusive; use subscription_id for an existing subscription"
        )
    if joins and not kind.joined:
        found.append(f"a {args['archetype']} has no hub; remove hub and virtual_hub")
    if own and "platform_subscription_id" not in args and (joins or "flow_logs" in args):
        found.append("platform_subscription_id is required: the hub's side of the peering is made in it")
    if "management_group_name" in args and not own:
        found.append("management_group_name places a subscription; give subscription_id or billing_scope too")
    amount = args["budget"].get("amount", kind.budget)
    if kind.most is not None and amount > kind.most:
        found.append(f"budget.amount is {amount:g}; a {args['archetype']} takes at most {kind.most}")
    if "subnets" in args and kind.vault and "private-endpoints" not in args["subnets"]:
        found.append("subnets lacks private-endpoints, through which the key vault and backups are reached")
    firewall = args.get("web_application_firewall", kind.firewall)
    if firewall not in FIREWALLS:
        found.append(f"web_application_firewall is {firewall!r}; use {', '.join(FIREWALLS)}")
    found += _dates(args, needed=kind.ends)
    for name, wanted in args.get("access", {}).items():
        found += known_roles(f"access.{name}", wanted["role"])
    return found


def _dates(args: LandingZoneArgs, *, needed: bool) -> list[str]:
    day = args.get("expires_on")
    if day is None:
        return (
            [f"expires_on is required: a {args['archetype']} needs an expiry date, such as 2027-03-31"]
            if needed
            else []
        )
    try:
        date.fromisoformat(day)
    except ValueError:
        return [f"expires_on is {day!r}; use a date such as 2027-03-31"]
    return []
