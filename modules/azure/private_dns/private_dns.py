"""The private DNS zones of a force, linked to its hubs."""

from typing import NotRequired

import pulumi

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.azure.private_dns.budget import dns_budget
from bluelamp.modules.azure.private_dns.zones import Zone, forwarders, zones
from bluelamp.modules.azure.private_link import linked_zone
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs


class PrivateDnsArgs(LabelledArgs):
    """Arguments of a force's private DNS."""

    location: str
    """The Azure region in the links' names, `uksouth` or `ukwest`; zones are global."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the zones."""
    virtual_network_ids: dict[str, pulumi.Input[str]]
    """The networks to link, keyed by a short name: those with a DNS resolver."""
    regions: NotRequired[list[str]]
    """The regions of the regional zones; `location` only by default."""
    existing: NotRequired[dict[str, pulumi.Input[str]]]
    """ARM ids of existing zones by name, which are not created. A network can be linked to one zone of each name, so
    include the zone of a key vault that created its own."""
    more: NotRequired[list[str]]
    """Additional zones, such as a SQL managed instance's."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the zones; false by default."""


class PrivateDns(Component):
    """Every private link zone, once for the force, linked to each of the networks."""

    zone_ids: pulumi.Output[dict[str, str]]
    """The zones' ARM ids by name, including existing zones."""
    zone_names: pulumi.Output[list[str]]
    """The zones' names, known before they exist."""
    forwarders: pulumi.Output[list[str]]
    """The public names that on-premises DNS servers must forward to the inbound endpoint."""

    def __init__(self, name: str, args: PrivateDnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        chosen, existing = _chosen(name, args), args.get("existing", {})
        wanted = [zone.name for zone in chosen if zone.name not in existing]
        budget = dns_budget(len(wanted), len(args["virtual_network_ids"]))
        if budget.warning:
            tell = pulumi.log.warn if budget.avoidable else pulumi.log.info
            tell(f"{name}: {budget.warning}", self)
        protect = args.get("protect", False)
        # Names of private endpoints in other organisations still resolve to their public address.
        redirect = "NxDomainRedirect"
        made = {
            zone: linked_zone(self, f"{name}-{zone}", args, zone, protect=protect, resolution_policy=redirect).id
            for zone in wanted
        }
        self.zone_ids = pulumi.Output.all(**made, **existing)
        self.zone_names = pulumi.Output.from_input([zone.name for zone in chosen])
        self.forwarders = pulumi.Output.from_input(forwarders(chosen))
        self.finish()


def _chosen(name: str, args: PrivateDnsArgs) -> list[Zone]:
    every = {zone.name: zone for zone in zones(tuple(args.get("regions") or [args["location"]]))}
    more = args.get("more", [])
    wrong = [f"more: {zone} is in the list already" for zone in more if zone in every]
    for zone in args.get("existing", {}):
        if zone not in every and zone not in more:
            wrong.append(f"existing: {zone} is not in the list" + did_you_mean(zone, every, before="; "))
    if wrong:
        raise ValueError(f"PrivateDns {name!r}: " + "; ".join(wrong))
    return [*every.values(), *(Zone(zone, "more", (zone.removeprefix("privatelink."),)) for zone in more)]
