"""Checks of the platform's subscriptions, the management group hierarchy and TLS inspection."""

from collections.abc import Iterator
from typing import get_args

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.infra.settings.subscriptions import AREAS, Kept
from bluelamp.infra.settings.written import WrittenAzure, WrittenSettings
from bluelamp.infra.settings.written_values import duplicates


def platform_problems(settings: WrittenSettings) -> Iterator[Problem]:
    """Every conflict among the platform's settings."""
    yield from _subscriptions(settings.azure)
    yield from _landing_zones(settings.azure)
    yield from _hierarchy(settings.azure)
    yield from _tls(settings.azure)


def _subscriptions(azure: WrittenAzure) -> Iterator[Problem]:
    wanted, first = azure.platform_subscriptions, azure.subscription_id
    if not wanted.is_mapping:
        return
    for area in AREAS if not first.is_given else ():
        if wanted.get(area) is None:
            message = "is missing: there is no azure.subscriptionId to serve the area"
            yield wanted.child(area).problem(message, next_step=f"add `{area}`, or set azure.subscriptionId")
    if not wanted.kept.is_given:
        message = "is missing: it states which areas of the platform are already deployed"
        step = f"write `kept: []` where it is not, else `kept: [{', '.join(get_args(Kept))}]`"
        yield wanted.kept.problem(message, next_step=step)
    if len(wanted.kept) and not first.is_given:
        message = "keeps areas in azure.subscriptionId, which is not set"
        step = "set azure.subscriptionId to the subscription that has them; write `kept: []` where nothing is deployed"
        yield wanted.kept.problem(message, next_step=step)
    for each, _ in duplicates(wanted.kept):
        yield each.problem(f"{show(each.value)} is a duplicate", show(each.value, quote=False), next_step="remove it")


def _landing_zones(azure: WrittenAzure) -> Iterator[Problem]:
    written = {area: azure.platform_subscriptions.get(area) for area in AREAS}
    used = {subscription.casefold(): area for area, subscription in written.items() if isinstance(subscription, str)}
    for zone in azure.landing_zones:
        own = zone.subscription_id.text
        if own is not None and own.casefold() in used:
            message = f"is the platform's subscription for {used[own.casefold()]}"
            step = "give the landing zone a subscription of its own"
            yield zone.subscription_id.problem(message, own, next_step=step)


def _hierarchy(azure: WrittenAzure) -> Iterator[Problem]:
    groups = azure.management_groups
    if groups.hierarchy_settings.value is True and groups.quarantine.value is False:
        message = "needs the management group quarantine, which is off"
        step = "write quarantine: true, or remove hierarchySettings"
        yield groups.hierarchy_settings.problem(message, "true", next_step=step)


def _tls(azure: WrittenAzure) -> Iterator[Problem]:
    firewall = azure.hub.firewall
    inspection = firewall.tls_inspection
    if not inspection.is_given:
        return
    if firewall.enabled.value is False:
        yield inspection.problem("needs a firewall, which is off", next_step="write enabled: true, or remove it")
    if firewall.tier.value == "Standard":
        message = "needs the tier Premium, but the tier is Standard"
        yield inspection.problem(message, next_step="write tier: Premium, or remove it")
