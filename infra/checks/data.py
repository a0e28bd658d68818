"""What no single setting of the data landing zone can tell: where it is, and what its sources are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import as_network, dig, primary_region

_AT: Final[Steps] = ("azure", "data")
_ONLINE: Final = ("online", "confidential-online")
_WIDEST_FOR_DATABRICKS: Final = 24


def data_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Every mistake of `azure.data` and of `onPremises.datahub` against the rest of the settings."""
    yield from _on_premises(settings)
    data = dig(settings, "azure", "data")
    if not isinstance(data, Mapping):
        return
    yield from _landing_zone(settings, data)
    yield from _interfaces(settings, data)
    if is_on(settings, "dataLake") and not is_on(settings, "privateDns"):
        yield problem_at(_AT, "data needs privateDns, which is not there", next_step="write privateDns: hybrid")
    yield from _sources(settings, data)


def _landing_zone(settings: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    name = dig(data, "landingZone")
    if not isinstance(name, str):
        return
    zones = dig(settings, "azure", "landingZones")
    listed = [zone for zone in zones if isinstance(zone, Mapping)] if isinstance(zones, list) else []
    named = {str(zone.get("name")): zone for zone in listed}
    steps: Steps = (*_AT, "landingZone")
    zone = named.get(name)
    if zone is None:
        message = f"there is no landing zone called {show(name)}"
        known = f"landing zones: {_shown(named)}" if named else ""
        step = did_you_mean(name, list(named)) or "add it to azure.landingZones"
        yield problem_at(steps, message, show(name, quote=False), known, step)
        return
    if zone.get("archetype") == "sandbox":
        message = "a sandbox reaches nothing and ends"
        yield problem_at(steps, message, name, next_step="name a landing zone of another archetype")
    region = zone.get("region", primary_region(settings))
    if region != primary_region(settings):
        message = f"is in {region}; the hub, the zones and the keys of the data are in the primary region"
        yield problem_at(steps, message, name, next_step=f"name a landing zone in {primary_region(settings)}")
    space = as_network(zone.get("addressSpace"))
    if data.get("engine") == "databricks" and space is not None and space.prefixlen > _WIDEST_FOR_DATABRICKS:
        message = f"{space} is too small for the subnets of Databricks"
        yield problem_at(steps, message, str(space), f"a /{_WIDEST_FOR_DATABRICKS} or larger")


def _interfaces(settings: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    name = dig(data, "interfaces")
    if not isinstance(name, str):
        return
    zones = dig(settings, "azure", "landingZones")
    listed = [zone for zone in zones if isinstance(zone, Mapping)] if isinstance(zones, list) else []
    online = [str(zone.get("name")) for zone in listed if zone.get("archetype") in _ONLINE]
    if name not in online or name == dig(data, "landingZone"):
        yield problem_at(
            (*_AT, "interfaces"),
            f"{show(name)} is not a landing zone that is reached from the Internet",
            show(name, quote=False),
            f"online landing zones: {', '.join(online)}" if online else "",
            did_you_mean(name, online) or "add a landing zone with `archetype: online`",
        )


def _sources(settings: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    sources = data.get("sources")
    if not isinstance(sources, list) or not sources:
        return
    if dig(settings, "onPremises", "domain") is None:
        message = "sources are named in the force's own DNS, and onPremises.domain is missing"
        yield problem_at((*_AT, "sources"), message, next_step="add bluelamp:onPremises.domain")
    machines = dig(settings, "onPremises", "servers", "machines")
    listed = machines if isinstance(machines, list) else []
    known = [str(dig(each, "name")) for each in listed if dig(each, "sql")]
    for index, source in enumerate(sources):
        machine = dig(source, "machine")
        if isinstance(machine, str) and machine not in known:
            yield problem_at(
                (*_AT, "sources", index, "machine"),
                f"there is no machine called {show(machine)} that has SQL Server",
                show(machine, quote=False),
                f"machines: {_shown(known)}" if known else "",
                did_you_mean(machine, known) or "add it to onPremises.servers.machines, with `sql`",
            )


def _on_premises(settings: Mapping[str, Any]) -> Iterator[Problem]:
    steps: Steps = ("onPremises", "datahub")
    datahub = dig(settings, *steps)
    if not isinstance(datahub, Mapping):
        return
    if dig(settings, "onPremises", "domain") is None:
        message = "its pages have a name below the force's own domain, and onPremises.domain is missing"
        yield problem_at(steps, message, next_step="add bluelamp:onPremises.domain")
    clusters = dig(settings, "onPremises", "clusters")
    known = [str(dig(each, "name")) for each in clusters] if isinstance(clusters, list) else ["live"]
    cluster = datahub.get("cluster")
    if isinstance(cluster, str) and cluster not in known:
        message = f"there is no cluster called {show(cluster)}"
        allowed = f"clusters: {_shown(known)}"
        yield problem_at(
            (*steps, "cluster"), message, show(cluster, quote=False), allowed, did_you_mean(cluster, known)
        )
    tenants = dig(settings, "onPremises", "tenants")
    for index, tenant in enumerate(tenants if isinstance(tenants, list) else ()):
        if dig(tenant, "name") == "datahub":
            message = "is the namespace of onPremises.datahub"
            yield problem_at(
                ("onPremises", "tenants", index, "name"), message, "datahub", next_step="rename the tenant"
            )


def _shown(names: Iterable[str]) -> str:
    return ", ".join(show(each, quote=False) for each in list(names)[:9])
