"""What Azure, Kubernetes and SQL Server restrict across several settings: duplicates, reserved values, contradictions.

Like `bluelamp.infra.checks.cross_field`, they read the settings as written, and leave what is not of the right kind to
the models.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.policy_baseline import assignments, initiatives
from bluelamp.infra.settings.raw import as_network, dig, items, repeats
from bluelamp.modules import naming

HUB_RULES: Final = (
    "AllowHttpsToPrivateEndpoints",
    "AllowDnsToResolver",
    "AllowDnsFromResolver",
    "DenyAllInbound",
    "DenyAllOutbound",
)
"""The rules that the hub's module makes in the same network security groups."""

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
"""What Azure, its gateways and IANA reserve ("About BGP with Azure VPN Gateway")."""

MOST_DNS_SERVERS: Final = 6
"""The servers that a forwarding rule of Azure takes."""

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_ZONES = Path(naming.__file__).parent.parent / "azure" / "private_dns" / "zones.yaml"


def restriction_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Every value that the clouds refuse because of another setting, or because it is reserved."""
    yield from _duplicates(settings)
    yield from _hub_rules(settings)
    yield from _regions(settings)
    yield from _landing_zones(settings)
    yield from _sites(settings)
    yield from _domain(settings)
    yield from _clusters(settings)
    yield from _tenants(settings)
    yield from _exempt_definitions(settings)


def _items(values: object, *steps: str | int) -> list[Any]:
    found = dig(values, *steps)
    return found if isinstance(found, list) else []


def _repeated(places: list[tuple[Steps, Any]], what: str) -> Iterator[Problem]:
    """A finding for each value that is at a place before its own."""
    for steps, value, _ in repeats(places):
        message = f"{show(value)} is a duplicate {what}"
        yield problem_at(steps, message, show(value, quote=False), next_step="change or remove one")


def _each(settings: Mapping[str, Any], steps: Steps, key: str | None = None) -> list[tuple[Steps, Any]]:
    """The items of a list, or one value of each, with their places."""
    return items(steps, dig(settings, *steps), key)


def _duplicates(settings: Mapping[str, Any]) -> Iterator[Problem]:
    zones: Steps = ("azure", "landingZones")
    budgets: list[Steps] = [("azure", "budget")]
    budgets += [(*zones, index, "budget") for index in range(len(_items(settings, *zones)))]
    for budget in budgets:
        yield from _repeated(_each(settings, (*budget, "thresholds")), "threshold")
        yield from _repeated(_each(settings, (*budget, "contacts")), "contact")
    yield from _repeated(_each(settings, ("azure", "breakGlass", "accountIds")), "emergency account")
    yield from _repeated(_each(settings, zones, "subscriptionId"), "subscription: a subscription has one landing zone")
    for index in range(len(_items(settings, *zones))):
        access: Steps = (*zones, index, "access")
        given: list[tuple[Steps, object]] = [
            ((*access, place, "role"), f"{dig(each, 'principalId')} {dig(each, 'role')}")
            for place, each in enumerate(_items(settings, *access))
        ]
        yield from _repeated(given, "assignment of a role to a group")
    premises: Steps = ("onPremises",)
    devices: list[Steps] = [
        (*premises, "sites", index, "devices") for index in range(len(_items(settings, *premises, "sites")))
    ]
    for key, what in (("address", "public address of a device"), ("bgpAddress", "address for BGP")):
        yield from _repeated([place for each in devices for place in _each(settings, each, key)], what)
    for index in range(len(devices)):
        yield from _repeated(_each(settings, (*premises, "sites", index, "dnsServers")), "DNS server")
    yield from _repeated(_each(settings, (*premises, "clusters"), "endpoint"), "address of an API server")
    yield from _repeated(_each(settings, (*premises, "vsphere", "sites"), "name"), "name of a site")
    for index in range(len(_items(settings, *premises, "clusters"))):
        cluster: Steps = (*premises, "clusters", index)
        yield from _repeated(_each(settings, (*cluster, "workers"), "name"), "name of a group of workers")
        yield from _repeated(_each(settings, (*cluster, "signingKeys"), "kid"), "key id")


def _hub_rules(settings: Mapping[str, Any]) -> Iterator[Problem]:
    reserved = {name.casefold() for name in HUB_RULES}
    for index, rule in enumerate(_items(settings, "azure", "hub", "rules")):
        name = dig(rule, "name")
        steps: Steps = ("azure", "hub", "rules", index)
        if isinstance(name, str) and name.casefold() in reserved:
            message = f"{show(name)} is the name of a rule that every hub has"
            yield problem_at((*steps, "name"), message, name, f"reserved: {', '.join(HUB_RULES)}", "rename the rule")
        ends = [str(dig(rule, key)) for key in ("source", "destination")]
        families = {":" in end for end in ends if "/" in end or ":" in end or end[:1].isdigit()}
        if len(families) > 1:
            message = "is of another IP version than the source"
            yield problem_at((*steps, "destination"), message, ends[1], "IPv4 or IPv6 at both ends")


def _regions(settings: Mapping[str, Any]) -> Iterator[Problem]:
    regions = dig(settings, "azure", "regions")
    if isinstance(regions, list) and len(regions) == 1 and dig(settings, "azure", "secondHub") is not None:
        message = "is a hub in a second region, and there is one region"
        yield problem_at(
            ("azure", "secondHub"), message, next_step="add a region to azure.regions, or remove secondHub"
        )


def _landing_zones(settings: Mapping[str, Any]) -> Iterator[Problem]:
    platform = dig(settings, "azure", "subscriptionId")
    for index, zone in enumerate(_items(settings, "azure", "landingZones")):
        steps: Steps = ("azure", "landingZones", index)
        own = dig(zone, "subscriptionId")
        if isinstance(own, str) and isinstance(platform, str) and own.casefold() == platform.casefold():
            message = "is the platform's own subscription"
            yield problem_at((*steps, "subscriptionId"), message, own, next_step="remove it: that is the default")
        if dig(zone, "archetype") != "sandbox":
            continue
        placed = own is not None or dig(zone, "billingScope") is not None
        if placed and dig(settings, "azure", "managementGroups", "sandbox") is False:
            message = "a sandbox with a subscription needs the management group for sandboxes, which is off"
            step = "write managementGroups: {sandbox: true}, or choose another archetype"
            yield problem_at((*steps, "archetype"), message, "sandbox", next_step=step)
        if isinstance(zone, Mapping) and "backup" in zone:
            yield problem_at((*steps, "backup"), "a sandbox has no backups", next_step="remove it")


def _sites(settings: Mapping[str, Any]) -> Iterator[Problem]:
    asked = 0
    for index, site in enumerate(_items(settings, "onPremises", "sites")):
        steps: Steps = ("onPremises", "sites", index)
        asn = dig(site, "asn")
        if isinstance(asn, int) and asn in RESERVED_ASNS:
            message = f"{asn} is a reserved autonomous system number"
            allowed = "a private number such as 65010, or a public one of the force's own"
            yield problem_at((*steps, "asn"), message, str(asn), allowed)
        for place, device in enumerate(_items(site, "devices")):
            public = _address(dig(device, "address"))
            if public and any(public in block for block in _PRIVATE):
                message = f"{public} is a private address"
                allowed = "the device's public address, to which Azure connects"
                yield problem_at((*steps, "devices", place, "address"), message, str(public), allowed)
        lines = [as_network(dig(site, "expressRoute", "peering", key)) for key in ("primary", "secondary")]
        if lines[0] and lines[1] and lines[0].overlaps(lines[1]):
            message = f"{lines[1]} overlaps the primary line ({lines[0]})"
            yield problem_at((*steps, "expressRoute", "peering", "secondary"), message, str(lines[1]), "another /30")
        servers = len(_items(site, "dnsServers"))
        asked += servers
        if servers and asked > MOST_DNS_SERVERS:
            message = f"the sites have {asked} DNS servers"
            allowed = f"at most {MOST_DNS_SERVERS} together: a forwarding rule of Azure takes no more"
            yield problem_at((*steps, "dnsServers"), message, str(asked), allowed, "remove some")


def _address(value: object) -> IPv4Address | None:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        return None


@cache
def _azure_domains() -> tuple[str, ...]:
    """The domains of Azure's private endpoints, with and without `privatelink.`; those of one region are left out."""
    read = yaml.safe_load(_ZONES.read_text("utf-8"))
    zones = [entry if isinstance(entry, str) else entry["zone"] for entries in read.values() for entry in entries]
    return tuple(
        sorted({name for zone in zones if "{" not in zone for name in (zone, zone.partition("privatelink.")[2])})
    )


def _domain(settings: Mapping[str, Any]) -> Iterator[Problem]:
    domain = dig(settings, "onPremises", "domain")
    for name in _azure_domains() if isinstance(domain, str) else ():
        if domain == name or str(domain).endswith(f".{name}") or name.endswith(f".{domain}"):
            message = f"{show(domain)} is a domain of Azure's"
            allowed = "a domain of the force's own: Azure forwards its names to the sites' servers"
            yield problem_at(("onPremises", "domain"), message, str(domain), allowed)
            return


def _clusters(settings: Mapping[str, Any]) -> Iterator[Problem]:
    failure_domains = [dig(site, "name") for site in _items(settings, "onPremises", "vsphere", "sites")]
    known = [name for name in failure_domains if isinstance(name, str)]
    for index, cluster in enumerate(_items(settings, "onPremises", "clusters")):
        steps: Steps = ("onPremises", "clusters", index)
        made_on = dig(cluster, "infrastructure")
        if dig(cluster, "metal3") is not None and made_on != "metal3":
            message = "is for infrastructure: metal3" + (f", and this cluster is on {show(made_on)}" if made_on else "")
            yield problem_at((*steps, "metal3"), message, next_step="write infrastructure: metal3, or remove it")
        for place, group in enumerate(_items(cluster, "workers")):
            where = dig(group, "failureDomain")
            at: Steps = (*steps, "workers", place, "failureDomain")
            if not isinstance(where, str):
                continue
            if made_on != "vsphere":
                message = "names a site of vSphere, and this cluster is not on vSphere"
                yield problem_at(at, message, show(where, quote=False), next_step="remove it")
            elif where not in known:
                allowed = f"sites: {', '.join(show(name, quote=False) for name in known[:9])}" if known else ""
                message = f"no site of vSphere is called {show(where)}"
                yield problem_at(at, message, show(where, quote=False), allowed, did_you_mean(where, known))


def _tenants(settings: Mapping[str, Any]) -> Iterator[Problem]:
    for index, tenant in enumerate(_items(settings, "onPremises", "tenants")):
        name = dig(tenant, "name")
        if name in NAMESPACES:
            message = f"{show(name)} is a namespace of the platform"
            yield problem_at(
                ("onPremises", "tenants", index, "name"),
                message,
                str(name),
                f"reserved: {', '.join(NAMESPACES)}",
                "name the tenant after its service",
            )


@cache
def _assigned(name: str) -> tuple[bool, tuple[str, ...]]:
    """Whether an assignment is of an initiative, and the reference ids inside it where the initiative is ours."""
    row = assignments().get(name) or {}
    if row.get("initiative"):
        return True, ()
    ours = initiatives().get(row.get("custom", "")) or {}
    inside = ours.get("definitions") or {}
    return row.get("custom") == "Deploy-Private-DNS-Zones" or bool(inside), tuple(inside)


def _exempt_definitions(settings: Mapping[str, Any]) -> Iterator[Problem]:
    for index, exemption in enumerate(_items(settings, "azure", "policyExemptions")):
        steps: Steps = ("azure", "policyExemptions", index, "definitions")
        written, name = _items(exemption, "definitions"), dig(exemption, "assignment")
        if not written or not isinstance(name, str):
            continue
        initiative, inside = _assigned(name)
        if not initiative:
            message = f"{show(name)} assigns one policy, which has no definitions inside it"
            yield problem_at(steps, message, next_step="remove it: the exemption is of the entire assignment")
        for place, each in enumerate(written):
            if inside and isinstance(each, str) and each not in inside:
                yield problem_at(
                    (*steps, place),
                    f"{show(name)} has no definition called {show(each)}",
                    show(each, quote=False),
                    f"definitions: {', '.join(inside[:9])}" + (" and more" if len(inside) > 9 else ""),
                    did_you_mean(each, inside),
                )
        counted = Counter(each for each in written if isinstance(each, str))
        for place, each in enumerate(written):
            if isinstance(each, str) and counted[each] > 1 and each in written[:place]:
                yield problem_at(
                    (*steps, place), f"{show(each)} is a duplicate", show(each, quote=False), "", "remove it"
                )
