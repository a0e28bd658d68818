"""Delete locks on resources that keep records: the lock must be removed before the resource can be deleted."""

from collections.abc import Iterable
from typing import Protocol

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.component import Component


class Kept(Protocol):
    """A resource that can be locked, or a component that has the ARM id of one."""

    @property
    def id(self) -> pulumi.Output[str]:
        """The ARM id."""


def lock(
    owner: Component, logical: str, kept: Kept, inside: Iterable[pulumi.Resource], why: str
) -> authorization.ManagementLockByScope:
    """Adds a delete lock to `kept`. `why` is the note that Azure shows with the lock.

    A lock also applies to child resources, so it is created after `inside` and removed before it.
    """
    return authorization.ManagementLockByScope(
        logical,
        lock_name="keeps-records",
        scope=kept.id,
        level="CanNotDelete",
        notes=why,
        opts=owner.child(depends_on=list(inside)),
    )
