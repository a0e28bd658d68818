"""The subscription of each area of the platform, and options for resources in it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.subscriptions import AREAS, Area

PLATFORM: Final = "platform"
"""The short name of the force's original subscription, or else of that of `management`."""

_AREA_OF: Final[Mapping[str, Area]] = {
    "network": "connectivity",
    "dns": "connectivity",
    "network-watcher": "connectivity",
    "management": "management",
    "clusters": "management",
    "arc": "management",
    "servers": "management",
    "security": "security",
}
"""The area of each of the platform's resource groups, by the group's workload."""

_PLACED_FIRST: Final[tuple[Area, ...]] = ("management", "connectivity", "security", "identity")
"""A subscription that serves several areas is in the management group of the first of these."""

_ENDPOINTS: Final = ("azure-native:network:PrivateEndpoint", "azure-native:network:PrivateDnsZoneGroup")
_ZONES: Final = ("azure-native:privatedns:PrivateZone", "azure-native:privatedns:VirtualNetworkLink")
_SECRET: Final = "azure-native:keyvault:Secret"  # noqa: S105 - a type's token

Transformation = Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]


@dataclass(frozen=True)
class Subscriptions:
    """The platform's subscriptions by short name, `platform` first, and the areas that they serve."""

    ids: Mapping[str, str]
    """GUIDs; empty if the subscription of the current login serves all areas."""
    serves: Mapping[Area, str]
    """The short name of the subscription of each area."""
    home: Mapping[Area, str]
    """The short name of the subscription that has the resources of each area."""
    group: Mapping[str, Area]
    """The management group of each subscription, by its short name."""

    def of(self, workload: str) -> str:
        """The short name of the subscription of a resource group."""
        return self.home[_AREA_OF[workload]]


def subscriptions(azure: Azure) -> Subscriptions:
    """The platform's subscriptions from the settings."""
    wanted = azure.platform_subscriptions
    by_area: dict[Area, str | None] = {area: getattr(wanted, area) if wanted else None for area in AREAS}
    first = azure.subscription_id or by_area["management"]
    ids = {PLATFORM: first} if first else {}
    shorts = {first.casefold(): PLATFORM} if first else {}
    for area, one in by_area.items():
        if one and one.casefold() not in shorts:
            ids[area], shorts[one.casefold()] = one, area
    serves = {area: shorts[one.casefold()] if one else PLATFORM for area, one in by_area.items()}
    deployed_in_platform = (wanted.kept if wanted else None) or ()
    home = {area: PLATFORM if area in deployed_in_platform else short for area, short in serves.items()}
    group: dict[str, Area] = {
        short: next((area for area in _PLACED_FIRST if by_area[area] and serves[area] == short), "management")
        for short in ids
    }
    return Subscriptions(ids, serves, home, group)


def beside_network(provider: pulumi.ProviderResource, group: pulumi.Input[str], *, zones: bool) -> Transformation:
    """A transformation for components in another subscription than their network.

    Azure requires a private endpoint in its network's subscription, so `provider` creates it, in the resource group
    `group`; with `zones` also the private DNS zones that the component creates.
    """
    types = (*_ENDPOINTS, *(_ZONES if zones else ()))

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ not in types:
            return None
        props = {**args.props, "resourceGroupName": group}
        return pulumi.ResourceTransformationResult(props, _by(args.opts, provider))

    return transform


def secrets_by(provider: pulumi.ProviderResource) -> Transformation:
    """A transformation for components that create secrets in a vault of another subscription, that of `provider`."""

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != _SECRET:
            return None
        return pulumi.ResourceTransformationResult(args.props, _by(args.opts, provider))

    return transform


def _by(options: pulumi.ResourceOptions, provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    changed = copy.copy(options)
    changed.provider = provider
    return changed
