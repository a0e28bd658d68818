"""The subscription of each area of the platform, and the options that put resources into it."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.subscriptions import AREAS, Area

PLATFORM: Final = "platform"
"""The short name of the subscription that the force has had from the start, or of the one of `management`."""

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
"""In whose management group a subscription is that serves several areas: the first of these."""

_ENDPOINTS: Final = ("azure-native:network:PrivateEndpoint", "azure-native:network:PrivateDnsZoneGroup")
_ZONES: Final = ("azure-native:privatedns:PrivateZone", "azure-native:privatedns:VirtualNetworkLink")
_SECRET: Final = "azure-native:keyvault:Secret"  # noqa: S105 - a type's token

Transformation = Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]


@dataclass(frozen=True)
class Subscriptions:
    """The platform's subscriptions by short name, `platform` first, and the area that each resource goes to."""

    ids: Mapping[str, str]
    """GUIDs; none where the subscription of whoever is logged in serves all areas."""
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
    given: dict[Area, str | None] = {area: getattr(wanted, area) if wanted else None for area in AREAS}
    first = azure.subscription_id or given["management"]
    ids = {PLATFORM: first} if first else {}
    shorts = {first.casefold(): PLATFORM} if first else {}
    for area, one in given.items():
        if one and one.casefold() not in shorts:
            ids[area], shorts[one.casefold()] = one, area
    serves = {area: shorts[one.casefold()] if one else PLATFORM for area, one in given.items()}
    kept = (wanted.kept if wanted else None) or ()
    home = {area: PLATFORM if area in kept else short for area, short in serves.items()}
    group: dict[str, Area] = {
        short: next((area for area in _PLACED_FIRST if given[area] and serves[area] == short), "management")
        for short in ids
    }
    return Subscriptions(ids, serves, home, group)


def beside_network(provider: pulumi.ProviderResource, group: pulumi.Input[str], *, zones: bool) -> Transformation:
    """A transformation for what is in another subscription than the network that it is reached through.

    Azure wants a private endpoint in the subscription of its network: `provider` makes it, in the resource group
    `group`; so it does, with `zones`, the private DNS zones that the component makes.
    """
    types = (*_ENDPOINTS, *(_ZONES if zones else ()))

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ not in types:
            return None
        props = {**args.props, "resourceGroupName": group}
        return pulumi.ResourceTransformationResult(props, _by(args.opts, provider))

    return transform


def secrets_by(provider: pulumi.ProviderResource) -> Transformation:
    """A transformation for a component that puts secrets into a vault of another subscription, that of `provider`."""

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != _SECRET:
            return None
        return pulumi.ResourceTransformationResult(args.props, _by(args.opts, provider))

    return transform


def _by(options: pulumi.ResourceOptions, provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    changed = copy.copy(options)
    changed.provider = provider
    return changed
