"""The subnets of the data landing zone, which needs more ports than HTTPS, and subnets for Databricks."""

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.vending import LandingZone

if TYPE_CHECKING:
    from bluelamp.modules.azure.spoke import SpokeSubnet

ENDPOINTS: Final = "private-endpoints"
HOST: Final = "databricks-host"
CONTAINER: Final = "databricks-container"

_PORTS: Final = ["1433", "5671", "5672", "9093"]
"""SQL (Synapse), AMQP and Kafka (Event Hubs), in addition to HTTPS."""


def data_subnets(context: Context, zone: LandingZone) -> "dict[str, SpokeSubnet]":
    """The subnets if `zone` is the data landing zone; none for other zones, which have the usual ones.

    For Databricks the network is divided into quarters, each at least a /26.
    """
    data = context.azure.data
    if data is None or data.landing_zone != zone.name or not context.has("dataLake"):
        return {}
    from bluelamp.modules.azure.hub.rules import allow
    from bluelamp.modules.azure.spoke.subnets import default_subnets

    whole = str(zone.address_space)
    found = default_subnets(whole)
    if data.engine == "databricks":
        found = _with_databricks(whole, found[ENDPOINTS])
    prefix = found[ENDPOINTS]["address_prefix"]
    found[ENDPOINTS]["rules"] = [
        allow("AllowDataToPrivateEndpoints", 3900, _PORTS, source="VirtualNetwork", destination=prefix)
    ]
    return found


def endpoints_range(zone: LandingZone) -> str:
    """The range of the data landing zone's subnet for private endpoints, for any engine."""
    from bluelamp.modules.azure.spoke.subnets import default_subnets

    return default_subnets(str(zone.address_space))[ENDPOINTS]["address_prefix"]


def _with_databricks(whole: str, endpoints: "SpokeSubnet") -> "dict[str, SpokeSubnet]":
    from bluelamp.modules.azure.hub.rules import allow
    from bluelamp.modules.azure.spoke import SpokeSubnet
    from bluelamp.modules.data.lake.databricks import DELEGATION

    first, host, container, _ = (str(each) for each in IPv4Network(whole).subnets(prefixlen_diff=2))
    pair = {HOST: (host, container), CONTAINER: (container, host)}
    found = {"workload": SpokeSubnet(address_prefix=first)}
    for name, (own, other) in pair.items():
        rules = [allow("AllowOtherDatabricksSubnet", 3900, ["*"], protocol="*", source=other, destination=own)]
        found[name] = SpokeSubnet(address_prefix=own, delegation=DELEGATION, rules=rules)
    return {**found, ENDPOINTS: endpoints}
