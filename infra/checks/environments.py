"""Checks of a force's environments against each other: separate subscriptions and address ranges."""

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network

from bluelamp.core.environments import ENVIRONMENTS, PROD, join
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import show
from bluelamp.infra.checks.context import Context
from bluelamp.infra.settings.address_file import kept_of
from bluelamp.infra.settings.defaults import fill
from bluelamp.infra.settings.layers import STACK_FILE, written_settings
from bluelamp.infra.settings.register import REGISTER, Entry
from bluelamp.infra.settings.written import WrittenSettings
from bluelamp.infra.settings.written_values import Written


def sibling_problems(settings: WrittenSettings, context: Context) -> Iterator[Problem]:
    """An environment without its own subscription, and names, subscriptions and ranges that two environments share."""
    entry = context.entry
    written = settings.environment.text
    if entry.environment and written is not None and written != entry.environment:
        yield settings.environment.problem(
            f"{show(written)} is not the environment of the stack {entry.slug}",
            show(written, quote=False),
            f"it is {entry.environment}",
            f"write `bluelamp:environment: {entry.environment}`",
        )
    azure = settings.azure
    if entry.environment and azure.is_mapping and not azure.subscription_id.is_given:
        message = "is missing: an environment has a subscription of its own"
        step = f"add `subscriptionId: …` to bluelamp:azure in {STACK_FILE.format(slug=entry.slug)}"
        yield azure.subscription_id.problem(message, next_step=step)
    for other in _others(context):
        theirs = _settings(other, context)
        if theirs is not None:
            yield from _same_environment(settings, entry, theirs, other)
            yield from _same_subscription(settings, theirs, other)
            yield from _overlaps(settings, theirs, other)


def _others(context: Context) -> Iterator[Entry]:
    """The force's other existing stacks."""
    entry = context.entry
    own = context.register.forces[entry.force]
    for environment in ("", *ENVIRONMENTS):
        slug = join(own.slug, environment)
        if environment != entry.environment and (context.root / STACK_FILE.format(slug=slug)).exists():
            yield own.in_environment(environment) if environment else own


def _settings(entry: Entry, context: Context) -> WrittenSettings | None:
    """The settings of a stack, with their defaults; None if they cannot be read."""
    with suppress(SettingsError):  # a mistake in a file is reported when that stack is loaded
        settings = written_settings(entry, context.root)
        if settings is not None:
            fill(settings, entry, kept_of(entry, context.root).ranges)
            return WrittenSettings(settings)
    return None


def _same_environment(
    settings: WrittenSettings, entry: Entry, theirs: WrittenSettings, other: Entry
) -> Iterator[Problem]:
    mine = entry.environment or settings.values.get("environment", PROD)
    its = other.environment or theirs.values.get("environment", PROD)
    if mine == its:
        message = f"{show(mine)} is also the environment of the stack {other.slug}: resource names would clash"
        yield settings.environment.problem(message, show(mine, quote=False), next_step="rename one of them")


def _same_subscription(settings: WrittenSettings, theirs: WrittenSettings, other: Entry) -> Iterator[Problem]:
    taken = {value.casefold() for _, value in _subscriptions(theirs)}
    for where, value in _subscriptions(settings):
        if value.casefold() in taken:
            message = f"{show(value)} is already a subscription of {other.slug}"
            step = "name a separate subscription for this environment"
            yield where.problem(message, show(value, quote=False), next_step=step)


def _subscriptions(settings: WrittenSettings) -> Iterator[tuple[Written, str]]:
    azure = settings.azure
    for each in (azure.subscription_id, *(zone.subscription_id for zone in azure.landing_zones)):
        if each.text is not None:
            yield each, each.text


def _overlaps(settings: WrittenSettings, theirs: WrittenSettings, other: Entry) -> Iterator[Problem]:
    reserved = [("its allocation", other.allocation.ranges()[place]) for place in ("uksouth", "ukwest")]
    taken = [(spelt, net) for (_, spelt, net) in used(theirs)]
    for where, _, net in used(settings):
        for spelt, their in [*taken, *(reserved if other.environment else ())]:
            if net.overlaps(their):
                message = f"{net} overlaps {other.slug} ({spelt} {their})"
                step = f"give one of them another range, or write the environments' ranges in {REGISTER}"
                yield where.problem(message, str(net), next_step=step)
                break


def used(settings: WrittenSettings) -> Iterator[tuple[Written, str, IPv4Network]]:
    """Every range that settings, with their defaults, use: its setting, a name for messages, and the range."""
    azure = settings.azure
    places = [(azure.hub.address_space, "azure.hub"), (azure.second_hub.address_space, "azure.secondHub")]
    for zone in azure.landing_zones:
        name = zone.name.value
        places.append((zone.address_space, f"landing zone {name}" if name else "azure.landingZones"))
    for space, spelt in (*places, (settings.on_premises.address_space, "onPremises.addressSpace")):
        if net := space.network:
            yield space, spelt, net
