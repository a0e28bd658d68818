"""Which resource an ARM id means, for rules that ask whether one resource points to another.

An id is only known after a resource exists, its name usually before. So a resource is told by the end of its id: the
ARM type and the name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from policies.estate import canonical
from policies.model import UNKNOWN
from policies.value import UnknownValue, Value

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "azure-native:containerregistry:Registry": ("microsoft.containerregistry/registries", "registryName"),
    "azure-native:containerservice:ManagedCluster": ("microsoft.containerservice/managedclusters", "resourceName"),
    "azure-native:keyvault:Vault": ("microsoft.keyvault/vaults", "vaultName"),
    "azure-native:network:ApplicationGateway": ("microsoft.network/applicationgateways", "applicationGatewayName"),
    "azure-native:network:AzureFirewall": ("microsoft.network/azurefirewalls", "azureFirewallName"),
    "azure-native:network:BastionHost": ("microsoft.network/bastionhosts", "bastionHostName"),
    "azure-native:network:VirtualNetworkGateway": (
        "microsoft.network/virtualnetworkgateways",
        "virtualNetworkGatewayName",
    ),
}
"""The ARM type of each type that rules look for, and the property that holds its name."""


@dataclass(frozen=True)
class Pointers:
    """What a set of references points to: the ends of the known ids, and the first reference that is not known yet."""

    ends: frozenset[str]
    doubt: Value | None

    def reach(self, resource: Value) -> bool:
        """Whether one of them points to `resource`. Raises `UnknownValue` when that cannot be told yet."""
        arm_type, name = NAMES[canonical(resource.resource.type)]
        named = resource[name]
        if isinstance(named.raw, str):
            if f"{arm_type}/{named.text()}" in self.ends:
                return True
        elif self.ends:
            raise UnknownValue(named)
        if self.doubt:
            raise UnknownValue(self.doubt)
        return False


def pointers(ids: Iterable[Value]) -> Pointers:
    """Where `ids`, the values of references, point to."""
    ends: set[str] = set()
    doubt: Value | None = None
    for value in ids:
        if value.raw is UNKNOWN:
            doubt = doubt or value
        elif value.raw is not None:
            ends.add("/".join(value.text().rstrip("/").split("/")[-3:]))
    return Pointers(frozenset(ends), doubt)
