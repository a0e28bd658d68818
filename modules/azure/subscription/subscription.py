"""A subscription, made or taken over, under its management group."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import Provider, management
from pulumi_azure_native import subscription as vending

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_WORKLOADS = ("Production", "DevTest")


class SubscriptionArgs(LabelledArgs):
    """What a subscription needs: either `subscription_id` or `billing_scope`."""

    workload: str
    """What the subscription is for, such as `records`."""
    subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of a subscription that exists; it is placed, and never cancelled."""
    billing_scope: NotRequired[str]
    """Where a new subscription is billed: the ARM id of an enrolment account, of an invoice section of a Microsoft
    Customer Agreement, or of a partner's customer. A subscription is made when it is given."""
    management_group_name: NotRequired[pulumi.Input[str]]
    """The management group that governs it, such as `mg-corp-wmp-prod`; it stays where it is by default."""
    offer: NotRequired[str]
    """What a new subscription is for, `Production` or `DevTest` (cheaper, and without a service level);
    `Production` by default."""
    tenant_id: NotRequired[pulumi.Input[str]]
    """The Entra ID tenant of the subscription; that of whoever is logged in by default."""
    protect: NotRequired[bool]
    """Whether the engine refuses to give the subscription up; false by default."""


class Subscription(Component):
    """A subscription that is governed before anything is put into it."""

    id: pulumi.Output[str]
    """The subscription's ARM id, `/subscriptions/…`, once it is in its place."""
    subscription_id: pulumi.Output[str]
    """The subscription's GUID, once it is in its place; unknown in the preview that makes it."""

    def __init__(self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        number = self._number(name, args)
        group = args.get("management_group_name")
        if group is not None:
            placed = management.ManagementGroupSubscription(
                f"{name}-placement",
                group_id=group,
                # The subscription that is placed is the provider's: the resource has no argument for it.
                opts=self.child(provider=provider(name, number, self.child(), args.get("tenant_id"))),
            )
            number = pulumi.Output.all(number, placed.urn).apply(lambda pair: str(pair[0]))
        self.subscription_id = number
        self.id = pulumi.Output.concat("/subscriptions/", number)
        self.finish()

    def _number(self, name: str, args: SubscriptionArgs) -> pulumi.Output[str]:
        """The GUID, of the subscription that is given or of the one that is made."""
        given, scope = args.get("subscription_id"), args.get("billing_scope")
        if (given is None) == (scope is None):
            raise ValueError(
                f"Subscription {name!r}: give either subscription_id (one that exists) or billing_scope (a new one)"
            )
        if given is not None:
            return pulumi.Output.from_input(given)
        offer = args.get("offer", _WORKLOADS[0])
        if offer not in _WORKLOADS:
            raise ValueError(f"Subscription {name!r}: offer is {offer!r}; use {' or '.join(_WORKLOADS)}")
        title = naming.name("subscription", args["workload"], args["label"])
        alias = vending.Alias(
            f"{name}-alias",
            alias_name=title,
            properties=vending.PutAliasRequestPropertiesArgs(
                billing_scope=scope,
                display_name=title,
                workload=offer,
                additional_properties=vending.PutAliasRequestAdditionalPropertiesArgs(
                    tags=naming.tags(args["label"]), subscription_tenant_id=args.get("tenant_id")
                ),
            ),
            # What a subscription is called, and its tags, are changed in the subscription: an alias only begins it.
            opts=self.child(protect=args.get("protect", False), ignore_changes=["properties"]),
        )
        number: pulumi.Output[str] = alias.properties.subscription_id
        return number


def provider(
    name: str,
    subscription_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    tenant_id: pulumi.Input[str] | None = None,
) -> Provider:
    """A provider that puts resources into the subscription, signed in as the environment says (`ARM_CLIENT_ID` …)."""
    return Provider(
        f"{name}-provider",
        subscription_id=subscription_id,
        tenant_id=tenant_id,
        disable_pulumi_partner_id=True,
        opts=opts,
    )
