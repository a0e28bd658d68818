"""Settings of a force's own sites and their connections to Azure."""

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.core.fields import Day
from bluelamp.infra.settings.azure_names import Line, Workload
from bluelamp.infra.settings.fields import Address, Model, Network, Text


class Device(Model):
    """A VPN device at a site."""

    address: Annotated[Address, Field(examples=["203.0.113.10"])]
    """Its public address."""
    bgp_address: Annotated[Address, Field(examples=["10.144.255.1"])]
    """Its BGP address, inside the site's range."""


class Peering(Model):
    """The BGP peering between the force's routers and Microsoft's over a circuit."""

    vlan: Annotated[int, Field(ge=1, le=4094)]
    primary: Annotated[Line, Field(examples=["10.144.254.0/30"])]
    """A /30 for the first line."""
    secondary: Annotated[Line, Field(examples=["10.144.254.4/30"])]
    """A /30 for the second line."""


class ExpressRoute(Model):
    """A private circuit to Azure; the VPN is its backup."""

    provider: Annotated[Text, Field(examples=["BT"])]
    """The connectivity provider, as Azure names it."""
    peering_location: Annotated[Text, Field(examples=["London"])]
    bandwidth_mbps: Literal[50, 100, 200, 500, 1000, 2000, 5000, 10000] = 1000
    peering: Peering | None = None
    """The private peering, once the provider has provisioned the circuit; without it only the circuit is ordered."""


class TunnelKey(Model):
    """The key of a site's tunnels, which is created with them and kept in the platform's vault."""

    expires: Day
    """The last day on which it is to be used, "2027-11-30"; the vault gives notice of its expiry."""
    number: Annotated[int, Field(ge=1, le=9999)] = 1
    """The number of the key: the next number creates a new key, for the site's devices."""


class Site(Model):
    """A data centre that is connected to the first hub by two VPN tunnels, and by ExpressRoute where it has that."""

    name: Annotated[Workload, Field(max_length=20, examples=["headquarters"])]
    address_space: Annotated[Network, Field(examples=["10.144.0.0/17"])]
    """Inside the force's own range on premises; no two sites overlap."""
    devices: Annotated[
        tuple[Device, ...],
        Field(min_length=1, max_length=2, examples=["[{address: 203.0.113.10, bgpAddress: 10.144.255.1}]"]),
    ]
    """One or two VPN devices."""
    asn: Annotated[int, Field(ge=1, le=4_294_967_295)] = 65010
    """The site's BGP autonomous system number; Azure's own is 65515."""
    key: TunnelKey | None = None
    """The tunnels' key; by default it does not expire."""
    dns_servers: tuple[Address, ...] = ()
    """DNS servers for the force's own domain."""
    express_route: ExpressRoute | None = None
