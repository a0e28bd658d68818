"""Deployed stores without a data contract, and contracts without a deployed store."""

from collections.abc import Iterable
from dataclasses import dataclass

from bluelamp.core.asset_type import ASSET
from bluelamp.core.resource import Resource
from bluelamp.policies.data.assets._assets import STORES, is_pattern, register_of, targets
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.value import UnknownValue, Value, root


@dataclass(frozen=True)
class Store:
    """A deployed data store and its assets; `known` is False if they cannot be determined."""

    name: str
    type: str
    urn: str
    assets: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True)
class Missing:
    """A placement of an asset whose resource is not deployed."""

    asset: str
    server: str
    resource: str


@dataclass(frozen=True)
class Coverage:
    """Every store with its assets, and every placement without a deployed resource."""

    stores: tuple[Store, ...]
    missing: tuple[Missing, ...]

    @property
    def uncatalogued(self) -> tuple[Store, ...]:
        """The stores without an asset, or whose assets are unknown."""
        return tuple(store for store in self.stores if not store.assets)


def coverage(resources: Iterable[Resource]) -> Coverage:
    """The coverage of planned or deployed resources, which include the assets."""
    estate = Estate(resources)
    stores = sorted((_store(each, estate) for each in estate.of(*STORES)), key=lambda each: (each.name, each.urn))
    missing = [one for asset in estate.of(ASSET) for one in _missing(asset, estate)]
    return Coverage(tuple(stores), tuple(missing))


def _store(store: Value, estate: Estate) -> Store:
    known, register = True, register_of(estate)
    assets = tuple(dict.fromkeys(_id(root(each.resource)) for each in register.placements(store.resource.name)))
    try:
        register.holds(store)
    except UnknownValue:
        known = False
    return Store(store.resource.name, canonical(store.resource.type), store.resource.urn, assets, known)


def _missing(asset: Value, estate: Estate) -> list[Missing]:
    placements = [each for each in asset["placements"].each() if not each["resource"].missing]
    none = [each for each in placements if not targets(each, estate)]
    if len(none) < len(placements):
        none = [each for each in none if not is_pattern(each)]
    return [Missing(_id(asset), str(each["server"].get("")), str(each["resource"].known)) for each in none]


def _id(asset: Value) -> str:
    return str(asset["id"].get(asset.resource.name))
