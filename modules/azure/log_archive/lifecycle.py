"""Lifecycle management of archived logs: access tiers and deletion."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.component import Component


def lifecycle(
    owner: Component, name: str, here: Mapping[str, pulumi.Input[str]], deleted: int
) -> storage.ManagementPolicy:
    """Moves block blobs to the cold tier after 90 days and deletes every blob `deleted` days after its last change.

    The tier of append blobs, which Azure Monitor writes, cannot be changed. The archive tier is not used, since it does
    not support zone redundancy.
    """
    end = storage.DateAfterModificationArgs(days_after_modification_greater_than=deleted)
    old = storage.DateAfterCreationArgs(days_after_creation_greater_than=deleted)
    cold = storage.DateAfterModificationArgs(days_after_modification_greater_than=90)
    return storage.ManagementPolicy(
        f"{name}-lifecycle",
        management_policy_name="default",
        **here,
        policy=storage.ManagementPolicySchemaArgs(
            rules=[
                _rule(
                    "blocks",
                    "blockBlob",
                    storage.ManagementPolicyBaseBlobArgs(tier_to_cold=cold, delete=end),
                    old,
                ),
                _rule("appended", "appendBlob", storage.ManagementPolicyBaseBlobArgs(delete=end), old),
            ]
        ),
        opts=owner.child(),
    )


def _rule(
    name: str, kind: str, blob: storage.ManagementPolicyBaseBlobArgs, old: storage.DateAfterCreationArgs
) -> storage.ManagementPolicyRuleArgs:
    return storage.ManagementPolicyRuleArgs(
        name=name,
        type="Lifecycle",
        enabled=True,
        definition=storage.ManagementPolicyDefinitionArgs(
            filters=storage.ManagementPolicyFilterArgs(blob_types=[kind]),
            actions=storage.ManagementPolicyActionArgs(
                base_blob=blob, version=storage.ManagementPolicyVersionArgs(delete=old)
            ),
        ),
    )
