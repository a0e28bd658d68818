"""Checks of Azure Virtual Network: address ranges, peerings, routes and security rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.ranges import Network, Violation, inside, overlap, parse, prefixes, space, too_small
from bluelamp.rehearsal.azure.securityrules import check_group, check_rule
from bluelamp.rehearsal.sdk.messages import join_path
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import plain, without_secrets

_NETWORK = "azure-native:network:"
VNET, SUBNET, PEERING = f"{_NETWORK}VirtualNetwork", f"{_NETWORK}Subnet", f"{_NETWORK}VirtualNetworkPeering"
_REQUIRED_SUBNETS = {
    f"{_NETWORK}AzureFirewall": ("ipConfigurations", "AzureFirewallSubnet"),
    f"{_NETWORK}BastionHost": ("ipConfigurations", "AzureBastionSubnet"),
    f"{_NETWORK}VirtualNetworkGateway": ("ipConfigurations", "GatewaySubnet"),
}
"""Services that require a subnet with a fixed name."""


def check(token: str, inputs: Mapping[str, Any]) -> Iterator[Violation]:
    """The violations in the inputs by themselves. Unknown values are skipped."""
    values = without_secrets(inputs)
    if token == VNET:
        yield from _check_vnet(values)
    elif token == SUBNET:
        name = str(values.get("subnetName"))
        found = [one for _, one in prefixes(values, name)]
        yield from (one for one in found if isinstance(one, Violation))
        yield from _size(name, [one for one in found if not isinstance(one, Violation)], "addressPrefix")
    elif token == f"{_NETWORK}NetworkSecurityGroup":
        yield from check_group(values)
    elif token == f"{_NETWORK}SecurityRule":
        yield from check_rule(values, "", str(values.get("securityRuleName")))
    elif token == f"{_NETWORK}RouteTable":
        for index, route in enumerate(_items(values, "routes")):
            yield from _check_route(route, join_path("routes", index))
    elif token == f"{_NETWORK}Route":
        yield from _check_route(values, "")
    elif token in _REQUIRED_SUBNETS:
        yield from _check_subnet_name(token, values)


def check_stored(store: Store, token: str, resource_id: str, inputs: Mapping[str, Any]) -> Iterator[Violation]:
    """The violations against existing resources."""
    values = without_secrets(inputs)
    if token == SUBNET:
        yield from _check_siblings(store, resource_id, values)
    elif token == VNET:
        yield from _check_address_space(store, resource_id, values)
        yield from _check_peers(store, resource_id, space(values) or [])
    elif token == PEERING:
        yield from _check_peering(store, resource_id, values)
    elif token == f"{_NETWORK}SecurityRule":
        group = store.get(_parent(resource_id))
        others = [plain(one.inputs) for one in store.children(_parent(resource_id)) if not _same(one.id, resource_id)]
        inline = _items(plain(group.inputs), "securityRules") if group else []
        own = ids.name_of_id(resource_id)
        yield from check_rule(values, "", own, [*inline, *others])


def _check_vnet(values: Mapping[str, Any]) -> Iterator[Violation]:
    holder = values.get("addressSpace")
    texts = holder.get("addressPrefixes") if isinstance(holder, Mapping) else None
    name = str(values.get("virtualNetworkName"))
    for index, text in enumerate(texts if isinstance(texts, list) else []):
        wrong = parse(join_path("addressSpace.addressPrefixes", index), text, name)
        if isinstance(wrong, Violation):
            yield wrong
    spaces = space(values)
    seen: list[tuple[str, list[Network]]] = []
    for index, subnet in enumerate(_items(values, "subnets")):
        path = join_path("subnets", index)
        own = str(subnet.get("name"))
        found = list(prefixes(subnet, own, path))
        yield from (one for _, one in found if isinstance(one, Violation))
        ranges = [(where, one) for where, one in found if not isinstance(one, Violation)]
        where = ranges[0][0] if ranges else path
        networks = [one for _, one in ranges]
        yield from _size(own, networks, where)
        if spaces is not None:
            yield from (_outside(own, name, at) for at, one in ranges if not inside(one, spaces))
        for other, taken in seen:
            if overlap(networks, taken):
                yield _overlaps(own, other, where)
        seen.append((own, networks))


def _check_siblings(store: Store, resource_id: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    vnet = store.get(_parent(resource_id))
    if vnet is None:
        return
    name = ids.name_of_id(resource_id)
    found = [(where, one) for where, one in prefixes(values, name) if not isinstance(one, Violation)]
    spaces = space(vnet.inputs)
    if spaces is not None:
        yield from (_outside(name, ids.name_of_id(vnet.id), where) for where, one in found if not inside(one, spaces))
    for other, networks in subnets(store, vnet):
        if other.lower() != name.lower() and overlap([one for _, one in found], networks):
            yield _overlaps(name, other, found[0][0])


def _check_address_space(store: Store, resource_id: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    spaces = space(values)
    for child in store.children(resource_id):
        if child.type == SUBNET and spaces is not None:
            name = ids.name_of_id(child.id)
            for _, one in prefixes(child.inputs, name):
                if not isinstance(one, Violation) and not inside(one, spaces):
                    message = (
                        f"Subnet '{name}' ({one}) is not within the address space that virtual network "
                        f"'{ids.name_of_id(resource_id)}' would have."
                    )
                    yield Violation("addressSpace.addressPrefixes", "InUsePrefixCannotBeDeleted", message)


def _check_peering(store: Store, resource_id: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    local = store.get(_parent(resource_id))
    remote_id = _remote(values)
    remote = store.get(remote_id) if remote_id else None
    if local is None or remote is None:
        return
    mine, theirs = space(local.inputs) or [], space(remote.inputs) or []
    clash = overlap(mine, theirs)
    if clash:
        message = (
            f"Cannot create or update peering {resource_id}. Virtual networks {local.id} ({clash[0]}) and {remote.id} "
            f"({clash[1]}) cannot be peered because their address spaces overlap."
        )
        yield Violation("remoteVirtualNetwork.id", "VnetAddressSpacesOverlap", message)
    yield from _check_other_peers(store, local, remote, theirs)


def _check_other_peers(store: Store, local: Record, remote: Record, theirs: list[Network]) -> Iterator[Violation]:
    for peer in _peers(store, local):
        if _same(peer.id, remote.id):
            continue
        clash = overlap(theirs, space(peer.inputs) or [])
        if clash:
            message = (
                f"Virtual network {remote.id} ({clash[0]}) overlaps {peer.id} ({clash[1]}), which is already peered "
                f"with {local.id}."
            )
            code = "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"
            yield Violation("remoteVirtualNetwork.id", code, message)


def _check_peers(store: Store, resource_id: str, spaces: list[Network]) -> Iterator[Violation]:
    vnet = store.get(resource_id)
    for peer in _peers(store, vnet) if vnet else []:
        clash = overlap(spaces, space(peer.inputs) or [])
        if clash:
            message = f"{clash[0]} overlaps {clash[1]} of {peer.id}, which is already peered with {resource_id}."
            code = "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"
            yield Violation("addressSpace.addressPrefixes", code, message)


def _peers(store: Store, vnet: Record) -> Iterator[Record]:
    children = [one.inputs for one in store.children(vnet.id) if one.type == PEERING]
    for values in [*children, *_items(plain(vnet.inputs), "virtualNetworkPeerings")]:
        wanted = _remote(plain(values))
        found = store.get(wanted) if wanted else None
        if found is not None:
            yield found


def subnets(store: Store, vnet: Record) -> Iterator[tuple[str, list[Network]]]:
    """The names and ranges of the subnets of a stored virtual network, both separate and inline ones."""
    seen = set()
    for child in store.children(vnet.id):
        if child.type == SUBNET:
            name = ids.name_of_id(child.id)
            seen.add(name.lower())
            yield name, [one for _, one in prefixes(child.inputs, name) if not isinstance(one, Violation)]
    for values in _items(plain(vnet.inputs), "subnets"):
        name = str(values.get("name"))
        if name.lower() not in seen:
            yield name, [one for _, one in prefixes(values, name) if not isinstance(one, Violation)]


def _check_route(values: Mapping[str, Any], path: str) -> Iterator[Violation]:
    name = str(values.get("name") or values.get("routeName"))
    prefix = values.get("addressPrefix")
    if isinstance(prefix, str) and prefix[:1].isdigit():
        wrong = parse(join_path(path, "addressPrefix"), prefix, name)
        if isinstance(wrong, Violation):
            yield wrong
    hop, address = values.get("nextHopType"), values.get("nextHopIpAddress")
    if hop == "VirtualAppliance" and address is None:
        message = f"Route '{name}' needs a next hop IP address because its next hop type is VirtualAppliance."
        yield Violation(join_path(path, "nextHopIpAddress"), "RouteNextHopIpAddressRequired", message)
    if isinstance(hop, str) and hop != "VirtualAppliance" and isinstance(address, str):
        message = f"Route '{name}' cannot have a next hop IP address because its next hop type is {hop}."
        yield Violation(join_path(path, "nextHopIpAddress"), "RouteNextHopIpAddressNotAllowed", message)


def _check_subnet_name(token: str, values: Mapping[str, Any]) -> Iterator[Violation]:
    key, wanted = _REQUIRED_SUBNETS[token]
    for index, item in enumerate(_items(values, key)):
        subnet = item.get("subnet")
        found = subnet.get("id") if isinstance(subnet, Mapping) else None
        if isinstance(found, str) and ids.name_of_id(found).lower() != wanted.lower():
            message = f"{ids.arm_type(token)} must be in a subnet named '{wanted}', not '{ids.name_of_id(found)}'."
            yield Violation(f"{join_path(key, index)}.subnet.id", "InvalidSubnetName", message)


def _size(name: str, networks: list[Network], path: str) -> Iterator[Violation]:
    message = too_small(name, networks)
    if message:
        yield Violation(path, "SubnetTooSmall", message)


def _outside(subnet: str, vnet: str, path: str) -> Violation:
    return Violation(path, "NetcfgInvalidSubnet", f"Subnet '{subnet}' is not valid in virtual network '{vnet}'.")


def _overlaps(subnet: str, other: str, path: str) -> Violation:
    message = f"Subnet '{subnet}' is not valid because its IP address range overlaps with that of an existing subnet"
    return Violation(path, "NetcfgSubnetRangesOverlap", f"{message} '{other}'.")


def _items(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = values.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _remote(values: Mapping[str, Any]) -> str:
    holder = values.get("remoteVirtualNetwork")
    found = holder.get("id") if isinstance(holder, Mapping) else None
    return found if isinstance(found, str) else ""


def _parent(resource_id: str) -> str:
    return resource_id.rsplit("/", 2)[0]


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
