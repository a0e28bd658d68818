"""What every area of the Azure landing zone is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from bluelamp.infra.azure import Azure
from bluelamp.infra.force import Force
from bluelamp.infra.site import Site
from bluelamp.infra.vending import LandingZone
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.naming import Label


@dataclass(frozen=True)
class Context:
    """A force, its settings for Azure, and where its resources go."""

    force: Force
    azure: Azure
    label: Label
    opts: pulumi.ResourceOptions | None
    tenant_id: pulumi.Input[str]
    subscription_id: pulumi.Input[str]
    zone_labels: Mapping[str, Label] = field(default_factory=dict)
    """The labels of landing zones that the roadmap names, by the zone's name; all others have `label`."""
    _groups: dict[str, ResourceGroup] = field(default_factory=dict)

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

    def group(self, workload: str, location: str = "") -> ResourceGroup:
        """The resource group for `workload` in a region, by default the primary one; made once."""
        where = location or self.location
        name = workload if where == self.location else f"{workload}-{where}"
        if name not in self._groups:
            self._groups[name] = ResourceGroup(
                name, {"label": self.label, "location": where, "workload": workload}, self.opts
            )
        return self._groups[name]


def context(force: Force, azure: Azure, label: Label, zone_labels: Mapping[str, Label]) -> Context:
    """The context, with the provider of the settings' own subscription or whoever is logged in."""
    opts = _provider(azure)
    tenant_id, subscription_id = _identity(azure, opts)
    return Context(force, azure, label, opts, tenant_id, subscription_id, zone_labels)


def _provider(azure: Azure) -> pulumi.ResourceOptions | None:
    """The provider of the settings' own subscription or tenant; None leaves it to the one that is logged in."""
    if not (azure.subscription_id or azure.tenant_id):
        return None
    from pulumi_azure_native import Provider

    provider = Provider(
        "azure",
        subscription_id=azure.subscription_id,
        tenant_id=azure.tenant_id,
        location=azure.primary_region,
        disable_pulumi_partner_id=True,
    )
    return pulumi.ResourceOptions(providers=[provider])


def _identity(azure: Azure, opts: pulumi.ResourceOptions | None) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
    """The tenant and the subscription: the settings', or else those of whoever is logged in."""
    if azure.tenant_id and azure.subscription_id:
        return azure.tenant_id, azure.subscription_id
    from pulumi_azure_native import authorization

    providers = opts.providers if opts else None
    provider = providers[0] if isinstance(providers, list) else None
    found = authorization.get_client_config_output(opts=pulumi.InvokeOptions(provider=provider))
    return azure.tenant_id or found.tenant_id, azure.subscription_id or found.subscription_id
