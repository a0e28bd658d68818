"""Addresses in the settings against the plan, against the other forces and against each other."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Steps, problem_at
from bluelamp.core.text import first_of
from bluelamp.infra.checks.context import Context
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.infra.settings.raw import as_network, dig, primary_region, usable_regions
from bluelamp.infra.settings.register import REGISTER

SMALLEST_HUB = 22
"""A hub holds the firewall's, Bastion's, gateway's, resolver's and private endpoints' subnets: a /22 takes them all."""

SMALLEST_SPOKE = 26
"""A landing zone's network holds at least a subnet for its service and one for private endpoints."""


def address_problems(settings: Mapping[str, Any], context: Context) -> Iterator[Problem]:
    """Ranges that are too small, outside the allocation, somebody else's, or overlap one another."""
    regions = usable_regions(settings)
    primary = primary_region(settings)
    taken: list[tuple[IPv4Network, str]] = []
    for key, region in (("hub", primary), *([("secondHub", regions[1])] if len(regions) > 1 else [])):
        steps: Steps = ("azure", key, "addressSpace")
        hub = as_network(dig(settings, *steps))
        if hub:
            yield from _hub(steps, hub, region, context)
            taken.append((hub, f"azure.{key}"))
    zones = dig(settings, "azure", "landingZones")
    for index, zone in enumerate(zones if isinstance(zones, list) else ()):
        own = as_network(dig(zone, "addressSpace"))
        region = dig(zone, "region") or primary
        if own and isinstance(region, str) and region in context.entry.allocation.ranges():
            yield from _spoke(("azure", "landingZones", index, "addressSpace"), own, region, taken, context)
            taken.append((own, f"azure.landingZones[{index}]"))
    own = as_network(dig(settings, "onPremises", "addressSpace"))
    if own:
        yield from _against_plan(("onPremises", "addressSpace"), own, "onPremises", context)
    premises = own or context.entry.allocation.on_premises
    yield from _sites(settings, premises)
    clusters = dig(settings, "onPremises", "clusters")
    for index, cluster in enumerate(clusters if isinstance(clusters, list) else ()):
        steps = ("onPremises", "clusters", index, "endpoint")
        yield from _inside(steps, dig(cluster, "endpoint"), premises, "the force's own premises")


def _hub(steps: Steps, hub: IPv4Network, region: str, context: Context) -> Iterator[Problem]:
    entry = context.entry
    if hub.prefixlen > SMALLEST_HUB:
        yield problem_at(
            steps,
            f"{hub} is too small for a hub",
            str(hub),
            f"at least a /{SMALLEST_HUB} ({2 ** (32 - SMALLEST_HUB)} addresses)",
            f"the first of {entry.slug}'s allocation is {next(_first(entry.allocation.ranges()[region]))}",
        )
    yield from _against_plan(steps, hub, region, context, second=steps[1] == "secondHub")


def _first(whole: IPv4Network) -> Iterator[IPv4Network]:
    return whole.subnets(new_prefix=max(whole.prefixlen, SMALLEST_HUB))


def _spoke(
    steps: Steps, own: IPv4Network, region: str, taken: list[tuple[IPv4Network, str]], context: Context
) -> Iterator[Problem]:
    if own.prefixlen > SMALLEST_SPOKE:
        yield problem_at(
            steps,
            f"{own} is too small for a landing zone",
            str(own),
            f"at least a /{SMALLEST_SPOKE} ({2 ** (32 - SMALLEST_SPOKE)} addresses)",
            "leave it out for the next /24 of the force's allocation",
        )
    yield from _against_plan(steps, own, region, context, second=True)
    yield from _against_own(steps, own, taken)


def _sites(settings: Mapping[str, Any], premises: IPv4Network) -> Iterator[Problem]:
    sites = dig(settings, "onPremises", "sites")
    taken: list[tuple[IPv4Network, str]] = []
    for index, site in enumerate(sites if isinstance(sites, list) else ()):
        own = as_network(dig(site, "addressSpace"))
        if own is None:
            continue
        steps: Steps = ("onPremises", "sites", index, "addressSpace")
        if not own.subnet_of(premises):
            yield problem_at(steps, f"{own} is outside the force's own premises", str(own), f"that is {premises}")
        yield from _against_own(steps, own, taken)
        taken.append((own, f"onPremises.sites[{index}]"))
        devices = dig(site, "devices")
        for place, device in enumerate(devices if isinstance(devices, list) else ()):
            yield from _inside(
                ("onPremises", "sites", index, "devices", place, "bgpAddress"),
                dig(device, "bgpAddress"),
                own,
                "the site",
            )


def _inside(steps: Steps, written: object, around: IPv4Network, called: str) -> Iterator[Problem]:
    try:
        address = IPv4Address(written if isinstance(written, str) else "")
    except ValueError:
        return
    if address not in around:
        yield problem_at(steps, f"{address} is outside {called}", str(address), f"that is {around}")
    elif around.prefixlen < 31 and address in (around.network_address, around.broadcast_address):
        yield problem_at(steps, f"{address} is not an address of a host in {around}", str(address))


def _against_own(steps: Steps, own: IPv4Network, taken: list[tuple[IPv4Network, str]]) -> Iterator[Problem]:
    for other, where in taken:
        if own.overlaps(other):
            yield problem_at(
                steps,
                f"{own} overlaps bluelamp:{where} ({other})",
                str(own),
                next_step="give one of them another range",
            )
            return


def _against_plan(
    steps: Steps, net: IPv4Network, place: str, context: Context, *, second: bool = False
) -> Iterator[Problem]:
    entry = context.entry
    allocated = entry.allocation.ranges()[place]
    if net.subnet_of(allocated):
        return
    taken = [
        f"{slug} ({other})" for other, slug, _ in context.register.ranges if slug != entry.slug and net.overlaps(other)
    ]
    taken = taken or [f"{slug} ({other})" for slug, other in _written(context) if net.overlaps(other)]
    if taken:
        message = f"{net} overlaps {first_of(taken)}"
    else:
        message = f"{net} is outside {entry.slug}'s allocation{_for(place, second=second)}"
    yield problem_at(steps, message, str(net), f"{entry.slug} is allocated {allocated} in {REGISTER}")


def _for(place: str, *, second: bool) -> str:
    if place == "onPremises":
        return " on its own premises"
    return f" in {place}" if second else f" in {place}, its primary region"


def _written(context: Context) -> Iterator[tuple[str, IPv4Network]]:
    """The address ranges that stand in the stack files of the other forces, as far as these can be read."""
    for slug in context.register.forces:
        path = context.root / STACK_FILE.format(slug=slug)
        if slug == context.entry.slug or not path.exists():
            continue
        try:
            config = dig(parse(*content_of(path, context.root)).values, "config")
        except SettingsError:
            continue  # that force's own load says what is wrong with it
        for steps in (("bluelamp:azure", "hub", "addressSpace"), ("bluelamp:onPremises", "addressSpace")):
            if net := as_network(dig(config, *steps)):
                yield slug, net
