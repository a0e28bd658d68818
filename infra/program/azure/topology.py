"""Network topologies: one interface for hub-and-spoke and for virtual WAN."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.site import Site
from bluelamp.modules.azure.hub import Hub

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.spoke import SpokeHub, SpokeVirtualHub
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace, SiteDevice


class SpokeConnection(TypedDict, total=False):
    """The hub to which a landing zone is connected; one of the two, or neither if the region has no hub."""

    hub: "SpokeHub"
    virtual_hub: "SpokeVirtualHub"


class CircuitConnection(TypedDict, total=False):
    """The gateway to which an ExpressRoute circuit is connected; one of the two."""

    gateway_id: pulumi.Input[str]
    virtual_hub_gateway_name: pulumi.Input[str]


class AlertKinds(NamedTuple):
    """The kinds of gateways in the alerts."""

    vpn: str
    express_route: str


@dataclass(frozen=True)
class SiteGateways(ABC):
    """The gateways to the force's own sites, in the primary region."""

    @property
    @abstractmethod
    def vpn_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the VPN gateway."""

    @property
    @abstractmethod
    def express_route_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the ExpressRoute gateway; only where a site has a circuit."""

    @property
    @abstractmethod
    def alert_kinds(self) -> AlertKinds:
        """The kinds of these gateways in the alerts."""

    @property
    @abstractmethod
    def circuit_connection(self) -> CircuitConnection:
        """The gateway for a circuit's connection."""

    @abstractmethod
    def connect_site(
        self, context: Context, site: Site, devices: "Sequence[SiteDevice]", key_vault: "KeyVaultPlace"
    ) -> None:
        """Creates a site's tunnels, with their keys in `key_vault`."""


@dataclass(frozen=True)
class Topology(ABC):
    """The hubs of a force: a network in each region, the primary region's first."""

    networks: Mapping[str, Hub]
    """By region; with a virtual WAN, the networks beside the virtual hubs."""
    ddos_plan_id: pulumi.Output[str] | None
    firewall_policies: Mapping[str, pulumi.Output[str]]
    """The names of the firewalls' policies by region, available once the firewalls are; empty without a firewall."""

    @property
    def primary(self) -> Hub:
        """The network of the primary region."""
        return next(iter(self.networks.values()))

    @property
    @abstractmethod
    def firewall_ids(self) -> Mapping[str, pulumi.Output[str]]:
        """The ARM ids of the firewalls, by region."""

    @abstractmethod
    def gateways(self, context: Context, logs: "LogAnalytics") -> SiteGateways | None:
        """The gateways to the force's sites; None without sites."""

    @abstractmethod
    def join(self, context: Context, gateways: SiteGateways | None) -> None:
        """Connects the hubs of both regions, if Azure does not do so itself."""

    @abstractmethod
    def spoke(self, context: Context, region: str, gateways: SiteGateways | None) -> SpokeConnection:
        """The connection of a landing zone in a region to the hub there."""


def linked(context: Context, topology: Topology) -> dict[str, pulumi.Input[str]]:
    """The ARM ids of the hubs' networks, by the short names of the links to them."""
    return {context.regional("hub", region): hub.virtual_network_id for region, hub in topology.networks.items()}
