"""Subscriptions: a new one from a billing scope, or one that exists, placed in the hierarchy.

    Subscription("records", {"label": label, "workload": "records", "management_group_name": groups.names["corp"],
                             "billing_scope": billing_scope})

Resources go into the subscription through a provider of its own, `provider(...)`, which the landing zone makes itself.
"""

from bluelamp.modules.azure.subscription.subscription import Subscription, SubscriptionArgs, provider

__all__ = ["Subscription", "SubscriptionArgs", "provider"]
