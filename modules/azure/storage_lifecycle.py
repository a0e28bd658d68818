"""Lifecycle management of storage accounts."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.component import Component


def lifecycle_policy(
    owner: Component,
    name: str,
    here: Mapping[str, pulumi.Input[str]],
    rules: Sequence[storage.ManagementPolicyRuleArgs],
) -> storage.ManagementPolicy:
    """`<name>-lifecycle`: the account's one policy. `here` has the names of the account and its resource group."""
    return storage.ManagementPolicy(
        f"{name}-lifecycle",
        management_policy_name="default",
        **here,
        policy=storage.ManagementPolicySchemaArgs(rules=rules),
        opts=owner.child(),
    )


def lifecycle_rule(
    name: str, blob_types: Sequence[str], actions: storage.ManagementPolicyActionArgs, *paths: str
) -> storage.ManagementPolicyRuleArgs:
    """A rule for blobs of these types, in the whole account or below `paths`."""
    return storage.ManagementPolicyRuleArgs(
        name=name,
        type="Lifecycle",
        enabled=True,
        definition=storage.ManagementPolicyDefinitionArgs(
            filters=storage.ManagementPolicyFilterArgs(blob_types=blob_types, prefix_match=list(paths) or None),
            actions=actions,
        ),
    )
