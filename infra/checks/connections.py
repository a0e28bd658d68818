"""Checks of the estate's connections to Azure: Arc, signing keys, firewalls' base policies, policy exemptions."""

from collections.abc import Iterator

from bluelamp.core.identity import are_apart
from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.policy_baseline import NEEDED
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import usable_regions
from bluelamp.infra.settings.written import WrittenExemption, WrittenSettings
from bluelamp.modules.azure.hierarchy import hierarchy


def connection_problems(settings: WrittenSettings) -> Iterator[Problem]:
    """Connections and exemptions without a target."""
    yield from _without_azure(settings)
    yield from _base_policies(settings)
    yield from _virtual_wan(settings)
    for exemption in settings.azure.policy_exemptions:
        yield from _exemption(exemption, settings)


def _without_azure(settings: WrittenSettings) -> Iterator[Problem]:
    if "azure" in settings.values:
        return
    for cluster in settings.on_premises.clusters:
        for each in (cluster.agent_certificate, cluster.signing_keys):
            if each.value:
                message = "is for Azure, but bluelamp:azure is not set"
                yield each.problem(message, next_step="add bluelamp:azure, or remove it")
    if settings.on_premises.servers.is_given:
        message = "are Arc-enabled servers, but bluelamp:azure is not set"
        yield settings.on_premises.servers.problem(message, next_step="add bluelamp:azure, or remove them")


def _base_policies(settings: WrittenSettings) -> Iterator[Problem]:
    written = settings.azure.hub.firewall.base_policy_ids
    regions = usable_regions(settings.values)
    for region in written.values:
        if region not in regions:
            yield written.child(region).problem(
                f"there is no hub in {show(region)}",
                show(region, quote=False),
                f"regions: {', '.join(regions)}",
                did_you_mean(str(region), regions),
            )


def _virtual_wan(settings: WrittenSettings) -> Iterator[Problem]:
    """A virtual hub always has a firewall, which resolves private names by the DNS resolver beside it."""
    azure = settings.azure
    if azure.topology.value != "virtual-wan":
        return
    if azure.hub.firewall.enabled.value is False:
        yield azure.hub.firewall.enabled.problem(
            "a virtual hub needs its firewall",
            "false",
            next_step="leave it out, or write topology: hub-spoke",
        )
    if not is_on(settings.values, "dnsResolver"):
        yield azure.topology.problem(
            "virtual-wan needs dnsResolver, which is off",
            "virtual-wan",
            next_step="write profile: hybrid, or components with dnsResolver: hybrid and privateDns: hybrid",
        )


def _exemption(exemption: WrittenExemption, settings: WrittenSettings) -> Iterator[Problem]:
    requester, approver = exemption.requester.text, exemption.approver.text
    if approver is not None and requester is not None and not are_apart(approver, requester):
        message = f"{approver} cannot approve its own request"
        yield exemption.approver.problem(message, approver, next_step="name another approver")
    if not is_on(settings.values, "policies"):
        message = "exempts from a policy, but no policies are assigned"
        yield exemption.problem(message, next_step="write policies: hybrid under bluelamp:components, or remove it")
        return
    if exemption.assignment.text is not None:
        yield from _assignment(exemption, exemption.assignment.text, settings)


def _assignment(exemption: WrittenExemption, name: str, settings: WrittenSettings) -> Iterator[Problem]:
    """Checks against the catalogue of assignments, whose module is loaded only for exemptions."""
    from bluelamp.modules.azure.policy import assigned_at, assignments

    row = assignments().get(name)
    if row is None:
        allowed = f"assignments: {', '.join(list(assignments())[:9])} and more"
        step = did_you_mean(name, list(assignments())) or "`bluelamp policy` shows them"
        message = f"there is no assignment called {show(name)}"
        yield exemption.assignment.problem(message, show(name, quote=False), allowed, step)
        return
    for argument, component in NEEDED.items():
        if argument in row.needs and not is_on(settings.values, component):
            message = f"{name} is not assigned, as there is no {component}"
            yield exemption.assignment.problem(message, name, next_step="remove the exemption")
            return
    scope, at = exemption.scope.text, exemption.assigned_at
    groups = _groups(settings)
    if scope is not None and not scope.startswith("/") and scope not in groups:
        message = f"there is no management group called {show(scope)}"
        allowed = f"groups: {', '.join(groups)}; or an id that begins with /subscriptions/"
        yield exemption.scope.problem(message, show(scope, quote=False), allowed, did_you_mean(scope, groups))
    elif scope is not None and (at.text is not None or not at.is_given):
        try:
            assigned_at({"assignment": name, "scope": scope, "assigned_at": at.text}, groups)
        except ValueError as error:
            message = str(error).replace("assigned_at", "assignedAt")
            yield (at if at.is_given else exemption.scope).problem(message, at.text or scope)


def _groups(settings: WrittenSettings) -> list[str]:
    """The existing management groups, by purpose."""
    azure = settings.azure
    confidential = settings.values.get("profile", "starter") != "starter" or any(
        str(zone.archetype.value).startswith("confidential") for zone in azure.landing_zones
    )
    written = azure.management_groups
    switches = {
        "confidential": confidential,
        "sandbox": written.sandbox.value is not False,
        "quarantine": written.quarantine.value is not False,
    }
    return [key for key, group in hierarchy().items() if switches.get(group.get("optional", ""), True)]
