"""What every area of the Azure landing zone is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from bluelamp.infra.program.azure.areas import PLATFORM, Subscriptions, beside_network, secrets_by, subscriptions
from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.model import Force
from bluelamp.infra.settings.site import Site
from bluelamp.infra.settings.vending import LandingZone
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.naming import Label


@dataclass(frozen=True)
class Context:
    """A force, its settings for Azure, and where its resources go."""

    force: Force
    azure: Azure
    label: Label
    opts: pulumi.ResourceOptions | None
    """What puts a component into the platform's first subscription."""
    tenant_id: pulumi.Input[str]
    subscription_id: pulumi.Input[str]
    """The platform's first subscription; landing zones without one of their own are in it."""
    subscriptions: Subscriptions
    zone_labels: Mapping[str, Label] = field(default_factory=dict)
    """The labels of landing zones that the roadmap names, by the zone's name; all others have `label`."""
    _groups: dict[str, ResourceGroup] = field(default_factory=dict)
    _providers: dict[str, pulumi.ResourceOptions] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """The primary region."""
        return self.azure.primary_region

    @property
    def estate(self) -> list[str]:
        """The force's own address ranges, in Azure and on its premises."""
        return [str(block) for block in self.force.allocation.ranges().values()]

    @property
    def sites(self) -> tuple[Site, ...]:
        """The force's own sites that are joined to Azure; none without gateways to join them to."""
        estate = self.force.on_premises
        return tuple(estate.sites) if estate and self.has("gateways") else ()

    def region_of(self, zone: LandingZone) -> str:
        """The region of a landing zone: its own, or the primary one."""
        return zone.region or self.location

    def has(self, component: str) -> bool:
        """Whether the force has a component, by its name in the settings."""
        return self.force.has(component)

    def regional(self, name: str, region: str) -> str:
        """The logical name of what there is one of in each region: `name`, and `second-name` beyond the primary one."""
        return name if region == self.location else f"second-{name}"

    def subscription(self, workload: str) -> pulumi.Input[str]:
        """The GUID of the subscription of a resource group, by the group's workload."""
        return self.platform[self.subscriptions.of(workload)]

    @property
    def platform(self) -> dict[str, pulumi.Input[str]]:
        """The GUIDs of the platform's subscriptions, by short names; `platform` is the first."""
        return {PLATFORM: self.subscription_id, **{k: v for k, v in self.subscriptions.ids.items() if k != PLATFORM}}

    def within(self, short: str) -> pulumi.ResourceOptions | None:
        """The options that put a component into a subscription of the platform, by its short name."""
        if short == PLATFORM:
            return self.opts
        if short not in self._providers:
            self._providers[short] = _by_provider(f"azure-{short}", self.azure, self.subscriptions.ids[short])
        return self._providers[short]

    def at(self, workload: str) -> pulumi.ResourceOptions | None:
        """The options that put a component into the resource group for `workload`, in that group's subscription.

        What such a component has in the network or in the platform's vault goes to the subscription of those.
        """
        own, network, vault = (self.subscriptions.of(each) for each in (workload, "network", "security"))
        opts = self.within(own)
        transformations: list[Any] = []
        if own != network:
            beside = beside_network(self._provider(network), self.group("network").name, zones=workload == "security")
            transformations.append(beside)
        if workload == "network" and own != vault:
            transformations.append(secrets_by(self._provider(vault)))
        if not transformations:
            return opts
        return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=transformations))

    def _provider(self, short: str) -> pulumi.ProviderResource:
        opts = self.within(short)
        providers = opts.providers if opts else None
        assert isinstance(providers, list)  # several subscriptions are always named in the settings
        provider: pulumi.ProviderResource = providers[0]
        return provider

    @property
    def network_provider(self) -> pulumi.ProviderResource | None:
        """The provider of the hubs' subscription; None where that is the platform's first."""
        network = self.subscriptions.of("network")
        return None if network == PLATFORM else self._provider(network)

    def group(self, workload: str, location: str = "") -> ResourceGroup:
        """The resource group for `workload` in a region, by default the primary one; made once."""
        where = location or self.location
        name = workload if where == self.location else f"{workload}-{where}"
        if name not in self._groups:
            self._groups[name] = ResourceGroup(
                name,
                {"label": self.label, "location": where, "workload": workload},
                self.within(self.subscriptions.of(workload)),
            )
        return self._groups[name]


def context(force: Force, azure: Azure, label: Label, zone_labels: Mapping[str, Label]) -> Context:
    """The context, with the providers of the settings' own subscriptions or whoever is logged in."""
    found = subscriptions(azure)
    first = found.ids.get(PLATFORM)
    opts = _first_provider(azure, first)
    tenant_id, subscription_id = _identity(azure.tenant_id, first, opts)
    return Context(force, azure, label, opts, tenant_id, subscription_id, found, zone_labels)


def _first_provider(azure: Azure, subscription: str | None) -> pulumi.ResourceOptions | None:
    """The provider of the platform's first subscription; None leaves it to the one that is logged in."""
    if not (subscription or azure.tenant_id):
        return None
    return _by_provider("azure", azure, subscription)


def _by_provider(name: str, azure: Azure, subscription: str | None) -> pulumi.ResourceOptions:
    """The options with a provider of the subscription."""
    from pulumi_azure_native import Provider

    provider = Provider(
        name,
        subscription_id=subscription,
        tenant_id=azure.tenant_id,
        location=azure.primary_region,
        disable_pulumi_partner_id=True,
    )
    return pulumi.ResourceOptions(providers=[provider])


def _identity(
    tenant: str | None, subscription: str | None, opts: pulumi.ResourceOptions | None
) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
    """The tenant and the subscription: the settings', or else those of whoever is logged in."""
    if tenant and subscription:
        return tenant, subscription
    from pulumi_azure_native import authorization

    providers = opts.providers if opts else None
    provider = providers[0] if isinstance(providers, list) else None
    found = authorization.get_client_config_output(opts=pulumi.InvokeOptions(provider=provider))
    return tenant or found.tenant_id, subscription or found.subscription_id
