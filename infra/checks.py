"""What no single setting can tell: addresses against the plan, names that are there twice, references to nothing.

The checks read the settings as they were written, not the models, so that they speak even when other settings are
wrong. What is not of the right kind they leave to the models.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from infra.fields import UK_REGIONS, network
from infra.problems import SettingsError, did_you_mean
from infra.reader import content_of, parse
from infra.register import REGISTER, Entry, Register
from infra.source import Steps, show

STACK_FILE = "stacks/Pulumi.{slug}.yaml"
"""Where a force's settings are, under the project's folder."""

SMALLEST_HUB = 22
"""A hub holds the firewall's, Bastion's, gateway's, resolver's and private endpoints' subnets: a /22 takes them all."""


class Context(NamedTuple):
    """A force among the others: its row in the register, the register, and the project's folder."""

    entry: Entry
    register: Register
    root: Path


class Finding(NamedTuple):
    """A mistake at `steps`, a path in the settings without `bluelamp:`."""

    steps: Steps
    message: str
    found: str = ""
    allowed: str = ""
    next_step: str = ""


def dig(values: object, *steps: str | int) -> Any:
    """What stands at `steps` in mappings and lists, or None."""
    for step in steps:
        if isinstance(step, str) and isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(step, int) and isinstance(values, list) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def findings(settings: Mapping[str, Any], context: Context) -> Iterator[Finding]:
    """Every mistake that shows only when several settings, or several forces, are seen together."""
    yield from _estate(settings)
    yield from _addresses(settings, context)
    yield from _doubles(settings)
    yield from _clusters(settings)


def _estate(settings: Mapping[str, Any]) -> Iterator[Finding]:
    if "azure" not in settings and "onPremises" not in settings:
        yield Finding(
            (),
            "there is neither bluelamp:azure nor bluelamp:onPremises: nothing would be made",
            next_step="add one of them",
        )
    tier = dig(settings, "classification", "tier")
    if tier in ("SECRET", "TOP SECRET") and "azure" in settings:
        yield Finding(
            ("classification", "tier"),
            f"{tier} never goes to public Azure",
            tier,
            "OFFICIAL, with handling: SENSITIVE where it is marked so",
            "take bluelamp:azure out, or keep data of this tier elsewhere",
        )


def _addresses(settings: Mapping[str, Any], context: Context) -> Iterator[Finding]:
    entry = context.entry
    region = primary_region(settings)
    hub = _network(dig(settings, "azure", "hub", "addressSpace"))
    if hub and hub.prefixlen > SMALLEST_HUB:
        yield Finding(
            ("azure", "hub", "addressSpace"),
            f"{hub} is too small for a hub",
            str(hub),
            f"at least a /{SMALLEST_HUB} ({2 ** (32 - SMALLEST_HUB)} addresses)",
            f"the first of {entry.slug}'s allocation is {entry.allocation.first_hub(region)}",
        )
    if hub:
        yield from _against_plan(("azure", "hub", "addressSpace"), hub, region, context)
    own = _network(dig(settings, "onPremises", "addressSpace"))
    if own:
        yield from _against_plan(("onPremises", "addressSpace"), own, "onPremises", context)


def _against_plan(steps: Steps, net: IPv4Network, place: str, context: Context) -> Iterator[Finding]:
    entry = context.entry
    allocated = entry.allocation.ranges()[place]
    if net.subnet_of(allocated):
        return
    taken = [
        f"{slug} ({other})" for other, slug, _ in context.register.ranges if slug != entry.slug and net.overlaps(other)
    ]
    taken = taken or [f"{slug} ({other})" for slug, other in _written(context) if net.overlaps(other)]
    if taken:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        message = f"{net} overlaps {', '.join(taken[:3])}{more}"
    else:
        message = f"{net} is outside {entry.slug}'s allocation{_for(place)}"
    yield Finding(steps, message, str(net), f"{entry.slug} is allocated {allocated} in {REGISTER}")


def _for(place: str) -> str:
    return " on its own premises" if place == "onPremises" else f" in {place}, its primary region"


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
            if net := _network(dig(config, *steps)):
                yield slug, net


def _doubles(settings: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _twice(("azure", "regions"), dig(settings, "azure", "regions"), None)
    yield from _twice(("onPremises", "clusters"), dig(settings, "onPremises", "clusters"), "name")
    yield from _twice(("onPremises", "tenants"), dig(settings, "onPremises", "tenants"), "name")
    rules = dig(settings, "azure", "hub", "rules")
    yield from _twice(("azure", "hub", "rules"), rules, "name")
    for direction in ("Inbound", "Outbound"):
        same = (
            [
                rule if dig(rule, "direction") in (direction, None if direction == "Inbound" else direction) else None
                for rule in rules
            ]
            if isinstance(rules, list)
            else None
        )
        yield from _twice(("azure", "hub", "rules"), same, "priority")


def _twice(steps: Steps, items: object, key: str | None) -> Iterator[Finding]:
    first: dict[object, int] = {}
    for index, item in enumerate(items if isinstance(items, list) else ()):
        value = item if key is None else dig(item, key)
        if not isinstance(value, str | int):
            continue
        where = first.setdefault(value.casefold() if isinstance(value, str) else value, index)
        if where != index:
            at: Steps = (*steps, index) if key is None else (*steps, index, key)
            yield Finding(
                at,
                f"{show(value)} is here a second time; it is first at [{where}]",
                show(value, quote=False),
                next_step="rename or remove one",
            )


def _clusters(settings: Mapping[str, Any]) -> Iterator[Finding]:
    clusters = dig(settings, "onPremises", "clusters")
    names = [dig(cluster, "name") for cluster in clusters] if isinstance(clusters, list) else ["live"]
    known = [name for name in names if isinstance(name, str) and name.isprintable()]
    tenants = dig(settings, "onPremises", "tenants")
    for index, tenant in enumerate(tenants if isinstance(tenants, list) else ()):
        cluster = dig(tenant, "cluster")
        if isinstance(cluster, str) and cluster not in known:
            yield Finding(
                ("onPremises", "tenants", index, "cluster"),
                f"there is no cluster called {show(cluster)}",
                show(cluster, quote=False),
                f"clusters: {', '.join(show(name, quote=False) for name in known[:9])}" if known else "",
                did_you_mean(cluster, known),
            )


def primary_region(settings: Mapping[str, Any]) -> Any:
    """The first region in the settings that is one of the UK's, or `uksouth`."""
    regions = dig(settings, "azure", "regions")
    usable = [region for region in regions if region in UK_REGIONS] if isinstance(regions, list) else []
    return usable[0] if usable else "uksouth"


def _network(value: object) -> IPv4Network | None:
    try:
        return network(value)
    except PydanticCustomError:
        return None
