"""Checks across several settings: addresses against the plan, duplicate names, unresolved references.

The checks read the settings as written, not the models, so that they report mistakes even if other settings are
invalid. Values of the wrong type are left to the models.
"""

from collections.abc import Iterable, Iterator

from bluelamp.core.access import has_access
from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.checks.addresses import address_problems
from bluelamp.infra.checks.assignments import assignment_problems
from bluelamp.infra.checks.connections import connection_problems
from bluelamp.infra.checks.context import Context
from bluelamp.infra.checks.data import data_problems
from bluelamp.infra.checks.environments import sibling_problems
from bluelamp.infra.checks.jobs import job_problems
from bluelamp.infra.checks.listing import listed
from bluelamp.infra.checks.platform import platform_problems
from bluelamp.infra.checks.restrictions import restriction_problems
from bluelamp.infra.settings.fields import UK_REGIONS
from bluelamp.infra.settings.profiles import COMES_WITH, missing
from bluelamp.infra.settings.written import WrittenAzure, WrittenOnPremises, WrittenSettings
from bluelamp.infra.settings.written_values import Written, duplicates

MAX_SANDBOX_BUDGET = 1000
"""GBP a month."""


def cross_field_problems(settings: WrittenSettings, context: Context) -> Iterator[Problem]:
    """Every mistake across several settings or several forces."""
    yield from _estate(settings)
    yield from address_problems(settings, context)
    yield from _duplicates(settings.azure, settings.on_premises)
    yield from _references(settings)
    yield from _components(settings)
    yield from _sandboxes(settings.azure)
    yield from _machines(settings.on_premises)
    yield from connection_problems(settings)
    yield from sibling_problems(settings, context)
    yield from restriction_problems(settings)
    yield from assignment_problems(settings)
    yield from platform_problems(settings)
    yield from data_problems(settings)
    yield from job_problems(settings, has_policy=has_access(context.root, context.entry.slug))


def _estate(settings: WrittenSettings) -> Iterator[Problem]:
    if "azure" not in settings.values and "onPremises" not in settings.values:
        message = "neither bluelamp:azure nor bluelamp:onPremises is set: the stack would be empty"
        yield settings.problem(message, next_step="add one of them")
    tier = settings.classification.tier
    if tier.value in ("SECRET", "TOP SECRET") and "azure" in settings.values:
        yield tier.problem(
            f"{tier.value} is not allowed in public Azure",
            tier.value,
            "OFFICIAL, with handling: SENSITIVE where it is marked so",
            "remove bluelamp:azure, or hold data of this tier outside Azure",
        )


def _duplicates(azure: WrittenAzure, estate: WrittenOnPremises) -> Iterator[Problem]:
    yield from _duplicate_values(azure.regions, azure.regions)
    yield from _duplicate_values(estate.clusters, (each.name for each in estate.clusters))
    yield from _duplicate_values(estate.tenants, (each.name for each in estate.tenants))
    for tenant in estate.tenants:
        yield from _duplicate_values(tenant.jobs, (each.name for each in tenant.jobs))
    yield from _duplicate_values(estate.sites, (each.name for each in estate.sites))
    yield from _duplicate_values(estate.sites, (each.asn for each in estate.sites))
    yield from _duplicate_values(azure.landing_zones, (each.name for each in azure.landing_zones))
    yield from _duplicate_values(azure.policy_exemptions, (each.id for each in azure.policy_exemptions))
    yield from _duplicate_values(azure.data.sources, (each.name for each in azure.data.sources))
    machines, rules = estate.servers.machines, azure.hub.rules
    yield from _duplicate_values(machines, (each.name for each in machines))
    for machine in machines:
        yield from _duplicate_values(machine.sql, (each.name for each in machine.sql))
    yield from _duplicate_values(rules, (each.name for each in rules))
    inbound = [each for each in rules if each.direction.value in ("Inbound", None)]
    outbound = [each for each in rules if each.direction.value == "Outbound"]
    for same in (inbound, outbound):
        yield from _duplicate_values(rules, (each.priority for each in same))


def _duplicate_values(listed: Written, values: Iterable[Written]) -> Iterator[Problem]:
    """A problem for each duplicate among `values`, which are in the list `listed` or its items."""
    for each, first in duplicates(values):
        yield each.problem(
            f"duplicate value {show(each.value)}, first at [{first.steps[len(listed.steps)]}]",
            show(each.value, quote=False),
            next_step="rename or remove one",
        )


def _references(settings: WrittenSettings) -> Iterator[Problem]:
    azure, estate = settings.azure, settings.on_premises
    clusters = _names(each.name for each in estate.clusters) if estate.clusters.is_list else ["live"]
    yield from _unknown((each.cluster for each in estate.tenants), "cluster", clusters)
    sites = _names(each.name for each in estate.sites)
    yield from _unknown((each.site for each in estate.clusters), "site", sites)
    regions = [each.value for each in azure.regions]
    if azure.regions.is_list and all(region in UK_REGIONS for region in regions):
        yield from _unknown((each.region for each in azure.landing_zones), "region", regions)


def _names(values: Iterable[Written]) -> list[str]:
    names = (each.text for each in values)
    return list(dict.fromkeys(name for name in names if name is not None and name.isprintable()))


def _unknown(values: Iterable[Written], what: str, known: list[str]) -> Iterator[Problem]:
    """A problem for each name that is not among the `known`."""
    for each in values:
        name = each.text
        if name is not None and name not in known:
            yield each.problem(
                f"there is no {what} called {show(name)}",
                show(name, quote=False),
                f"{what}s: {listed(known)}" if known else "",
                did_you_mean(name, known),
            )


def _components(settings: WrittenSettings) -> Iterator[Problem]:
    """Components that are on without a component that they need."""
    written = settings.components
    for name, needed in missing(settings.values):
        yield written.child(name if name in written.values else needed).problem(
            f"{name} needs {needed}, which is off",
            next_step=f"write {needed}: {COMES_WITH[needed]}, or {name}: off",
        )


def _sandboxes(azure: WrittenAzure) -> Iterator[Problem]:
    for zone in azure.landing_zones:
        is_sandbox = zone.archetype.value == "sandbox"
        if is_sandbox and "expires" not in zone.values:
            yield zone.expires.problem(
                "is missing: a sandbox needs an end date", next_step='add `expires: "2027-03-31"`'
            )
        amount = zone.budget.amount
        if is_sandbox and isinstance(amount.value, int | float) and amount.value > MAX_SANDBOX_BUDGET:
            message = f"{amount.value:,} exceeds the largest budget of a sandbox"
            yield amount.problem(message, str(amount.value), f"at most {MAX_SANDBOX_BUDGET:,} a month")
        if zone.subscription_id.is_given and zone.billing_scope.is_given:
            message = "creates a subscription, but subscriptionId names an existing one"
            yield zone.billing_scope.problem(message, next_step="keep one of them")


def _machines(estate: WrittenOnPremises) -> Iterator[Problem]:
    """Clusters of Cluster API without a setting that it needs."""
    for cluster in estate.clusters:
        infrastructure = cluster.infrastructure
        if infrastructure.is_given and "endpoint" not in cluster.values:
            message = "is missing: Cluster API needs the API server's address in advance"
            yield cluster.endpoint.problem(message, next_step="add `endpoint: 10.144.8.10`")
        if infrastructure.is_given and "version" not in cluster.values:
            message = "is missing: Cluster API needs the Kubernetes version of its machines"
            yield cluster.version.problem(message, next_step='add `version: "1.36.3"`')
        version = cluster.version.text
        if infrastructure.is_given and version is not None and version.count(".") == 1:
            message = f"{show(version)} is not a full version, which Cluster API needs"
            yield cluster.version.problem(message, show(version, quote=False), next_step='such as "1.36.3"')
        if infrastructure.value == "metal3" and not cluster.metal3.is_given:
            message = "metal3 is chosen, but its image is not set"
            yield infrastructure.problem(message, next_step="add metal3 beside it")
        if infrastructure.value == "vsphere" and not estate.vsphere.is_given:
            message = "vsphere is chosen, but bluelamp:onPremises.vsphere is not set"
            yield infrastructure.problem(message, next_step="add bluelamp:onPremises.vsphere")
