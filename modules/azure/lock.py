"""Locks on what keeps records: deleting it takes two steps, of which the first is taking the lock away."""

from collections.abc import Iterable

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.component import Component


def lock(
    owner: Component, logical: str, kept: pulumi.CustomResource, inside: Iterable[pulumi.Resource], why: str
) -> authorization.ManagementLockByScope:
    """Locks `kept` against deletion; `why` is what somebody reads who is refused.

    A lock holds what is `inside` too, so it is made after that and taken away before it.
    """
    return authorization.ManagementLockByScope(
        logical,
        lock_name="keeps-records",
        scope=kept.id,
        level="CanNotDelete",
        notes=why,
        opts=owner.child(depends_on=list(inside)),
    )
