"""Checks of ranges against the kept ones: a deployed network cannot move."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from bluelamp.core.problems import Problem
from bluelamp.infra.settings.address_file import Kept, shown
from bluelamp.infra.settings.allocation import HUB, Key, same_place
from bluelamp.infra.settings.defaults import wanted
from bluelamp.infra.settings.raw import usable_regions
from bluelamp.infra.settings.written import WrittenSettings
from bluelamp.infra.settings.written_values import Written

COMMAND = "bluelamp addresses"


def move_problems(settings: WrittenSettings, kept: Kept, slug: str) -> Iterator[Problem]:
    """Every network that would leave its kept range, or use the kept range of a removed network."""
    if kept.ranges is None:
        return
    places = _places(settings)
    wanted_ranges = {each.key: each.range for each in wanted(settings.values)}
    for key, net in wanted_ranges.items():
        own = kept.ranges.get(key)
        if net is None:
            continue
        if own is not None and not same_place(own, net, key[1]):
            yield places[key].problem(
                f"{shown(key)} would move from {own} to {net}, and a network that is deployed cannot move",
                str(net),
                f"{own} is kept for it in {kept.line(key)}",
                staged(key, net, slug, first=usable_regions(settings.values)[:1]),
            )
        for other, taken in kept.ranges.items():
            if other != key and other not in wanted_ranges and net.overlaps(taken):
                yield places[key].problem(
                    f"{net} overlaps {taken}, which is kept for {shown(other)} in {kept.line(other)}",
                    str(net),
                    next_step=f"once {shown(other)} is gone: {COMMAND} {slug} --release {label(other)}",
                )
                break


def staged(key: Key, net: IPv4Network | None, slug: str, *, first: list[str], deployed: bool = False) -> str:
    """The steps for moving a network; unless it is `deployed`, also those for a network that is not."""
    alone = "" if deployed else "; where it is not deployed the move alone is enough"
    where = net or "RANGE"
    move = f"`{COMMAND} {slug} --move {label(key)}={where}`"
    if key[1] != HUB:
        return (
            f"add a landing zone with another name beside {key[1]}, run `bluelamp up {slug}`, move the service, then "
            f"remove {key[1]}" + ("" if deployed else f"; or, where it is not deployed: {move}")
        )
    if first and key[0] != first[0]:
        return (
            f"set bluelamp:components.secondHub: off, run `bluelamp up {slug}`, then {move}, and set it as it was"
            f"{alone}"
        )
    return f"all networks depend on the hub: run `bluelamp destroy {slug}`, then {move} and `bluelamp up {slug}`{alone}"


def label(key: Key) -> str:
    """A network's name on the command line: `records`, `ukwest/hub`."""
    region, name = key
    return name if name != HUB else f"{region}/hub"


def _places(settings: WrittenSettings) -> dict[Key, Written]:
    """The setting with each network's range."""
    azure, regions = settings.azure, usable_regions(settings.values)
    found: dict[Key, Written] = {}
    for index, each in enumerate(wanted(settings.values)):
        if each.name == HUB:
            found.setdefault(each.key, (azure.hub if index == 0 else azure.second_hub).address_space)
    for zone in azure.landing_zones:
        name, region = zone.name.text, zone.region.value
        if name is not None:
            where = region if region in regions else next(iter(regions), "uksouth")
            found.setdefault((str(where), name), zone.address_space)
    return found
