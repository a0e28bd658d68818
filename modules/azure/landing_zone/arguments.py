"""What a landing zone is asked for, and what is wrong with it."""

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
    """What the landing zone may cost, and who hears of it."""

    contacts: list[str]
    """Mailboxes that receive the notifications."""
    amount: NotRequired[float]
    """The budget in the subscription's currency, a month; the archetype's by default."""
    thresholds: NotRequired[list[int]]
    """Per cent of the amount at which they are told, at most five; 50, 80 and 100 by default."""


class LandingZoneAccess(TypedDict):
    """One role for one group."""

    principal_id: pulumi.Input[str]
    """The object id of the Entra ID group, or of another principal."""
    role: str
    """A built-in role such as `Reader` or `Contributor`, or the ARM id of a role of the force's own. Owner is none of
    them: make it eligible for hours instead."""
    principal_type: NotRequired[str]
    """`Group`, `ServicePrincipal` or `User`; `Group` by default."""


class LandingZoneBackup(TypedDict):
    """How the landing zone's backups are kept."""

    retention: NotRequired[BackupRetention]
    """How long backups are kept."""
    immutability: NotRequired[str]
    """`Unlocked`, or `Locked` permanently; `Unlocked` by default."""
    redundancy: NotRequired[str]
    """`GeoRedundant`, `ZoneRedundant` or `LocallyRedundant`; `GeoRedundant` by default."""
    resource_guard_id: NotRequired[pulumi.Input[str]]
    """A `ResourceGuard` of the same region, by which two people are needed to weaken the vaults; none by default."""


class LandingZoneArgs(RegionalArgs):
    """Arguments of a landing zone."""

    workload: str
    """What the landing zone is for, such as `records`; in every name."""
    archetype: str
    """`corp`, `online`, `confidential-corp`, `confidential-online` or `sandbox`."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant that authenticates access."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives its logs."""
    address_space: str
    """Its network's range, a /27 or larger, such as `10.61.4.0/24`."""
    budget: LandingZoneBudget
    """What it may cost."""
    subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of a subscription of its own that exists; not used with `billing_scope`. Without either it shares the
    platform's subscription, and its budget counts its resource groups."""
    billing_scope: NotRequired[str]
    """Where a new subscription of its own is billed, an ARM id."""
    management_group_name: NotRequired[pulumi.Input[str]]
    """The management group for its own subscription, such as `ManagementGroups.names["corp"]`."""
    platform_subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of the hub's subscription; needed where the landing zone has one of its own and is joined to a hub."""
    hub: NotRequired[SpokeHub]
    """The hub network to be peered with; not used with `virtual_hub`, nor by a sandbox."""
    virtual_hub: NotRequired[SpokeVirtualHub]
    """The virtual hub to be connected to; not used by a sandbox."""
    subnets: NotRequired[dict[str, SpokeSubnet]]
    """The network's subnets by name, `private-endpoints` among them; a sensible division by default."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """A DDoS protection plan; Azure's basic protection by default."""
    flow_logs: NotRequired[FlowLogs]
    """Where every connection is logged; nowhere by default."""
    private_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """The estate's private DNS zones by name (`PrivateDns.zone_ids`); the landing zone makes its own where one that it
    needs is not there."""
    access: NotRequired[dict[str, LandingZoneAccess]]
    """Who may do what, keyed by a short name; nobody by default."""
    resource_groups: NotRequired[list[str]]
    """Resource groups for the service itself, by what they hold; one, `workload`, by default."""
    backup: NotRequired[LandingZoneBackup]
    """How its backups are kept, where the archetype has any."""
    web_application_firewall: NotRequired[str]
    """`regional` (a policy for an Application Gateway in the region), `front-door` (which decrypts at its edge, in the
    UK and elsewhere) or `none`; the archetype's by default."""
    expires_on: NotRequired[str]
    """The last day, `2027-03-31`; needed by a sandbox, and a tag on everything in it."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete what cannot be recovered: subscription, network, vaults; false by
    default."""


def problems(args: LandingZoneArgs) -> list[str]:
    """Everything that is wrong with the arguments together."""
    kind = archetypes().get(args["archetype"])
    if kind is None:
        hint = did_you_mean_or(args["archetype"], archetypes(), lead="use")
        return [f"archetype is {args['archetype']!r}; {hint}"]
    found = []
    own = "subscription_id" in args or "billing_scope" in args
    joins = "hub" in args or "virtual_hub" in args
    if "subscription_id" in args and "billing_scope" in args:
        found.append("subscription_id and billing_scope exclude each other; give the first for one that exists")
    if joins and not kind.joined:
        found.append(f"a {args['archetype']} is joined to no hub; leave hub and virtual_hub out")
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
        return [f"expires_on is required: a {args['archetype']} has an end, such as 2027-03-31"] if needed else []
    try:
        date.fromisoformat(day)
    except ValueError:
        return [f"expires_on is {day!r}; use a date such as 2027-03-31"]
    return []
