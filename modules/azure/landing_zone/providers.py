"""Which subscription each part of a landing zone goes into."""

import copy
from collections.abc import Callable

import pulumi

_OF_THE_PLATFORM = {
    "azure-native:network:HubVirtualNetworkConnection": "",
    "azure-native:network:FlowLog": "",
    "azure-native:network:VirtualNetworkPeering": "-peering-from-hub",
}
"""The parts of a spoke that stand in the hub's subscription, and how their logical names end."""

Transformation = Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]


def in_the_platform(provider: pulumi.ProviderResource) -> Transformation:
    """A transformation for a spoke in a subscription of its own: what it makes at the hub, `provider` makes."""

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        end = _OF_THE_PLATFORM.get(args.type_)
        if end is None or not args.name.endswith(end):
            return None
        options = copy.copy(args.opts)
        options.provider = provider
        return pulumi.ResourceTransformationResult(args.props, options)

    return transform
