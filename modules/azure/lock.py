"""Locks on what keeps records: deleting it takes two steps, of which the first is taking the lock away."""

from collections.abc import Iterable
from typing import Protocol

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.component import Component


class Kept(Protocol):
    """What can be locked: a resource, or a component that has one's ARM id."""

    @property
    def id(self) -> pulumi.Output[str]:
        """The ARM id."""


def lock(
    owner: Component, logical: str, kept: Kept, inside: Iterable[pulumi.Resource], why: str
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
