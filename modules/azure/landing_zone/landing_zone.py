"""A landing zone: everything that a service needs before its first resource."""

from typing import Any

import pulumi
from pulumi_azure_native import Provider

from bluelamp.modules import naming
from bluelamp.modules.azure.activity_log import ActivityLog
from bluelamp.modules.azure.backup import Backup, BackupArgs
from bluelamp.modules.azure.budget import Budget, BudgetArgs
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.azure.key_vault import KeyVault, KeyVaultArgs
from bluelamp.modules.azure.landing_zone.access import role_of
from bluelamp.modules.azure.landing_zone.archetypes import archetypes
from bluelamp.modules.azure.landing_zone.arguments import LandingZoneArgs, problems
from bluelamp.modules.azure.landing_zone.edge import front_door, regional_firewall
from bluelamp.modules.azure.landing_zone.keys import BACKUP_KEY, backup_encryption
from bluelamp.modules.azure.landing_zone.providers import in_platform_subscription
from bluelamp.modules.azure.private_link import VAULT_ZONE
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke, SpokeArgs
from bluelamp.modules.azure.subscription import Subscription, SubscriptionArgs, provider
from bluelamp.modules.component import Component


class LandingZone(Component):
    """A landing zone: its subscription or resource groups in a shared one, network, vaults, budget and roles."""

    subscription_id: pulumi.Output[str]
    """The GUID of the landing zone's own subscription; empty if it uses the platform subscription."""
    resource_group_names: pulumi.Output[dict[str, str]]
    """The resource groups' names by content: `network`, `security`, `backup`, and those of the service."""
    virtual_network_id: pulumi.Output[str]
    """The network's ARM id."""
    subnet_ids: pulumi.Output[dict[str, str]]
    """The subnets' ARM ids by name."""
    key_vault_id: pulumi.Output[str]
    """The key vault's ARM id; empty without one."""
    key_vault_uri: pulumi.Output[str]
    """The key vault's URI; empty without one."""
    recovery_vault_id: pulumi.Output[str]
    """The Recovery Services vault's ARM id; empty without one."""
    backup_vault_id: pulumi.Output[str]
    """The Backup vault's ARM id; empty without one."""
    firewall_policy_id: pulumi.Output[str]
    """The ARM id of the web application firewall policy; empty without one."""

    def __init__(self, name: str, args: LandingZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wrong = problems(args)
        if wrong:
            raise ValueError(f"LandingZone {name!r}: " + "; ".join(wrong))
        kind = archetypes()[args["archetype"]]
        self._prefix, self._kind = name, kind
        self._wanted = args = _tagged(args)
        nothing = pulumi.Output.from_input("")
        self._own = self._own_subscription()

        services = args.get("resource_groups", ["workload"])
        parts = ["network", *(["security"] if kind.vault else []), *(["backup"] if kind.backup else [])]
        groups = {part: self._group(part) for part in dict.fromkeys([*parts, *services])}
        self.resource_group_names = pulumi.Output.all(**{part: group.name for part, group in groups.items()})

        spoke = self._network(groups["network"])
        self.virtual_network_id, self.subnet_ids = spoke.virtual_network_id, spoke.subnet_ids

        vault = self._vault(groups["security"], spoke) if kind.vault else None
        self.key_vault_id = vault.id if vault else nothing
        self.key_vault_uri = vault.uri if vault else nothing

        backup = self._backup(groups["backup"], groups["security"], spoke, vault) if kind.backup and vault else None
        self.recovery_vault_id = backup.recovery_vault_id if backup else nothing
        self.backup_vault_id = backup.backup_vault_id if backup else nothing

        chosen = args.get("web_application_firewall", kind.firewall)
        self.firewall_policy_id = nothing
        if chosen != "none":
            make = regional_firewall if chosen == "regional" else front_door
            self.firewall_policy_id = make(name, args, groups["network"].name, self._resource())

        self._budget(groups[services[0]])
        self._access([groups[each] for each in services])
        self.finish()

    @property
    def provider(self) -> Provider | None:
        """The provider of the landing zone's own subscription; None if it uses the platform subscription."""
        return self._own

    def _own_subscription(self) -> Provider | None:
        """The provider of the landing zone's new or existing subscription; None if it uses the platform
        subscription."""
        name, args = self._prefix, self._wanted
        self.subscription_id = pulumi.Output.from_input("")
        if "subscription_id" not in args and "billing_scope" not in args:
            return None
        wanted = SubscriptionArgs(label=args["label"], workload=args["workload"], tenant_id=args["tenant_id"])
        if "subscription_id" in args:
            wanted["subscription_id"] = args["subscription_id"]
        if "billing_scope" in args:
            wanted["billing_scope"], wanted["offer"] = args["billing_scope"], self._kind.offer
        if "management_group_name" in args:
            wanted["management_group_name"] = args["management_group_name"]
        wanted["protect"] = args.get("protect", False)
        own = Subscription(f"{name}-subscription", wanted, self.child())
        self.subscription_id = own.subscription_id
        ActivityLog(
            f"{name}-activity",
            {"subscription_ids": {"subscription": own.subscription_id}, "workspace_id": args["workspace_id"]},
            self.child(),
        )
        return provider(name, own.subscription_id, self.child(), args["tenant_id"])

    def _component(self, **more: Any) -> pulumi.ResourceOptions:
        """Options that put a child component into the landing zone's subscription."""
        return self.child(providers=[self._own], **more) if self._own else self.child(**more)

    def _resource(self) -> pulumi.ResourceOptions:
        """Options that put a child resource into the landing zone's subscription."""
        return self.child(provider=self._own) if self._own else self.child()

    def _group(self, part: str) -> ResourceGroup:
        args = self._wanted
        wanted = f"{args['workload']}-{part}"
        return ResourceGroup(
            f"{self._prefix}-{part}",
            {"label": args["label"], "location": args["location"], "workload": wanted},
            self._component(),
        )

    def _network(self, group: ResourceGroup) -> Spoke:
        name, args = self._prefix, self._wanted
        wanted = SpokeArgs(
            label=args["label"],
            location=args["location"],
            workload=args["workload"],
            resource_group_name=group.name,
            address_space=args["address_space"],
            workspace_id=args["workspace_id"],
            protect=args.get("protect", False),
        )
        if "hub" in args:
            wanted["hub"] = args["hub"]
        if "virtual_hub" in args:
            wanted["virtual_hub"] = args["virtual_hub"]
        if "subnets" in args:
            wanted["subnets"] = args["subnets"]
        if "ddos_plan_id" in args:
            wanted["ddos_plan_id"] = args["ddos_plan_id"]
        if "flow_logs" in args:
            wanted["flow_logs"] = args["flow_logs"]
        options = self._component()
        if "platform_subscription_id" in args and self._own:
            platform = provider(f"{name}-platform", args["platform_subscription_id"], self.child(), args["tenant_id"])
            options = self._component(transformations=[in_platform_subscription(platform)])
        return Spoke(f"{name}-network", wanted, options)

    def _vault(self, group: ResourceGroup, spoke: Spoke) -> KeyVault:
        args = self._wanted
        wanted = KeyVaultArgs(
            label=args["label"],
            location=args["location"],
            workload=args["workload"],
            resource_group_name=group.name,
            tenant_id=args["tenant_id"],
            subnet_id=spoke.private_endpoints_subnet_id,
            workspace_id=args["workspace_id"],
            protect=args.get("protect", False),
        )
        zone = args.get("private_zone_ids", {}).get(VAULT_ZONE)
        if zone is not None:
            wanted["private_zone_id"] = zone
        else:
            wanted["virtual_network_ids"] = {args["workload"]: spoke.virtual_network_id}
        if self._kind.own_keys:
            wanted["keys"] = {BACKUP_KEY: {}}
        return KeyVault(f"{self._prefix}-vault", wanted, self._component())

    def _backup(self, group: ResourceGroup, security: ResourceGroup, spoke: Spoke, vault: KeyVault) -> Backup:
        args, wanted = self._wanted, self._wanted.get("backup", {})
        backup = BackupArgs(
            label=args["label"],
            location=args["location"],
            workload=args["workload"],
            resource_group_name=group.name,
            workspace_id=args["workspace_id"],
            subnet_id=spoke.private_endpoints_subnet_id,
            private_zone_ids=args.get("private_zone_ids", {}),
            retention=wanted.get("retention", {}),
            immutability=wanted.get("immutability", "Unlocked"),
            redundancy=wanted.get("redundancy", "GeoRedundant"),
            protect=args.get("protect", False),
        )
        if "resource_guard_id" in wanted:
            backup["resource_guard_id"] = wanted["resource_guard_id"]
        if self._kind.own_keys:
            backup["encryption"] = backup_encryption(self._prefix, args, security.name, vault, self._resource())
        return Backup(f"{self._prefix}-backup", backup, self._component())

    def _budget(self, group: ResourceGroup) -> None:
        """A budget for the landing zone's own subscription, or for the service's first resource group."""
        args = self._wanted
        own = self._own is not None
        budget = BudgetArgs(
            label=args["label"],
            workload=args["workload"],
            scope=pulumi.Output.concat("/subscriptions/", self.subscription_id) if own else group.id,
            amount=args["budget"].get("amount", self._kind.budget),
            contacts=args["budget"]["contacts"],
        )
        if "thresholds" in args["budget"]:
            budget["thresholds"] = args["budget"]["thresholds"]
        Budget(f"{self._prefix}-budget", budget, self._component())

    def _access(self, services: list[ResourceGroup]) -> None:
        """Role assignments in the landing zone's own subscription, or in the service's resource groups."""
        args, name = self._wanted, self._prefix
        scopes: dict[str, pulumi.Input[str]] = {
            f"-{index}" if index else "": group.id for index, group in enumerate(services)
        }
        if self._own:
            scopes = {"": pulumi.Output.concat("/subscriptions/", self.subscription_id)}
        for short, wanted in args.get("access", {}).items():
            for suffix, scope in scopes.items():
                grant(
                    f"{name}-{short}{suffix}",
                    args["label"],
                    scope=scope,
                    role=role_of(wanted["role"]),
                    principal_id=wanted["principal_id"],
                    principal_type=wanted.get("principal_type", "Group"),
                    opts=self._resource(),
                )


def _tagged(args: LandingZoneArgs) -> LandingZoneArgs:
    """The arguments with an expiry tag in the label, if there is an expiry date."""
    if "expires_on" not in args:
        return args
    label = args["label"]
    dated = naming.Label(**{**label, "tags": {**label.get("tags", {}), "expires-on": args["expires_on"]}})
    return LandingZoneArgs(**{**args, "label": dated})
