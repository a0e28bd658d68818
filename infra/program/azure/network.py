"""The network of a force."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.topology import SiteGateways, Topology

if TYPE_CHECKING:
    from bluelamp.modules.azure.network_watcher import NetworkWatcher
    from bluelamp.modules.hybrid.express_route import ExpressRoute


@dataclass(frozen=True)
class Network:
    """The parts of the network that other areas connect to or monitor."""

    topology: Topology
    names: Names
    gateways: SiteGateways | None
    """None without sites."""
    circuits: "Mapping[str, ExpressRoute]"
    """By the site's name."""
    watchers: "Mapping[str, NetworkWatcher]"
    """By region."""
