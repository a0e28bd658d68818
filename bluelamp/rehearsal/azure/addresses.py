"""Allocation of private IP addresses in subnets."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.network import subnets
from bluelamp.rehearsal.azure.ranges import Network
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import plain

_RESERVED = 4
"""Azure reserves the first four addresses of a subnet, and the last."""

_HOLDERS = {
    "azure-native:network:NetworkInterface": ("ipConfigurations", "privateIPAddress"),
    "azure-native:network:AzureFirewall": ("ipConfigurations", "privateIPAddress"),
    "azure-native:network:LoadBalancer": ("frontendIPConfigurations", "privateIPAddress"),
    "azure-native:network:ApplicationGateway": ("frontendIPConfigurations", "privateIPAddress"),
    "azure-native:dnsresolver:InboundEndpoint": ("ipConfigurations", "privateIpAddress"),
}
_SUFFIXES = {
    "vault": "vault.azure.net",
    "blob": "blob.core.windows.net",
    "file": "file.core.windows.net",
    "queue": "queue.core.windows.net",
    "table": "table.core.windows.net",
    "dfs": "dfs.core.windows.net",
    "sqlServer": "database.windows.net",
    "Sql": "documents.azure.com",
    "registry": "azurecr.io",
    "sites": "azurewebsites.net",
    "namespace": "servicebus.windows.net",
    "redisCache": "redis.cache.windows.net",
    "configurationStores": "azconfig.io",
    "account": "purview.azure.com",
}
"""The DNS suffix of a service, by private link group."""
_ENDPOINT = "azure-native:network:PrivateEndpoint"


def with_addresses(store: Store, token: str, resource_id: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """`outputs` with a private address for each IP configuration in a subnet that has none."""
    if token == _ENDPOINT:
        return _endpoint(store, resource_id, outputs)
    holder = _HOLDERS.get(token)
    items = outputs.get(holder[0]) if holder else None
    if holder is None or not isinstance(items, list):
        return outputs
    key, field = holder
    before = store.get(resource_id)
    old = before.outputs.get(key) if before else None
    given = [dict(item) if isinstance(item, Mapping) else item for item in items]
    for index, item in enumerate(given):
        subnet = _id(item, "subnet") if isinstance(item, dict) else ""
        if not subnet or item.get(field):
            continue
        kept = old[index] if isinstance(old, list) and index < len(old) else None
        if isinstance(kept, Mapping) and _id(kept, "subnet").lower() == subnet.lower() and kept.get(field):
            item[field] = kept[field]
            continue
        mine = {str(other[field]) for other in given if isinstance(other, dict) and other.get(field)}
        address = next_free(store, subnet, mine)
        if address:
            item[field] = address
    return outputs | {key: given}


def next_free(store: Store, subnet_id: str, also: set[str]) -> str:
    """The lowest free address of the subnet; empty if it is unknown or full. `also` are other used addresses."""
    networks = _ranges(store, subnet_id)
    used = {*also, *_used(store, subnet_id)}
    for network in networks:
        first = int(network.network_address) + _RESERVED
        for number in range(first, int(network.broadcast_address)):
            if str(ip_address(number)) not in used:
                return str(ip_address(number))
    return ""


def _endpoint(store: Store, resource_id: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """The outputs of a private endpoint: its network interface and its service's private address."""
    name = ids.name_of_id(resource_id)
    group = resource_id.rpartition("/privateEndpoints/")[0]
    card = outputs.get("customNetworkInterfaceName") or f"{name}.nic.{ids.stable_uuid(resource_id)}"
    before = store.get(resource_id)
    configs = before.outputs.get("customDnsConfigs") if before else None
    if not configs:
        address = next_free(store, _id(outputs, "subnet"), set())
        target = _target(outputs)
        configs = [{"fqdn": target, "ipAddresses": [address]}] if address else []
    return outputs | {"networkInterfaces": [{"id": f"{group}/networkInterfaces/{card}"}], "customDnsConfigs": configs}


def _target(outputs: Mapping[str, Any]) -> str:
    for key in ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections"):
        for one in outputs.get(key) or []:
            if isinstance(one, Mapping) and one.get("privateLinkServiceId"):
                groups = one.get("groupIds") or ["service"]
                suffix = _SUFFIXES.get(str(groups[0]), f"{groups[0]}.azure.net")
                return f"{ids.name_of_id(str(plain(one['privateLinkServiceId'])))}.{suffix}"
    return ""


def _ranges(store: Store, subnet_id: str) -> list[Network]:
    vnet = store.get(subnet_id.rsplit("/", 2)[0])
    wanted = ids.name_of_id(subnet_id).lower()
    found = subnets(store, vnet) if vnet else iter(())
    return next((networks for name, networks in found if name.lower() == wanted), [])


def _used(store: Store, subnet_id: str) -> Iterator[str]:
    for token, (key, field) in _HOLDERS.items():
        for record in store.with_text_in_outputs("azure-native", token, subnet_id):
            for item in record.outputs.get(key) or []:
                if isinstance(item, Mapping) and _id(item, "subnet").lower() == subnet_id.lower():
                    yield str(plain(item.get(field)))
    for record in store.with_text_in_outputs("azure-native", _ENDPOINT, subnet_id):
        if _id(record.outputs, "subnet").lower() == subnet_id.lower():
            for config in record.outputs.get("customDnsConfigs") or []:
                yield from config.get("ipAddresses", [])


def _id(holder: Mapping[str, Any], key: str) -> str:
    value = plain(holder.get(key))
    return str(value.get("id") or "") if isinstance(value, Mapping) else ""
