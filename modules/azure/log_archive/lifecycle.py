"""Lifecycle management of archived logs: access tiers and deletion."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules.azure.storage_lifecycle import lifecycle_policy, lifecycle_rule
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
    version = storage.ManagementPolicyVersionArgs(delete=old)
    blocks = storage.ManagementPolicyBaseBlobArgs(tier_to_cold=cold, delete=end)
    appended = storage.ManagementPolicyBaseBlobArgs(delete=end)
    rules = [
        lifecycle_rule(rule, [kind], storage.ManagementPolicyActionArgs(base_blob=blob, version=version))
        for rule, kind, blob in (("blocks", "blockBlob", blocks), ("appended", "appendBlob", appended))
    ]
    return lifecycle_policy(owner, name, here, rules)
