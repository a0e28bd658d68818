"""What no single setting can tell: addresses against the plan, names that are there twice, references to nothing.

The checks read the settings as they were written, not the models, so that they speak even when other settings are
wrong. What is not of the right kind they leave to the models.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.core.access import has_access
from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.checks.addresses import address_problems
from bluelamp.infra.checks.assignments import assignment_problems
from bluelamp.infra.checks.connections import connection_problems
from bluelamp.infra.checks.context import Context
from bluelamp.infra.checks.data import data_problems
from bluelamp.infra.checks.environments import sibling_problems
from bluelamp.infra.checks.jobs import job_problems
from bluelamp.infra.checks.platform import platform_problems
from bluelamp.infra.checks.restrictions import restriction_problems
from bluelamp.infra.settings.fields import UK_REGIONS
from bluelamp.infra.settings.profiles import COMES_WITH, missing
from bluelamp.infra.settings.raw import dig, items, repeats

DEAREST_SANDBOX = 1000
"""GBP a month."""


def cross_field_problems(settings: Mapping[str, Any], context: Context) -> Iterator[Problem]:
    """Every mistake that shows only when several settings, or several forces, are seen together."""
    yield from _estate(settings)
    yield from address_problems(settings, context)
    yield from _doubles(settings)
    yield from _references(settings)
    yield from _components(settings)
    yield from _sandboxes(settings)
    yield from _machines(settings)
    yield from connection_problems(settings)
    yield from sibling_problems(settings, context)
    yield from restriction_problems(settings)
    yield from assignment_problems(settings)
    yield from platform_problems(settings)
    yield from data_problems(settings)
    yield from job_problems(settings, has_policy=has_access(context.root, context.entry.slug))


def _estate(settings: Mapping[str, Any]) -> Iterator[Problem]:
    if "azure" not in settings and "onPremises" not in settings:
        yield problem_at(
            (),
            "there is neither bluelamp:azure nor bluelamp:onPremises: nothing would be made",
            next_step="add one of them",
        )
    tier = dig(settings, "classification", "tier")
    if tier in ("SECRET", "TOP SECRET") and "azure" in settings:
        yield problem_at(
            ("classification", "tier"),
            f"{tier} never goes to public Azure",
            tier,
            "OFFICIAL, with handling: SENSITIVE where it is marked so",
            "take bluelamp:azure out, or keep data of this tier elsewhere",
        )


def _doubles(settings: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _twice(("azure", "regions"), dig(settings, "azure", "regions"), None)
    yield from _twice(("onPremises", "clusters"), dig(settings, "onPremises", "clusters"), "name")
    yield from _twice(("onPremises", "tenants"), dig(settings, "onPremises", "tenants"), "name")
    tenants = dig(settings, "onPremises", "tenants")
    for index, tenant in enumerate(tenants if isinstance(tenants, list) else ()):
        yield from _twice(("onPremises", "tenants", index, "jobs"), dig(tenant, "jobs"), "name")
    yield from _twice(("onPremises", "sites"), dig(settings, "onPremises", "sites"), "name")
    yield from _twice(("onPremises", "sites"), dig(settings, "onPremises", "sites"), "asn")
    yield from _twice(("azure", "landingZones"), dig(settings, "azure", "landingZones"), "name")
    yield from _twice(("azure", "policyExemptions"), dig(settings, "azure", "policyExemptions"), "id")
    yield from _twice(("azure", "data", "sources"), dig(settings, "azure", "data", "sources"), "name")
    machines = dig(settings, "onPremises", "servers", "machines")
    yield from _twice(("onPremises", "servers", "machines"), machines, "name")
    for index, machine in enumerate(machines if isinstance(machines, list) else ()):
        yield from _twice(("onPremises", "servers", "machines", index, "sql"), dig(machine, "sql"), "name")
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


def _twice(steps: Steps, listed: object, key: str | None) -> Iterator[Problem]:
    for at, value, first in repeats(items(steps, listed, key)):
        yield problem_at(
            at,
            f"{show(value)} is here a second time; it is first at [{first[len(steps)]}]",
            show(value, quote=False),
            next_step="rename or remove one",
        )


def _references(settings: Mapping[str, Any]) -> Iterator[Problem]:
    clusters = dig(settings, "onPremises", "clusters")
    known = _named(clusters) if isinstance(clusters, list) else ["live"]
    yield from _unknown(("onPremises", "tenants"), dig(settings, "onPremises", "tenants"), "cluster", known)
    sites = _named(dig(settings, "onPremises", "sites"))
    yield from _unknown(("onPremises", "clusters"), clusters, "site", sites)
    regions = dig(settings, "azure", "regions")
    if isinstance(regions, list) and all(region in UK_REGIONS for region in regions):
        yield from _unknown(("azure", "landingZones"), dig(settings, "azure", "landingZones"), "region", regions)


def _named(items: object) -> list[str]:
    names = [dig(item, "name") for item in items] if isinstance(items, list) else []
    return list(dict.fromkeys(name for name in names if isinstance(name, str) and name.isprintable()))


def _unknown(steps: Steps, items: object, key: str, known: list[str]) -> Iterator[Problem]:
    """Every item whose `key` names something that is not among the `known`."""
    for index, item in enumerate(items if isinstance(items, list) else ()):
        name = dig(item, key)
        if isinstance(name, str) and name not in known:
            yield problem_at(
                (*steps, index, key),
                f"there is no {key} called {show(name)}",
                show(name, quote=False),
                f"{key}s: {', '.join(show(each, quote=False) for each in known[:9])}" if known else "",
                did_you_mean(name, known),
            )


def _components(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Components without the ones that they need."""
    written = settings.get("components")
    for name, needed in missing(settings):
        asked = isinstance(written, Mapping) and name in written
        yield problem_at(
            ("components", name if asked else needed),
            f"{name} needs {needed}, which is not there",
            next_step=f"write {needed}: {COMES_WITH[needed]}, or {name}: off",
        )


def _sandboxes(settings: Mapping[str, Any]) -> Iterator[Problem]:
    zones = dig(settings, "azure", "landingZones")
    for index, zone in enumerate(zones if isinstance(zones, list) else ()):
        if dig(zone, "archetype") == "sandbox" and "expires" not in zone:
            yield problem_at(
                ("azure", "landingZones", index, "expires"),
                "is missing: a sandbox has an end",
                next_step='add `expires: "2027-03-31"`',
            )
        amount = dig(zone, "budget", "amount")
        if dig(zone, "archetype") == "sandbox" and isinstance(amount, int | float) and amount > DEAREST_SANDBOX:
            yield problem_at(
                ("azure", "landingZones", index, "budget", "amount"),
                f"{amount:,} is too much for a sandbox",
                str(amount),
                f"at most {DEAREST_SANDBOX:,} a month",
            )
        if dig(zone, "subscriptionId") is not None and dig(zone, "billingScope") is not None:
            yield problem_at(
                ("azure", "landingZones", index, "billingScope"),
                "makes a new subscription, and subscriptionId names one that is there",
                next_step="keep one of them",
            )


def _machines(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Clusters that Cluster API makes, without what it needs to know."""
    clusters = dig(settings, "onPremises", "clusters")
    for index, cluster in enumerate(clusters if isinstance(clusters, list) else ()):
        made_on = dig(cluster, "infrastructure")
        steps: Steps = ("onPremises", "clusters", index)
        if made_on is not None and "endpoint" not in cluster:
            message = "is missing: the API server's address must be known before there is one"
            yield problem_at((*steps, "endpoint"), message, next_step="add `endpoint: 10.144.8.10`")
        if made_on is not None and "version" not in cluster:
            message = "is missing: Cluster API makes machines of one version"
            yield problem_at((*steps, "version"), message, next_step='add `version: "1.36.3"`')
        version = dig(cluster, "version")
        if made_on is not None and isinstance(version, str) and version.count(".") == 1:
            message = f"{show(version)} is not the whole version, which Cluster API needs"
            yield problem_at((*steps, "version"), message, show(version, quote=False), next_step='such as "1.36.3"')
        if made_on == "metal3" and dig(cluster, "metal3") is None:
            message = "metal3 is chosen, and nothing says from which image"
            yield problem_at((*steps, "infrastructure"), message, next_step="add metal3 beside it")
        if made_on == "vsphere" and dig(settings, "onPremises", "vsphere") is None:
            message = "vsphere is chosen, and nothing says where it is"
            yield problem_at((*steps, "infrastructure"), message, next_step="add bluelamp:onPremises.vsphere")
