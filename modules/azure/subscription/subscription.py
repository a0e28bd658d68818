"""A new or existing subscription and its management group."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import Provider, management
from pulumi_azure_native import subscription as vending

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_WORKLOADS = ("Production", "DevTest")


class SubscriptionArgs(LabelledArgs):
    """Arguments of a subscription: either `subscription_id` or `billing_scope`."""

    workload: str
    """The purpose of the subscription, such as `records`."""
    subscription_id: NotRequired[pulumi.Input[str]]
    """The GUID of an existing subscription, which is placed but never cancelled."""
    billing_scope: NotRequired[str]
    """The billing scope of a new subscription: the ARM id of an enrolment account, of an invoice section of a Microsoft
    Customer Agreement, or of a partner's customer."""
    management_group_name: NotRequired[pulumi.Input[str]]
    """The subscription's management group, such as `mg-corp-wmp-prod`; unchanged by default."""
    offer: NotRequired[str]
    """The offer of a new subscription, `Production` or `DevTest` (cheaper, without a service level agreement);
    `Production` by default."""
    tenant_id: NotRequired[pulumi.Input[str]]
    """The Entra ID tenant of the subscription; by default that of the signed-in identity."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the subscription; false by default."""


class Subscription(Component):
    """A subscription that is placed in its management group before it gets resources."""

    id: pulumi.Output[str]
    """The subscription's ARM id, `/subscriptions/…`. It depends on the placement."""
    subscription_id: pulumi.Output[str]
    """The subscription's GUID. It depends on the placement, and is unknown in the preview that creates it."""

    def __init__(self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        number = self._number(name, args)
        group = args.get("management_group_name")
        if group is not None:
            placed = management.ManagementGroupSubscription(
                f"{name}-placement",
                group_id=group,
                # The placed subscription is the provider's: the resource has no argument for it.
                opts=self.child(provider=provider(name, number, self.child(), args.get("tenant_id"))),
            )
            number = pulumi.Output.all(number, placed.urn).apply(lambda pair: str(pair[0]))
        self.subscription_id = number
        self.id = pulumi.Output.concat("/subscriptions/", number)
        self.finish()

    def _number(self, name: str, args: SubscriptionArgs) -> pulumi.Output[str]:
        """The GUID of the existing or the new subscription."""
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
            # Name and tags change on the subscription: an alias only sets the initial values.
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
    """A provider for resources in the subscription, with the credentials of the environment (`ARM_CLIENT_ID` …)."""
    return Provider(
        f"{name}-provider",
        subscription_id=subscription_id,
        tenant_id=tenant_id,
        disable_pulumi_partner_id=True,
        opts=opts,
    )
