"""Restrictions of Azure, Kubernetes and SQL Server: duplicates, reserved values, contradictions.

Like `bluelamp.infra.checks.cross_field`, the checks read the settings as written, and leave values of the wrong type to
the models.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

import yaml

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.checks.listing import listed
from bluelamp.infra.settings.policy_baseline import assignments, initiatives
from bluelamp.infra.settings.written import WrittenAzure, WrittenOnPremises, WrittenSettings
from bluelamp.infra.settings.written_values import Written, duplicates
from bluelamp.modules import naming

HUB_RULES: Final = (
    "AllowHttpsToPrivateEndpoints",
    "AllowDnsToResolver",
    "AllowDnsFromResolver",
    "DenyAllInbound",
    "DenyAllOutbound",
)
"""The rules that the hub's module creates in the same network security groups."""

NAMESPACES: Final = (
    "azure-arc",
    "azure-arc-release",
    "cert-manager",
    "clusters",
    "external-secrets",
    "flux-system",
    "gateway-system",
    "monitoring",
    "velero",
    "vmware-system-csi",
)
"""The namespaces of the platform and of its add-ons."""

RESERVED_ASNS: Final = frozenset(
    {8074, 8075, 12076, 23456, *range(64496, 64512), *range(65515, 65521), *range(65535, 65552), 4_294_967_295}
)
"""Reserved by Azure, its gateways and IANA ("About BGP with Azure VPN Gateway")."""

MOST_DNS_SERVERS: Final = 6
"""The maximum number of servers in a forwarding rule of Azure."""

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_ZONES = Path(naming.__file__).parent.parent / "azure" / "private_dns" / "zones.yaml"


def restriction_problems(settings: WrittenSettings) -> Iterator[Problem]:
    """Every value that Azure or Kubernetes rejects because of another setting or as reserved."""
    yield from _azure_duplicates(settings.azure)
    yield from _duplicates_on_premises(settings.on_premises)
    yield from _hub_rules(settings.azure)
    yield from _regions(settings.azure)
    yield from _landing_zones(settings.azure)
    yield from _sites(settings.on_premises)
    yield from _domain(settings.on_premises)
    yield from _clusters(settings.on_premises)
    yield from _tenants(settings.on_premises)
    yield from _exempt_definitions(settings.azure)


def _repeated(places: Iterable[Written], what: str) -> Iterator[Problem]:
    """A problem for each duplicate value."""
    for each, _ in duplicates(places):
        message = f"{show(each.value)} is a duplicate {what}"
        yield each.problem(message, show(each.value, quote=False), next_step="change or remove one")


def _azure_duplicates(azure: WrittenAzure) -> Iterator[Problem]:
    zones = azure.landing_zones
    for budget in (azure.budget, *(zone.budget for zone in zones)):
        yield from _repeated(budget.thresholds, "threshold")
        yield from _repeated(budget.contacts, "contact")
    yield from _repeated(azure.break_glass.account_ids, "emergency account")
    yield from _repeated((zone.subscription_id for zone in zones), "subscription: a subscription has one landing zone")
    for zone in zones:
        assignments = [Written(f"{each.principal_id.value} {each.role.value}", each.role.steps) for each in zone.access]
        yield from _repeated(assignments, "assignment of a role to a group")


def _duplicates_on_premises(estate: WrittenOnPremises) -> Iterator[Problem]:
    devices = [device for site in estate.sites for device in site.devices]
    yield from _repeated((each.address for each in devices), "public address of a device")
    yield from _repeated((each.bgp_address for each in devices), "address for BGP")
    for site in estate.sites:
        yield from _repeated(site.dns_servers, "DNS server")
    yield from _repeated((cluster.endpoint for cluster in estate.clusters), "address of an API server")
    yield from _repeated((site.name for site in estate.vsphere.sites), "name of a site")
    for cluster in estate.clusters:
        yield from _repeated((workers.name for workers in cluster.workers), "name of a group of workers")
        yield from _repeated((key.kid for key in cluster.signing_keys), "key id")


def _hub_rules(azure: WrittenAzure) -> Iterator[Problem]:
    reserved = {name.casefold() for name in HUB_RULES}
    for rule in azure.hub.rules:
        name = rule.name.text
        if name is not None and name.casefold() in reserved:
            message = f"{show(name)} is the name of a rule that every hub has"
            yield rule.name.problem(message, name, f"reserved: {', '.join(HUB_RULES)}", "rename the rule")
        ends = [str(end.value) for end in (rule.source, rule.destination)]
        families = {":" in end for end in ends if "/" in end or ":" in end or end[:1].isdigit()}
        if len(families) > 1:
            message = "is of another IP version than the source"
            yield rule.destination.problem(message, ends[1], "IPv4 or IPv6 at both ends")


def _regions(azure: WrittenAzure) -> Iterator[Problem]:
    if len(azure.regions) == 1 and azure.second_hub.is_given:
        message = "is a hub in a second region, but only one region is set"
        yield azure.second_hub.problem(message, next_step="add a region to azure.regions, or remove secondHub")


def _landing_zones(azure: WrittenAzure) -> Iterator[Problem]:
    platform = azure.subscription_id.text
    for zone in azure.landing_zones:
        own = zone.subscription_id
        if own.text is not None and platform is not None and own.text.casefold() == platform.casefold():
            message = "is the platform's own subscription"
            yield own.problem(message, own.text, next_step="remove it: that is the default")
        if zone.archetype.value != "sandbox":
            continue
        if (own.is_given or zone.billing_scope.is_given) and azure.management_groups.sandbox.value is False:
            message = "a sandbox with a subscription needs the management group for sandboxes, which is off"
            step = "write managementGroups: {sandbox: true}, or choose another archetype"
            yield zone.archetype.problem(message, "sandbox", next_step=step)
        if "backup" in zone.values:
            yield zone.backup.problem("a sandbox has no backups", next_step="remove it")


def _sites(estate: WrittenOnPremises) -> Iterator[Problem]:
    server_count = 0
    for site in estate.sites:
        asn = site.asn.value
        if isinstance(asn, int) and asn in RESERVED_ASNS:
            message = f"{asn} is a reserved autonomous system number"
            allowed = "a private number such as 65010, or a public one of the force's own"
            yield site.asn.problem(message, str(asn), allowed)
        for device in site.devices:
            public = device.address.ip
            if public and any(public in block for block in _PRIVATE):
                message = f"{public} is a private address"
                allowed = "the device's public address, to which Azure connects"
                yield device.address.problem(message, str(public), allowed)
        peering = site.express_route.peering
        primary, secondary = peering.primary.network, peering.secondary.network
        if primary and secondary and primary.overlaps(secondary):
            message = f"{secondary} overlaps the primary line ({primary})"
            yield peering.secondary.problem(message, str(secondary), "another /30")
        server_count += len(site.dns_servers)
        if len(site.dns_servers) and server_count > MOST_DNS_SERVERS:
            message = f"the sites have {server_count} DNS servers"
            allowed = f"at most {MOST_DNS_SERVERS} together: a forwarding rule of Azure takes no more"
            yield site.dns_servers.problem(message, str(server_count), allowed, "remove some")


@cache
def _azure_domains() -> tuple[str, ...]:
    """The domains of Azure's private endpoints, with and without `privatelink.`; those of one region are left out."""
    read = yaml.safe_load(_ZONES.read_text("utf-8"))
    zones = [entry if isinstance(entry, str) else entry["zone"] for entries in read.values() for entry in entries]
    return tuple(
        sorted({name for zone in zones if "{" not in zone for name in (zone, zone.partition("privatelink.")[2])})
    )


def _domain(estate: WrittenOnPremises) -> Iterator[Problem]:
    domain = estate.domain.text
    for name in _azure_domains() if domain is not None else ():
        if domain == name or str(domain).endswith(f".{name}") or name.endswith(f".{domain}"):
            message = f"{show(domain)} is a domain of Azure"
            allowed = "a domain of the force's own: Azure forwards its names to the sites' servers"
            yield estate.domain.problem(message, str(domain), allowed)
            return


def _clusters(estate: WrittenOnPremises) -> Iterator[Problem]:
    known = [site.name.text for site in estate.vsphere.sites if site.name.text is not None]
    for cluster in estate.clusters:
        infrastructure = cluster.infrastructure.value
        if cluster.metal3.is_given and infrastructure != "metal3":
            message = "is for infrastructure: metal3" + (
                f", but this cluster is on {show(infrastructure)}" if infrastructure else ""
            )
            yield cluster.metal3.problem(message, next_step="write infrastructure: metal3, or remove it")
        for group in cluster.workers:
            where = group.failure_domain.text
            if where is None:
                continue
            if infrastructure != "vsphere":
                message = "names a vSphere site, but this cluster is not on vSphere"
                yield group.failure_domain.problem(message, show(where, quote=False), next_step="remove it")
            elif where not in known:
                allowed = f"sites: {listed(known)}" if known else ""
                message = f"there is no vSphere site called {show(where)}"
                step = did_you_mean(where, known)
                yield group.failure_domain.problem(message, show(where, quote=False), allowed, step)


def _tenants(estate: WrittenOnPremises) -> Iterator[Problem]:
    for tenant in estate.tenants:
        name = tenant.name.value
        if name in NAMESPACES:
            message = f"{show(name)} is a namespace of the platform"
            allowed = f"reserved: {', '.join(NAMESPACES)}"
            yield tenant.name.problem(message, str(name), allowed, "name the tenant after its service")


@cache
def _assigned(name: str) -> tuple[bool, tuple[str, ...]]:
    """Whether an assignment is of an initiative, and the reference ids in it for Bluelamp's own initiatives."""
    row = assignments().get(name) or {}
    if row.get("initiative"):
        return True, ()
    ours = initiatives().get(row.get("custom", "")) or {}
    inside = ours.get("definitions") or {}
    return row.get("custom") == "Deploy-Private-DNS-Zones" or bool(inside), tuple(inside)


def _exempt_definitions(azure: WrittenAzure) -> Iterator[Problem]:
    for exemption in azure.policy_exemptions:
        written, name = exemption.definitions, exemption.assignment.text
        if not len(written) or name is None:
            continue
        initiative, inside = _assigned(name)
        if not initiative:
            message = f"{show(name)} assigns one policy, which has no definitions inside it"
            yield written.problem(message, next_step="remove it: the exemption is of the entire assignment")
        for each in written:
            if inside and each.text is not None and each.text not in inside:
                yield each.problem(
                    f"{show(name)} has no definition called {show(each.text)}",
                    show(each.text, quote=False),
                    f"definitions: {', '.join(inside[:9])}" + (" and more" if len(inside) > 9 else ""),
                    did_you_mean(each.text, inside),
                )
        seen: set[str] = set()
        for each in written:
            if each.text is not None and each.text in seen:
                yield each.problem(
                    f"{show(each.text)} is a duplicate", show(each.text, quote=False), next_step="remove it"
                )
            seen |= {each.text} if each.text is not None else set()
