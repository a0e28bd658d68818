"""Checks of the data landing zone against other settings: its location and its sources."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.checks.listing import listed
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import primary_region
from bluelamp.infra.settings.written import WrittenData, WrittenOnPremises, WrittenSettings

_ONLINE: Final = ("online", "confidential-online")
_WIDEST_FOR_DATABRICKS: Final = 24


def data_problems(settings: WrittenSettings) -> Iterator[Problem]:
    """Every conflict of `azure.data` and `onPremises.datahub` with other settings."""
    yield from _datahub(settings.on_premises)
    data = settings.azure.data
    if not data.is_mapping:
        return
    yield from _landing_zone(settings, data)
    yield from _interfaces(settings, data)
    if is_on(settings.values, "dataLake") and not is_on(settings.values, "privateDns"):
        yield data.problem("data needs privateDns, which is off", next_step="write privateDns: hybrid")
    yield from _sources(settings.on_premises, data)


def _landing_zone(settings: WrittenSettings, data: WrittenData) -> Iterator[Problem]:
    where, name = data.landing_zone, data.landing_zone.text
    if name is None:
        return
    named = {str(zone.name.value): zone for zone in settings.azure.landing_zones if zone.is_mapping}
    zone = named.get(name)
    if zone is None:
        message = f"there is no landing zone called {show(name)}"
        known = f"landing zones: {listed(named)}" if named else ""
        step = did_you_mean(name, list(named)) or "add it to azure.landingZones"
        yield where.problem(message, show(name, quote=False), known, step)
        return
    if zone.archetype.value == "sandbox":
        message = "a sandbox is isolated and expires"
        yield where.problem(message, name, next_step="name a landing zone of another archetype")
    primary = primary_region(settings.values)
    region = zone.values.get("region", primary)
    if region != primary:
        message = f"is in {region}; the hub, DNS zones and keys of the data are in the primary region"
        yield where.problem(message, name, next_step=f"name a landing zone in {primary}")
    space = zone.address_space.network
    if data.engine.value == "databricks" and space is not None and space.prefixlen > _WIDEST_FOR_DATABRICKS:
        message = f"{space} is too small for the subnets of Databricks"
        yield where.problem(message, str(space), f"a /{_WIDEST_FOR_DATABRICKS} or larger")


def _interfaces(settings: WrittenSettings, data: WrittenData) -> Iterator[Problem]:
    name = data.interfaces.text
    if name is None:
        return
    zones = [zone for zone in settings.azure.landing_zones if zone.is_mapping]
    online = [str(zone.name.value) for zone in zones if zone.archetype.value in _ONLINE]
    if name not in online or name == data.landing_zone.value:
        yield data.interfaces.problem(
            f"{show(name)} is not a landing zone that is reached from the Internet",
            show(name, quote=False),
            f"online landing zones: {', '.join(online)}" if online else "",
            did_you_mean(name, online) or "add a landing zone with `archetype: online`",
        )


def _sources(estate: WrittenOnPremises, data: WrittenData) -> Iterator[Problem]:
    if len(data.sources) and not estate.domain.is_given:
        message = "sources are named in the force's own DNS, but onPremises.domain is missing"
        yield data.sources.problem(message, next_step="add bluelamp:onPremises.domain")
    known = [str(each.name.value) for each in estate.servers.machines if each.sql.value]
    for source in data.sources:
        machine = source.machine.text
        if machine is not None and machine not in known:
            yield source.machine.problem(
                f"there is no machine called {show(machine)} that has SQL Server",
                show(machine, quote=False),
                f"machines: {listed(known)}" if known else "",
                did_you_mean(machine, known) or "add it to onPremises.servers.machines, with `sql`",
            )


def _datahub(estate: WrittenOnPremises) -> Iterator[Problem]:
    datahub = estate.datahub
    if not datahub.is_mapping:
        return
    if not estate.domain.is_given:
        message = "its website has a name in the force's own domain, but onPremises.domain is missing"
        yield datahub.problem(message, next_step="add bluelamp:onPremises.domain")
    known = [str(each.name.value) for each in estate.clusters] if estate.clusters.is_list else ["live"]
    cluster = datahub.cluster.text
    if cluster is not None and cluster not in known:
        message = f"there is no cluster called {show(cluster)}"
        allowed = f"clusters: {listed(known)}"
        yield datahub.cluster.problem(message, show(cluster, quote=False), allowed, did_you_mean(cluster, known))
    for tenant in estate.tenants:
        if tenant.name.value == "datahub":
            message = "is the namespace of onPremises.datahub"
            yield tenant.name.problem(message, "datahub", next_step="rename the tenant")
