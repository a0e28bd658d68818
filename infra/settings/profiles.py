"""The three profiles of a landing zone, each with all components of the one before it.

They are `starter`, `hybrid` and `full`. A component comes with one of them and is in all later ones, so that the next
profile adds and never replaces. A single component can be set to another level, or off.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from pydantic import Field

from bluelamp.infra.settings.fields import Model

Profile = Literal["starter", "hybrid", "full"]

Level = Literal["off", "starter", "hybrid", "full"]

LEVELS: tuple[Level, ...] = ("off", "starter", "hybrid", "full")
"""The levels, in ascending order."""


def comes_with(profile: Level, *needs: str) -> Any:
    """A component: the first profile that has it (`off`: none), and the components that it needs."""
    return Field(default=None, json_schema_extra={"comes with": profile, "needs": list(needs)})


class Components(Model):
    """Components at another level than the profile's: `off`, or as in `starter`, `hybrid` or `full`."""

    roles: Level | None = comes_with("hybrid")
    """The five custom roles for running landing zones."""
    policies: Level | None = comes_with("hybrid")
    """The policy assignments of the management groups."""
    canary: Level | None = comes_with("off")
    """A second management group hierarchy for testing policies, in audit only."""
    second_hub: Level | None = comes_with("full")
    """A hub in the second of the regions, peered with the first."""
    firewall_base: Level | None = comes_with("full")
    """A firewall policy in each region, whose rules come before those of the hub's own."""
    private_dns: Level | None = comes_with("hybrid")
    """Every private-link zone, once for the force."""
    dns_resolver: Level | None = comes_with("hybrid", "privateDns")
    """A resolver for names in each hub."""
    network_watcher: Level | None = comes_with("hybrid")
    """Network Watcher and its flow logs, in each region."""
    ddos_plan: Level | None = comes_with("off")
    """A DDoS protection plan of the force's own; about £2,300 a month, and one can serve a hundred networks."""
    gateways: Level | None = comes_with("hybrid")
    """VPN and ExpressRoute gateways in the first hub; only for a force with sites."""
    activity_log: Level | None = comes_with("hybrid")
    """The subscription's activity log, sent to the workspace."""
    alerts: Level | None = comes_with("hybrid")
    """An action group and the baseline alerts."""
    data_collection: Level | None = comes_with("hybrid")
    """The data collection endpoint and its rules, for machines."""
    defender: Level | None = comes_with("hybrid")
    """Every plan of Microsoft Defender for Cloud."""
    log_archive: Level | None = comes_with("full", "privateDns")
    """An immutable store for logs."""
    sentinel: Level | None = comes_with("full")
    """Microsoft Sentinel on the workspace, with its connectors and rules."""
    privileged_access: Level | None = comes_with("full")
    """Groups in Entra ID for privileged access."""
    conditional_access: Level | None = comes_with("full", "breakGlass")
    """Conditional access policies, in report-only mode until they are switched on."""
    break_glass: Level | None = comes_with("full", "alerts")
    """Two emergency accounts whose every use is an alert."""
    customer_managed_keys: Level | None = comes_with("full")
    """Customer-managed keys for encryption at rest."""
    resource_guard: Level | None = comes_with("full")
    """A Resource Guard in each region, so that weakening a backup vault takes two people."""
    private_link_scopes: Level | None = comes_with("hybrid", "dataCollection")
    """Private Link scopes of Azure Monitor and Azure Arc."""
    data_lake: Level | None = comes_with("hybrid")
    """The data lake and the data factory, where the settings have `azure.data`."""
    data_catalogue: Level | None = comes_with("full")
    """Microsoft Purview in the same landing zone, and DataHub where the settings have `onPremises.datahub`."""
    data_capture: Level | None = comes_with("full")
    """Event hubs and a schema group for digital capture, in the same landing zone."""
    data_analytics: Level | None = comes_with("full", "dataLake", "dataCapture")
    """A private machine learning workspace and a Stream Analytics cluster, in the same landing zone."""
    clusters: Level | None = comes_with("hybrid")
    """The lifecycle of the force's own clusters by Cluster API, where the settings give their infrastructure."""
    platform: Level | None = comes_with("hybrid")
    """Platform services of every cluster: admission policies and classes; with `full` a gateway."""
    arc: Level | None = comes_with("hybrid")
    """Clusters, servers and databases connected to Azure by Arc, where the settings say which."""
    workload_identity: Level | None = comes_with("full", "privateDns", "platform")
    """The issuer by which clusters' workloads sign in to Azure; for each cluster whose keys the settings have a vault,
    immutable backups and metrics."""


def level(settings: Mapping[str, Any], component: str) -> Level:
    """The level of a component, by its name in YAML, in the settings as written; if that is invalid, the profile's."""
    components = settings.get("components")
    chosen = components.get(component) if isinstance(components, Mapping) else None
    if chosen in LEVELS:
        return cast(Level, chosen)
    if COMES_WITH[component] == "off":
        return "off"
    profile = settings.get("profile")
    return cast(Level, profile) if profile in LEVELS[1:] else "starter"


def is_on(settings: Mapping[str, Any], component: str) -> bool:
    """Whether a component, by its name in YAML, is on."""
    return LEVELS.index(level(settings, component)) >= max(LEVELS.index(COMES_WITH[component]), 1)


def missing(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each component that is on, with each component that it requires and that is off."""
    for name, needs in NEEDS.items():
        for needed in needs:
            if is_on(settings, name) and not is_on(settings, needed):
                yield name, needed


def _extra(key: str) -> dict[str, Any]:
    fields = Components.model_fields.values()
    return {str(info.alias): cast(dict[str, Any], info.json_schema_extra)[key] for info in fields}


COMES_WITH: dict[str, Level] = _extra("comes with")
"""The first profile with each component, by the component's name in YAML; `off` if none has it."""

NEEDS: dict[str, list[str]] = _extra("needs")
"""The components that each one requires."""
