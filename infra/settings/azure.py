"""Settings of a force's landing zone in Azure."""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from bluelamp.infra.settings.assignments import PolicyAssignment
from bluelamp.infra.settings.azure_names import Endpoint, ManagementGroupId, RuleName
from bluelamp.infra.settings.data import Data
from bluelamp.infra.settings.exemptions import PolicyExemption
from bluelamp.infra.settings.fields import (
    FirewallPolicyId,
    Fqdn,
    Guid,
    Model,
    Network,
    Ports,
    Region,
    Text,
    UserIdentityId,
    VaultSecretId,
)
from bluelamp.infra.settings.subscriptions import PlatformSubscriptions
from bluelamp.infra.settings.vending import Budget, LandingZone

Retention = Literal[90, 120, 180, 270, 365, 550, 730]
"""The retention periods of a Log Analytics workspace for interactive data, in days."""


Topology = Literal["hub-spoke", "virtual-wan"]
"""A hub network in each region with peered spokes, or a virtual WAN with a virtual hub in each region."""


class SecurityRule(Model):
    """One rule of the hub's network security group, in addition to the module's own."""

    name: Annotated[RuleName, Field(examples=["allow-https"])]
    priority: Annotated[int, Field(ge=100, le=3999, examples=["200"])]
    """100 to 3999: the hub's own final rules come after it."""
    direction: Literal["Inbound", "Outbound"] = "Inbound"
    access: Literal["Allow", "Deny"] = "Deny"
    protocol: Literal["Tcp", "Udp", "Icmp", "*"] = "Tcp"
    source: Endpoint = "*"
    """An address range, a service tag such as `Internet` or `VirtualNetwork`, or `*`."""
    destination: Endpoint = "*"
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, examples=["[443]"])]
    description: Annotated[Text, Field(max_length=140)] = ""


class TlsInspection(Model):
    """TLS inspection, by a certificate authority that the force's machines trust."""

    key_vault_secret_id: VaultSecretId
    """The intermediate certificate authority with its private key, in a key vault that the firewall's service
    reaches."""
    identity_id: UserIdentityId
    """The user-assigned identity that may read the secret."""
    fqdns: Annotated[tuple[Fqdn, ...], Field(min_length=1, max_length=1000, examples=['["*.example.org"]'])]
    """The names that machines may reach by HTTPS, inspected; a leading `*.` matches all subdomains."""


class Firewall(Model):
    """Azure Firewall in each hub."""

    enabled: bool | None = None
    """By default from the profile `hybrid` on."""
    tier: Literal["Standard", "Premium"] = "Premium"
    threat_intel_mode: Literal["Alert", "Deny", "Off"] = "Deny"
    tls_inspection: TlsInspection | None = None
    """Only of the tier Premium; by default TLS is not inspected."""
    base_policy_ids: dict[str, FirewallPolicyId] = {}
    """By region, the ARM id of an existing parent policy, such as a national one, whose rules come before the hub's
    own; by default the force's own base policy. Azure requires both in one region."""


class Bastion(Model):
    """Azure Bastion, for administrators' access."""

    enabled: bool | None = None
    """By default from the profile `hybrid` on."""
    sku: Literal["Standard", "Premium"] = "Standard"


class Hub(Model):
    """The hub network in the primary region."""

    address_space: Network
    """At least a /22 inside the force's allocation for its primary region; by default the first /22 of it."""
    firewall: Firewall = Firewall()
    bastion: Bastion = Bastion()
    rules: tuple[SecurityRule, ...] = ()


class SecondHub(Model):
    """The hub in the second region, with the first one's firewall, Bastion and rules, and its own addresses."""

    address_space: Network
    """At least a /22 inside the force's allocation for its second region; by default the first /22 of it."""


class ManagementGroups(Model):
    """The parent of the management group hierarchy, and its optional parts."""

    parent: ManagementGroupId | None = None
    """Id of the management group above the force's own; by default the tenant's root group."""
    sandbox: bool = True
    quarantine: bool = True
    hierarchy_settings: bool = False
    """Whether new subscriptions of the tenant go into `quarantine`, and only those with the permission create
    management groups. A tenant has these settings once; they are made by the force's own stack, not by those of its
    other environments."""


class LogAnalytics(Model):
    """The workspace for all logs of the landing zone."""

    retention_days: Retention = 365
    daily_quota_gb: Annotated[float, Field(ge=0.023)] | None = None
    """GB a day after which collection stops; by default no cap, so that no audit log is lost."""


class KeyVault(Model):
    """The landing zone's vault; it is always behind a private endpoint and always purge-protected."""

    sku: Literal["standard", "premium"] = "premium"
    soft_delete_retention_days: Annotated[int, Field(ge=7, le=90)] = 90


class BreakGlass(Model):
    """The emergency accounts; without them no conditional access policies are created, to prevent a lockout."""

    account_ids: Annotated[tuple[Guid, ...], Field(min_length=2, max_length=5)]
    """The accounts' object ids in Entra ID."""


class Azure(Model):
    """A force's landing zone in Azure."""

    regions: Annotated[tuple[Region, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})] = (
        "uksouth",
        "ukwest",
    )
    """The first is the primary region."""
    tenant_id: Guid | None = None
    subscription_id: Guid | None = None
    """The platform subscription; by default the one that the provider is logged in to. With `platformSubscriptions` the
    one that had the platform before, by default that of `management`."""
    platform_subscriptions: PlatformSubscriptions | None = None
    """A subscription for each area of the platform; by default `subscriptionId` is that of all of them."""
    management_groups: ManagementGroups = ManagementGroups()
    topology: Topology = "hub-spoke"
    """How networks are connected: by a hub network in each region, or by virtual hubs that Azure runs. A change
    recreates hubs and peerings."""
    hub: Hub
    second_hub: SecondHub | None = None
    """By default, with a second region, the first /22 of the force's allocation there."""
    log_analytics: LogAnalytics = LogAnalytics()
    key_vault: KeyVault = KeyVault()
    budget: Annotated[Budget, Field(examples=["{amount: 1500, contacts: [platform.owner@force.police.example]}"])]
    break_glass: BreakGlass | None = None
    landing_zones: tuple[LandingZone, ...] = ()
    """Their order does not count: an address range that is not written is kept by name in `addresses.yaml`."""
    data: Data | None = None
    """The data landing zone; none by default."""
    policy_assignments: tuple[PolicyAssignment, ...] = ()
    """Changes to the baseline's assignments of Azure Policy."""
    policy_exemptions: tuple[PolicyExemption, ...] = ()
    """Exemptions from assignments of Azure Policy, each with its last day and its approver."""

    @property
    def primary_region(self) -> Region:
        """The region that holds the hub, the workspace and the vault."""
        return self.regions[0]

    @property
    def hubs(self) -> dict[Region, IPv4Network]:
        """The address ranges of the hubs, the primary region's first."""
        hubs = {self.regions[0]: self.hub.address_space}
        if self.second_hub and len(self.regions) > 1:
            hubs[self.regions[1]] = self.second_hub.address_space
        return hubs
