"""Checks of addresses against the plan, the other forces and each other."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import spell
from bluelamp.core.text import first_of
from bluelamp.infra.checks.context import Context
from bluelamp.infra.settings.layers import STACK_FILE
from bluelamp.infra.settings.raw import dig, primary_region, usable_regions
from bluelamp.infra.settings.register import REGISTER
from bluelamp.infra.settings.written import WrittenOnPremises, WrittenSettings, in_stack_file
from bluelamp.infra.settings.written_values import Written

SMALLEST_HUB = 22
"""A prefix length; a /22 has room for the subnets of firewall, Bastion, gateway, resolver and private endpoints."""

SMALLEST_SPOKE = 26
"""A prefix length; the network has at least one subnet for the service and one for private endpoints."""


def address_problems(settings: WrittenSettings, context: Context) -> Iterator[Problem]:
    """Ranges that are too small, outside the allocation, of another force, or overlapping."""
    regions, primary = usable_regions(settings.values), primary_region(settings.values)
    taken: list[tuple[IPv4Network, str]] = []
    azure = settings.azure
    hubs = [(azure.hub.address_space, primary)]
    hubs += [(azure.second_hub.address_space, regions[1])] if len(regions) > 1 else []
    for space, region in hubs:
        if hub := space.network:
            yield from _hub(space, hub, region, context, second=space is not hubs[0][0])
            taken.append((hub, spell(space.steps[:-1])))
    for zone in azure.landing_zones:
        own, region = zone.address_space.network, zone.region.value or primary
        if own and isinstance(region, str) and region in context.entry.allocation.ranges():
            yield from _spoke(zone.address_space, own, region, taken, context)
            taken.append((own, spell(zone.steps)))
    estate = settings.on_premises
    if own := estate.address_space.network:
        yield from _against_plan(estate.address_space, own, "onPremises", context)
    premises = own or context.entry.allocation.on_premises
    yield from _sites(estate, premises)
    for cluster in estate.clusters:
        yield from _inside(cluster.endpoint, premises, "the force's own premises")


def _hub(space: Written, hub: IPv4Network, region: str, context: Context, *, second: bool) -> Iterator[Problem]:
    entry = context.entry
    if hub.prefixlen > SMALLEST_HUB:
        yield space.problem(
            f"{hub} is too small for a hub",
            str(hub),
            f"at least a /{SMALLEST_HUB} ({2 ** (32 - SMALLEST_HUB)} addresses)",
            f"the first of {entry.slug}'s allocation is {next(_first(entry.allocation.ranges()[region]))}",
        )
    yield from _against_plan(space, hub, region, context, second=second)


def _first(whole: IPv4Network) -> Iterator[IPv4Network]:
    return whole.subnets(new_prefix=max(whole.prefixlen, SMALLEST_HUB))


def _spoke(
    space: Written, own: IPv4Network, region: str, taken: list[tuple[IPv4Network, str]], context: Context
) -> Iterator[Problem]:
    if own.prefixlen > SMALLEST_SPOKE:
        yield space.problem(
            f"{own} is too small for a landing zone",
            str(own),
            f"at least a /{SMALLEST_SPOKE} ({2 ** (32 - SMALLEST_SPOKE)} addresses)",
            "leave it out for the next /24 of the force's allocation",
        )
    yield from _against_plan(space, own, region, context, second=True)
    yield from _against_own(space, own, taken)


def _sites(estate: WrittenOnPremises, premises: IPv4Network) -> Iterator[Problem]:
    taken: list[tuple[IPv4Network, str]] = []
    for site in estate.sites:
        own = site.address_space.network
        if own is None:
            continue
        if not own.subnet_of(premises):
            message = f"{own} is outside the force's own premises"
            yield site.address_space.problem(message, str(own), f"that is {premises}")
        yield from _against_own(site.address_space, own, taken)
        taken.append((own, spell(site.steps)))
        for device in site.devices:
            yield from _inside(device.bgp_address, own, "the site")


def _inside(written: Written, around: IPv4Network, called: str) -> Iterator[Problem]:
    address = written.ip
    if address is None:
        return
    if address not in around:
        yield written.problem(f"{address} is outside {called}", str(address), f"that is {around}")
    elif around.prefixlen < 31 and address in (around.network_address, around.broadcast_address):
        yield written.problem(f"{address} is not a host address in {around}", str(address))


def _against_own(space: Written, own: IPv4Network, taken: list[tuple[IPv4Network, str]]) -> Iterator[Problem]:
    for other, where in taken:
        if own.overlaps(other):
            message = f"{own} overlaps bluelamp:{where} ({other})"
            yield space.problem(message, str(own), next_step="give one of them another range")
            return


def _against_plan(
    space: Written, net: IPv4Network, place: str, context: Context, *, second: bool = False
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
    yield space.problem(message, str(net), f"{entry.slug} is allocated {allocated} in {REGISTER}")


def _for(place: str, *, second: bool) -> str:
    if place == "onPremises":
        return " on its own premises"
    return f" in {place}" if second else f" in {place}, its primary region"


def _written(context: Context) -> Iterator[tuple[str, IPv4Network]]:
    """The address ranges in the stack files of the other forces; unreadable files are left out."""
    for slug in context.register.forces:
        path = context.root / STACK_FILE.format(slug=slug)
        if slug == context.entry.slug or not path.exists():
            continue
        try:
            config = dig(parse(*content_of(path, context.root)).values, "config")
        except SettingsError:
            continue  # reported when that force is loaded
        settings = in_stack_file(config)
        for space in (settings.azure.hub.address_space, settings.on_premises.address_space):
            if net := space.network:
                yield slug, net
