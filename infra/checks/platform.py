"""The platform's subscriptions, the tenant's hierarchy and TLS inspection: what each needs of other settings."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from bluelamp.core.problems import Problem
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.raw import dig, repeats
from bluelamp.infra.settings.subscriptions import AREAS, Kept


def platform_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Every mistake that shows only against other settings of the platform."""
    yield from _subscriptions(settings)
    yield from _landing_zones(settings)
    yield from _hierarchy(settings)
    yield from _tls(settings)


def _subscriptions(settings: Mapping[str, Any]) -> Iterator[Problem]:
    wanted, steps = dig(settings, "azure", "platformSubscriptions"), ("azure", "platformSubscriptions")
    if not isinstance(wanted, Mapping):
        return
    first, kept = dig(settings, "azure", "subscriptionId"), wanted.get("kept")
    for area in AREAS if first is None else ():
        if wanted.get(area) is None:
            message = "is missing: there is no azure.subscriptionId to serve the area"
            yield problem_at((*steps, area), message, next_step=f"add `{area}`, or set azure.subscriptionId")
    if kept is None:
        message = "is missing: nothing says whether the platform is deployed already"
        step = f"write `kept: []` where it is not, else `kept: [{', '.join(get_args(Kept))}]`"
        yield problem_at((*steps, "kept"), message, next_step=step)
    if isinstance(kept, list):
        if kept and first is None:
            message = "keeps areas in azure.subscriptionId, which is not set"
            step = (
                "set azure.subscriptionId to the subscription that has them; write `kept: []` where nothing is deployed"
            )
            yield problem_at((*steps, "kept"), message, next_step=step)
        for at, value, _ in repeats([((*steps, "kept", index), area) for index, area in enumerate(kept)]):
            yield problem_at(at, f"{show(value)} is a duplicate", show(value, quote=False), next_step="remove it")


def _landing_zones(settings: Mapping[str, Any]) -> Iterator[Problem]:
    wanted, zones = dig(settings, "azure", "platformSubscriptions"), dig(settings, "azure", "landingZones")
    used = {str(dig(wanted, area)).casefold(): area for area in AREAS if isinstance(dig(wanted, area), str)}
    for index, zone in enumerate(zones if isinstance(zones, list) else ()):
        own = dig(zone, "subscriptionId")
        if isinstance(own, str) and own.casefold() in used:
            at: Steps = ("azure", "landingZones", index, "subscriptionId")
            message = f"is the platform's subscription for {used[own.casefold()]}"
            yield problem_at(at, message, own, next_step="give the landing zone a subscription of its own")


def _hierarchy(settings: Mapping[str, Any]) -> Iterator[Problem]:
    groups = dig(settings, "azure", "managementGroups")
    if dig(groups, "hierarchySettings") is True and dig(groups, "quarantine") is False:
        message = "needs the management group quarantine, which is off"
        step = "write quarantine: true, or remove hierarchySettings"
        yield problem_at(("azure", "managementGroups", "hierarchySettings"), message, "true", next_step=step)


def _tls(settings: Mapping[str, Any]) -> Iterator[Problem]:
    firewall = dig(settings, "azure", "hub", "firewall")
    if dig(firewall, "tlsInspection") is None:
        return
    steps: Steps = ("azure", "hub", "firewall", "tlsInspection")
    if dig(firewall, "enabled") is False:
        yield problem_at(steps, "needs a firewall, which is off", next_step="write enabled: true, or remove it")
    if dig(firewall, "tier") == "Standard":
        message = "needs the tier Premium, and the tier is Standard"
        yield problem_at(steps, message, next_step="write tier: Premium, or remove it")
