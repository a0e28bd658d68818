"""The register of information assets in an estate, and the resources that hold them.

A placement of an asset names a resource by its name in the program; `*` matches any text. All functions raise
`UnknownValue` if the result depends on an unknown value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from re import Pattern, compile
from typing import Final

from bluelamp.core.asset_type import ASSET
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.value import UnknownValue, Value, root

STORES: Final = (
    "azure-native:appconfiguration:ConfigurationStore",
    "azure-native:azurearcdata:PostgresInstance",
    "azure-native:azurearcdata:SqlManagedInstance",
    "azure-native:azurearcdata:SqlServerInstance",
    "azure-native:cognitiveservices:Account",
    "azure-native:compute:Disk",
    "azure-native:compute:Snapshot",
    "azure-native:confidentialledger:Ledger",
    "azure-native:containerregistry:Registry",
    "azure-native:cosmosdb:DatabaseAccount",
    "azure-native:databricks:Workspace",
    "azure-native:dataprotection:BackupVault",
    "azure-native:dbformysql:Server",
    "azure-native:dbforpostgresql:Server",
    "azure-native:digitaltwins:DigitalTwin",
    "azure-native:elasticsan:ElasticSan",
    "azure-native:eventhub:Namespace",
    "azure-native:hdinsight:Cluster",
    "azure-native:keyvault:ManagedHsm",
    "azure-native:keyvault:Vault",
    "azure-native:kusto:Cluster",
    "azure-native:machinelearningservices:Workspace",
    "azure-native:monitor:AzureMonitorWorkspace",
    "azure-native:netapp:CapacityPoolVolume",
    "azure-native:operationalinsights:Workspace",
    "azure-native:purview:Account",
    "azure-native:recoveryservices:Vault",
    "azure-native:redisenterprise:RedisEnterprise",
    "azure-native:search:Service",
    "azure-native:servicebus:Namespace",
    "azure-native:sql:Database",
    "azure-native:sql:ManagedDatabase",
    "azure-native:storage:StorageAccount",
    "azure-native:storagesync:StorageSyncService",
    "azure-native:synapse:Workspace",
    "kubernetes:core/v1:PersistentVolumeClaim",
)
"""The types of data stores; each such resource must belong to an asset."""

_MAY_HOLD: Final = frozenset(
    {
        *STORES,
        "azure-native:compute:VirtualMachine",
        "azure-native:hybridcompute:Machine",
        "azure-native:sql:ManagedInstance",
        "azure-native:sql:Server",
        "azure-native:storage:BlobContainer",
        "azure-native:storage:FileShare",
    }
)
"""The types that a placement may name: stores, their parts, and servers, which hold data only if named."""

MARKINGS: Final = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")
"""From the lowest to the highest."""


@dataclass(frozen=True)
class Register:
    """The assets of an estate by id, and the placements that name a resource."""

    assets: Mapping[str, Value]
    named: Mapping[str, tuple[Value, ...]]
    """The placements by the resource's name."""
    patterns: tuple[tuple[Pattern[str], Value], ...]
    doubts: tuple[Value, ...]
    """Placements with an unknown resource name."""

    def placements(self, name: str) -> Iterator[Value]:
        """The placements that match the resource name `name`."""
        yield from self.named.get(name, ())
        yield from (placement for pattern, placement in self.patterns if pattern.fullmatch(name))

    def holds(self, store: Value) -> bool:
        """Whether the resource belongs to an asset."""
        if next(self.placements(store.resource.name), None) is not None:
            return True
        for doubt in self.doubts:
            raise UnknownValue(doubt)
        return False


def register_of(estate: Estate) -> Register:
    """The register of the estate, cached."""
    return estate.once(_register)


def targets(placement: Value, estate: Estate) -> list[Value]:
    """The resources that a placement names; none if it names none, or no such resource exists."""
    named = placement["resource"].known
    if named is None:
        return []
    by_name = estate.once(_holders)
    if "*" not in named:
        return list(by_name.get(named, ()))
    pattern = _pattern(named)
    return [each for name, listed in by_name.items() if pattern.fullmatch(name) for each in listed]


def is_pattern(placement: Value) -> bool:
    """Whether the placement names resources by a pattern, which may match none."""
    return "*" in placement["resource"].get("")


def marking(text: Value) -> str:
    """The classification in a contract or a tag, without a descriptor after the marking."""
    stated = str(text.known).strip().upper().replace("_", "-").replace("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE")
    for each in reversed(MARKINGS):
        if stated == each or stated.startswith((f"{each}:", f"{each} ", f"{each}-", f"{each},", f"{each};")):
            return each
    raise UnknownValue(text, "it is not a marking of the Government Security Classifications")


def level(text: Value) -> int:
    """The rank of a classification; a higher number needs more protection."""
    return MARKINGS.index(marking(text))


def highest(store: Value, estate: Estate) -> Value:
    """The asset with the highest classification of those in the resource, which must have at least one."""
    assets = [root(each.resource) for each in register_of(estate).placements(store.resource.name)]
    return max(assets, key=lambda asset: level(asset["classification"]))


def parents(asset: Value, estate: Estate) -> Iterator[tuple[Value, Value]]:
    """The assets from which `asset` is derived, each with the item of its lineage that names it."""
    known = register_of(estate).assets
    for item in asset["lineage"].each():
        source = known.get(str(item.known))
        if source is None:
            raise UnknownValue(item, "the asset is not in the register")
        yield item, source


def is_on_premises(store: Value) -> bool:
    """Whether the resource is in the force's own data centres, even if it is registered in Azure."""
    return canonical(store.resource.type).startswith(
        ("azure-native:hybridcompute:", "azure-native:azurearcdata:", "kubernetes:")
    )


def ids(assets: Iterable[Value]) -> str:
    """The ids of the assets, as a path."""
    return " -> ".join(str(asset["id"].get(asset.resource.name)) for asset in assets)


def _register(estate: Estate) -> Register:
    assets: dict[str, Value] = {}
    named: dict[str, list[Value]] = {}
    patterns: list[tuple[Pattern[str], Value]] = []
    doubts: list[Value] = []
    for asset in estate.of(ASSET):
        try:
            assets[str(asset["id"].known)] = asset
            for placement in asset["placements"].each():
                name = placement["resource"].known
                if name is None:
                    continue
                if "*" in name:
                    patterns.append((_pattern(name), placement))
                else:
                    named.setdefault(name, []).append(placement)
        except UnknownValue as unknown:
            doubts.append(unknown.value)
    return Register(assets, {name: tuple(each) for name, each in named.items()}, tuple(patterns), tuple(doubts))


def _holders(estate: Estate) -> Mapping[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for value in estate.all():
        if canonical(value.resource.type) in _MAY_HOLD:
            found.setdefault(value.resource.name, []).append(value)
    return found


@cache
def _pattern(text: str) -> Pattern[str]:
    return compile(translate(text.replace("[", "[[]").replace("?", "[?]")))
