"""The subscription of each part of a landing zone."""

import copy
from collections.abc import Callable

import pulumi

_OF_THE_PLATFORM = {
    "azure-native:network:HubVirtualNetworkConnection": "",
    "azure-native:network:FlowLog": "",
    "azure-native:network:VirtualNetworkPeering": "-peering-from-hub",
}
"""The parts of a spoke in the hub's subscription, and the suffixes of their logical names."""

Transformation = Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]


def in_platform_subscription(provider: pulumi.ProviderResource) -> Transformation:
    """A transformation for a spoke in its own subscription: `provider` creates the spoke's resources in the hub."""

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        end = _OF_THE_PLATFORM.get(args.type_)
        if end is None or not args.name.endswith(end):
            return None
        options = copy.copy(args.opts)
        options.provider = provider
        return pulumi.ResourceTransformationResult(args.props, options)

    return transform
