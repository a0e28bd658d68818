"""Values derived from a force's settings for Azure, before any resource is created."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.cluster import Cluster
from bluelamp.infra.settings.fields import Region
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.site import Site
from bluelamp.infra.settings.vending import LandingZone
from bluelamp.modules.naming import Label

ISOLATED = "sandbox"
"""The archetype of landing zones without a connection to a hub."""


@dataclass(frozen=True)
class Design:
    """A force, its settings for Azure, and the values derived from them. Creates no resources."""

    force: Force
    azure: Azure
    label: Label
    zone_labels: Mapping[str, Label]
    """The labels of landing zones in the roadmap, by the zone's name; all others have `label`."""

    @property
    def location(self) -> Region:
        """The primary region."""
        return self.azure.primary_region

    @property
    def estate(self) -> list[str]:
        """The force's own address ranges, in Azure and on its premises."""
        return [str(block) for block in self.force.allocation.ranges().values()]

    @property
    def hub_spaces(self) -> dict[Region, str]:
        """The address range of the hub in each region with a hub, the primary region's first."""
        second = self.has("secondHub")
        return {
            region: str(space) for region, space in self.azure.hubs.items() if second or region == self.azure.regions[0]
        }

    @property
    def sites(self) -> tuple[Site, ...]:
        """The force's own sites with a connection to Azure; none without gateways."""
        estate = self.force.on_premises
        return tuple(estate.sites) if estate and self.has("gateways") else ()

    @property
    def signing_clusters(self) -> list[Cluster]:
        """The clusters whose workloads can sign in to Azure: those whose signing keys are in the settings."""
        estate = self.force.on_premises
        if estate is None or not self.has("workloadIdentity"):
            return []
        return [cluster for cluster in estate.clusters if cluster.signing_keys]

    @property
    def guarded_regions(self) -> list[Region]:
        """The regions with a resource guard: those of landing zones with backups."""
        if not self.has("resourceGuard"):
            return []
        zones = [zone for zone in self.azure.landing_zones if zone.archetype != ISOLATED]
        return list(dict.fromkeys(self.region_of(zone) for zone in zones))

    @property
    def resource_groups(self) -> list[tuple[str, Region]]:
        """The workload and the region of each resource group of the platform."""
        return list(dict.fromkeys(self._resource_groups()))

    def _resource_groups(self) -> Iterator[tuple[str, Region]]:
        for workload in ("network", "management", "security"):
            yield workload, self.location
        if self.has("privateDns"):
            yield "dns", self.location
        for region in self.hub_spaces:
            yield "network", region
            if self.has("dnsResolver"):
                yield "dns", region
            if self.has("networkWatcher"):
                yield "network-watcher", region
        for region in self.guarded_regions:
            yield "security", region
        if self.signing_clusters:
            yield "clusters", self.location
        estate = self.force.on_premises
        if estate is not None and self.has("arc"):
            if any(cluster.agent_certificate for cluster in estate.clusters):
                yield "arc", self.location
            if estate.servers is not None:
                yield "servers", self.location

    def region_of(self, zone: LandingZone) -> Region:
        """The region of a landing zone: its own, or the primary one."""
        return zone.region or self.location

    def has(self, component: str) -> bool:
        """Whether the force has a component, by its name in the settings."""
        return self.force.has(component)

    def regional(self, name: str, region: str) -> str:
        """The logical name of a regional resource: `name` in the primary region, `second-name` in the other."""
        return name if region == self.location else f"second-{name}"
