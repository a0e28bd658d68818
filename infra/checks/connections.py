"""Checks of what connects the estate to Azure: Arc, signing keys, firewalls' base policies, exemptions of policy."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.core.identity import are_apart
from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import dig, usable_regions
from bluelamp.modules.azure.hierarchy import hierarchy


def connection_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """What would be connected to nothing, or exempted from nothing."""
    yield from _without_azure(settings)
    yield from _base_policies(settings)
    yield from _virtual_wan(settings)
    exemptions = dig(settings, "azure", "policyExemptions")
    for index, exemption in enumerate(exemptions if isinstance(exemptions, list) else ()):
        yield from _exemption(("azure", "policyExemptions", index), exemption, settings)


def _without_azure(settings: Mapping[str, Any]) -> Iterator[Problem]:
    if "azure" in settings:
        return
    clusters = dig(settings, "onPremises", "clusters")
    for index, cluster in enumerate(clusters if isinstance(clusters, list) else ()):
        for key in ("agentCertificate", "signingKeys"):
            if dig(cluster, key):
                steps: Steps = ("onPremises", "clusters", index, key)
                message = "is for Azure, and there is no bluelamp:azure"
                yield problem_at(steps, message, next_step="add that, or take it out")
    if dig(settings, "onPremises", "servers") is not None:
        message = "are servers seen from Azure, and there is no bluelamp:azure"
        yield problem_at(("onPremises", "servers"), message, next_step="add that, or take them out")


def _base_policies(settings: Mapping[str, Any]) -> Iterator[Problem]:
    written = dig(settings, "azure", "hub", "firewall", "basePolicyIds")
    regions = usable_regions(settings)
    for region in written if isinstance(written, dict) else ():
        if region not in regions:
            yield problem_at(
                ("azure", "hub", "firewall", "basePolicyIds", region),
                f"there is no hub in {show(region)}",
                show(region, quote=False),
                f"regions: {', '.join(regions)}",
                did_you_mean(str(region), regions),
            )


def _virtual_wan(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """A virtual hub always has a firewall, which asks the resolver beside it for private names."""
    if dig(settings, "azure", "topology") != "virtual-wan":
        return
    if dig(settings, "azure", "hub", "firewall", "enabled") is False:
        yield problem_at(
            ("azure", "hub", "firewall", "enabled"),
            "a virtual hub is nothing without its firewall",
            "false",
            next_step="leave it out, or write topology: hub-spoke",
        )
    if not is_on(settings, "dnsResolver"):
        yield problem_at(
            ("azure", "topology"),
            "virtual-wan needs dnsResolver, which is not there",
            "virtual-wan",
            next_step="write profile: hybrid, or components with dnsResolver: hybrid and privateDns: hybrid",
        )


def _exemption(steps: Steps, exemption: object, settings: Mapping[str, Any]) -> Iterator[Problem]:
    requester, approver = dig(exemption, "requester"), dig(exemption, "approver")
    if isinstance(approver, str) and isinstance(requester, str) and not are_apart(approver, requester):
        message = f"{approver} cannot approve what it asks for itself"
        yield problem_at((*steps, "approver"), message, approver, next_step="name another approver")
    if not is_on(settings, "policies"):
        message = "exempts from a policy, and none are assigned"
        yield problem_at(steps, message, next_step="write policies: hybrid under bluelamp:components, or take it out")
        return
    name = dig(exemption, "assignment")
    if isinstance(name, str):
        yield from _assignment(steps, name, exemption, settings)


def _assignment(steps: Steps, name: str, exemption: object, settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Against the catalogue of assignments, whose module is loaded only where something is exempt."""
    from bluelamp.modules.azure.policy import assigned_at, assignments

    row = assignments().get(name)
    if row is None:
        allowed = f"assignments: {', '.join(list(assignments())[:9])} and more"
        step = did_you_mean(name, list(assignments())) or "`bluelamp policy` shows them"
        message = f"there is no assignment called {show(name)}"
        yield problem_at((*steps, "assignment"), message, show(name, quote=False), allowed, step)
        return
    for argument, component in (("ddos_plan_id", "ddosPlan"), ("private_dns_zone_ids", "privateDns")):
        if argument in row.needs and not is_on(settings, component):
            message = f"{name} is not assigned, since there is no {component}"
            yield problem_at((*steps, "assignment"), message, name, next_step="take the exemption out")
            return
    scope, at = dig(exemption, "scope"), dig(exemption, "assignedAt")
    groups = _groups(settings)
    if isinstance(scope, str) and not scope.startswith("/") and scope not in groups:
        message = f"there is no management group called {show(scope)}"
        allowed = f"groups: {', '.join(groups)}; or an id that begins with /subscriptions/"
        yield problem_at((*steps, "scope"), message, show(scope, quote=False), allowed, did_you_mean(scope, groups))
    elif isinstance(scope, str):
        try:
            assigned_at({"assignment": name, "scope": scope, "assigned_at": at}, groups)
        except ValueError as error:
            said = str(error).replace("assigned_at", "assignedAt")
            yield problem_at((*steps, "scope" if at is None else "assignedAt"), said, str(at or scope))


def _groups(settings: Mapping[str, Any]) -> list[str]:
    """The management groups that there are, by what they are for."""
    zones = dig(settings, "azure", "landingZones")
    confidential = settings.get("profile", "starter") != "starter" or any(
        str(dig(zone, "archetype")).startswith("confidential") for zone in (zones if isinstance(zones, list) else ())
    )
    written = dig(settings, "azure", "managementGroups")
    there = {"confidential": confidential, **{key: dig(written, key) is not False for key in ("sandbox", "quarantine")}}
    return [key for key, group in hierarchy().items() if there.get(group.get("optional", ""), True)]
