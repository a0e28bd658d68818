"""The environments of a force against each other: subscriptions and address ranges of their own."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Network
from typing import Any

from bluelamp.core.environments import ENVIRONMENTS, PROD, join
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.checks.context import Context
from bluelamp.infra.settings.address_file import kept_of
from bluelamp.infra.settings.defaults import fill
from bluelamp.infra.settings.layers import STACK_FILE, written_settings
from bluelamp.infra.settings.raw import as_network, dig
from bluelamp.infra.settings.register import REGISTER, Entry


def sibling_problems(settings: Mapping[str, Any], context: Context) -> Iterator[Problem]:
    """An environment without a subscription of its own, and what two environments of a force both use."""
    entry = context.entry
    written = settings.get("environment")
    if entry.environment and isinstance(written, str) and written != entry.environment:
        yield problem_at(
            ("environment",),
            f"{show(written)} is not the environment of the stack {entry.slug}",
            show(written, quote=False),
            f"it is {entry.environment}",
            f"write `bluelamp:environment: {entry.environment}`",
        )
    azure = settings.get("azure")
    if entry.environment and isinstance(azure, Mapping) and azure.get("subscriptionId") is None:
        message = "is missing: an environment has a subscription of its own"
        step = f"add `subscriptionId: …` to bluelamp:azure in {STACK_FILE.format(slug=entry.slug)}"
        yield problem_at(("azure", "subscriptionId"), message, next_step=step)
    for other in _others(context):
        theirs = _settings(other, context)
        if theirs is not None:
            yield from _same_environment(settings, entry, theirs, other)
            yield from _same_subscription(settings, theirs, other)
            yield from _overlaps(settings, theirs, other)


def _others(context: Context) -> Iterator[Entry]:
    """The force's other stacks that there are."""
    entry = context.entry
    own = context.register.forces[entry.force]
    for environment in ("", *ENVIRONMENTS):
        slug = join(own.slug, environment)
        if environment != entry.environment and (context.root / STACK_FILE.format(slug=slug)).exists():
            yield own.in_environment(environment) if environment else own


def _settings(entry: Entry, context: Context) -> dict[str, Any] | None:
    """The settings of a stack as its own run would have them; None where they cannot be read, which that run says."""
    try:
        settings = written_settings(entry, context.root)
    except SettingsError:
        return None
    if settings is None:
        return None
    with suppress(SettingsError):  # a mistake in the file is reported by that stack's own run
        fill(settings, entry, kept_of(entry, context.root).ranges)
        return settings
    return None


def _same_environment(
    settings: Mapping[str, Any], entry: Entry, theirs: Mapping[str, Any], other: Entry
) -> Iterator[Problem]:
    mine = entry.environment or settings.get("environment", PROD)
    its = other.environment or theirs.get("environment", PROD)
    if mine == its:
        message = f"{show(mine)} is the environment of the stack {other.slug} too: names of resources would be the same"
        yield problem_at(("environment",), message, show(mine, quote=False), next_step="rename one of them")


def _same_subscription(settings: Mapping[str, Any], theirs: Mapping[str, Any], other: Entry) -> Iterator[Problem]:
    taken = {value.casefold() for _, value in _subscriptions(theirs)}
    for steps, value in _subscriptions(settings):
        if value.casefold() in taken:
            yield problem_at(
                steps,
                f"{show(value)} is a subscription of {other.slug}",
                show(value, quote=False),
                next_step="name a subscription of this environment's own",
            )


def _subscriptions(settings: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    own = dig(settings, "azure", "subscriptionId")
    if isinstance(own, str):
        yield ("azure", "subscriptionId"), own
    zones = dig(settings, "azure", "landingZones")
    for index, zone in enumerate(zones if isinstance(zones, list) else ()):
        named = dig(zone, "subscriptionId")
        if isinstance(named, str):
            yield ("azure", "landingZones", index, "subscriptionId"), named


def _overlaps(settings: Mapping[str, Any], theirs: Mapping[str, Any], other: Entry) -> Iterator[Problem]:
    reserved = [("its share", other.allocation.ranges()[place]) for place in ("uksouth", "ukwest")]
    taken = [(spelt, net) for (_, spelt, net) in used(theirs)]
    for steps, _, net in used(settings):
        for spelt, their in [*taken, *(reserved if other.environment else ())]:
            if net.overlaps(their):
                yield problem_at(
                    steps,
                    f"{net} overlaps {other.slug} ({spelt} {their})",
                    str(net),
                    next_step=f"give one of them another range, or write the environments' ranges in {REGISTER}",
                )
                break


def used(settings: Mapping[str, Any]) -> Iterator[tuple[Steps, str, IPv4Network]]:
    """Every range that settings, with their defaults, use: its path, how it is spelt, and the range."""
    places: list[Steps] = [("azure", "hub", "addressSpace"), ("azure", "secondHub", "addressSpace")]
    zones = dig(settings, "azure", "landingZones")
    count = len(zones) if isinstance(zones, list) else 0
    places += [("azure", "landingZones", index, "addressSpace") for index in range(count)]
    for steps in (*places, ("onPremises", "addressSpace")):
        net = as_network(dig(settings, *steps))
        if net is not None:
            named = dig(zones, steps[2], "name") if len(steps) == 4 else None
            yield steps, f"landing zone {named}" if named else ".".join(map(str, steps[:2])), net
