"""Subscriptions: a new one in a billing scope, or an existing one, placed in the hierarchy.

    Subscription("records", {"label": label, "workload": "records", "management_group_name": groups.names["corp"],
                             "billing_scope": billing_scope})

Resources in the subscription need their own provider, `provider(...)`, which the landing zone creates.
"""

from bluelamp.modules.azure.subscription.subscription import Subscription, SubscriptionArgs, provider

__all__ = ["Subscription", "SubscriptionArgs", "provider"]
