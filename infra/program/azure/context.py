"""The context of all areas of the Azure landing zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from bluelamp.infra.program.azure.design import Design
from bluelamp.infra.program.azure.subscriptions import (
    PLATFORM,
    Subscriptions,
    beside_network,
    secrets_by,
    subscriptions,
)
from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.model import Force
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.naming import Label


@dataclass(frozen=True)
class Context(Design):
    """A force's design, with the providers and resource groups of its resources."""

    tenant_id: pulumi.Input[str]
    subscription_id: pulumi.Input[str]
    """The platform's first subscription, which has landing zones without their own subscription."""
    subscriptions: Subscriptions
    providers: Mapping[str, pulumi.ProviderResource]
    """By the short name of the subscription; without the first one if it is that of the current login."""
    groups: Mapping[str, ResourceGroup]
    """The platform's resource groups, by logical name."""

    @property
    def opts(self) -> pulumi.ResourceOptions | None:
        """The options for components in the platform's first subscription."""
        return self.within(PLATFORM)

    def subscription(self, workload: str) -> pulumi.Input[str]:
        """The GUID of the subscription of a resource group, by the group's workload."""
        return self.platform[self.subscriptions.of(workload)]

    @property
    def platform(self) -> dict[str, pulumi.Input[str]]:
        """The GUIDs of the platform's subscriptions, by short names; `platform` is the first."""
        return {PLATFORM: self.subscription_id, **{k: v for k, v in self.subscriptions.ids.items() if k != PLATFORM}}

    def within(self, short: str) -> pulumi.ResourceOptions | None:
        """The options for components in a subscription of the platform, by its short name."""
        return _options(self.providers.get(short))

    def at(self, workload: str) -> pulumi.ResourceOptions | None:
        """The options for components in the resource group for `workload`, in that group's subscription.

        Their resources in the network or in the platform's vault are in the subscriptions of those.
        """
        own, network, vault = (self.subscriptions.of(each) for each in (workload, "network", "security"))
        opts = self.within(own)
        transformations: list[Any] = []
        if own != network:
            group = self.group("network").name
            transformations.append(beside_network(self.providers[network], group, zones=workload == "security"))
        if workload == "network" and own != vault:
            transformations.append(secrets_by(self.providers[vault]))
        if not transformations:
            return opts
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=transformations))

    @property
    def network_provider(self) -> pulumi.ProviderResource | None:
        """The provider of the hubs' subscription; None if that is the platform's first."""
        network = self.subscriptions.of("network")
        return None if network == PLATFORM else self.providers[network]

    def group(self, workload: str, location: str = "") -> ResourceGroup:
        """The resource group for `workload` in a region, by default the primary one."""
        return self.groups[_group_name(self, workload, location or self.location)]


def context(force: Force, azure: Azure, label: Label, zone_labels: Mapping[str, Label]) -> Context:
    """The context, with providers for the subscriptions in the settings or, without those, the current login.

    Creates these providers and the platform's resource groups.
    """
    design = Design(force, azure, label, zone_labels)
    found = subscriptions(azure)
    first = found.ids.get(PLATFORM)
    providers = {
        short: _provider(f"azure-{short}", azure, subscription)
        for short, subscription in found.ids.items()
        if short != PLATFORM
    }
    if first or azure.tenant_id:
        providers[PLATFORM] = _provider("azure", azure, first)
    tenant_id, subscription_id = _identity(azure.tenant_id, first, providers.get(PLATFORM))
    groups = {
        name: ResourceGroup(
            name,
            {"label": label, "location": region, "workload": workload},
            _options(providers.get(found.of(workload))),
        )
        for workload, region in design.resource_groups
        for name in [_group_name(design, workload, region)]
    }
    return Context(force, azure, label, zone_labels, tenant_id, subscription_id, found, providers, groups)


def _group_name(design: Design, workload: str, region: str) -> str:
    return workload if region == design.location else f"{workload}-{region}"


def _options(provider: pulumi.ProviderResource | None) -> pulumi.ResourceOptions | None:
    """The options with a provider; None means the default provider."""
    return pulumi.ResourceOptions(providers=[provider]) if provider is not None else None


def _provider(name: str, azure: Azure, subscription: str | None) -> pulumi.ProviderResource:
    from pulumi_azure_native import Provider

    provider: pulumi.ProviderResource = Provider(
        name,
        subscription_id=subscription,
        tenant_id=azure.tenant_id,
        location=azure.primary_region,
        disable_pulumi_partner_id=True,
    )
    return provider


def _identity(
    tenant: str | None, subscription: str | None, provider: pulumi.ProviderResource | None
) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
    """The tenant and the subscription: those in the settings, or else those of the current login."""
    if tenant and subscription:
        return tenant, subscription
    from pulumi_azure_native import authorization

    found = authorization.get_client_config_output(opts=pulumi.InvokeOptions(provider=provider))
    return tenant or found.tenant_id, subscription or found.subscription_id
