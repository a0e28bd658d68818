"""The deployed, kept and configured address ranges of one force's networks."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bluelamp.infra.checks.address_moves import COMMAND, label, staged
from bluelamp.infra.settings.allocation import HUB, Key, Ranges, same_place

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

_NETWORK: Final = "azure-native:network:VirtualNetwork"
_HUB: Final = f"bluelamp:index:Hub${_NETWORK}"
_ZONE: Final = f"bluelamp:index:LandingZone$bluelamp:index:Spoke${_NETWORK}"
_BEFORE, _BEHIND = "landing-zone-", "-network-network"


class Moved(NamedTuple):
    """A network that is deployed in one range and configured in another."""

    key: Key
    was: IPv4Network
    now: IPv4Network


def deployed(state: Mapping[str, Any]) -> dict[Key, IPv4Network]:
    """The ranges of the hubs' and landing zones' networks in an exported state."""
    found: dict[Key, IPv4Network] = {}
    for resource in (state.get("deployment") or {}).get("resources") or ():
        _, _, chain, name = (
            str(resource.get("urn", "")).split("::", 3) if "::" in str(resource.get("urn")) else [""] * 4
        )
        if chain not in (_HUB, _ZONE) or resource.get("delete"):
            continue
        inputs = resource.get("inputs") or {}
        try:
            net = IPv4Network(inputs["addressSpace"]["addressPrefixes"][0])
            region = str(inputs["location"])
        except (KeyError, IndexError, TypeError, ValueError):
            continue
        found[region, HUB if chain == _HUB else name.removeprefix(_BEFORE).removesuffix(_BEHIND)] = net
    return found


def wanted(force: "Force") -> dict[Key, IPv4Network]:
    """The ranges of hubs and landing zones by the force's settings and kept ranges."""
    azure = force.azure
    if azure is None:
        return {}
    found: dict[Key, IPv4Network] = {(region, HUB): net for region, net in azure.hubs.items()}
    return found | {
        (zone.region or azure.primary_region, zone.name): zone.address_space for zone in azure.landing_zones
    }


def moved(running: Ranges, configured: Ranges) -> list[Moved]:
    """The networks that would move, which is impossible while they are deployed."""
    return [
        Moved(key, net, configured[key])
        for key, net in running.items()
        if key in configured and not _stays(net, configured[key], key[1])
    ]


def _stays(running: IPv4Network, configured: IPv4Network, name: str) -> bool:
    """Whether the network can stay; the network beside a virtual hub has the first half of the hub's range."""
    return same_place(running, configured, name) or (
        name == HUB and running.network_address == configured.network_address
    )


def reason(one: Moved, force: "Force") -> tuple[str, str]:
    """Why a network cannot move, and the steps to move it."""
    region, name = one.key
    what = f"the landing zone {name}" if name != HUB else f"the hub in {region}"
    message = (
        f"{what} is deployed in {one.was} and would move to {one.now}; Azure does not take a range from a network "
        "while subnets use it (InUsePrefixCannotBeDeleted)"
    )
    first = list(force.azure.regions[:1]) if force.azure else []
    back = f"`{COMMAND} {force.slug} --move {label(one.key)}={one.was}` keeps it where it is. To move it: "
    return message, back + staged(one.key, one.now, force.slug, first=[str(each) for each in first], deployed=True)
