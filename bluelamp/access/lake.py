"""The data lake: access through the account's network rules, conditional access and conditional role assignments."""

from collections.abc import Mapping
from typing import Any, Final

from bluelamp.access.cloud_resource import NotUnderstoodError, Resources, Subject
from bluelamp.access.conditions import Request, holds
from bluelamp.access.packages import blocked, memberships

_STORAGE: Final = "e406a681-f3d4-42a8-90b6-c2b029497af1"
_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"


def lake(resources: Resources, subject: Subject, file_system: str, path: str) -> bool:
    """Whether the subject can read the file `path`, in the file system with the ARM id `file_system`."""
    if not subject.private and not _is_public(resources, file_system):
        return False
    if blocked(resources, subject, memberships(resources, subject, purpose=None), _STORAGE):
        return False
    groups = memberships(resources, subject, purpose=subject.purpose)
    return any(reads(resources, group, file_system, path, private=subject.private) for group in groups)


def reads(resources: Resources, principal: str, file_system: str, path: str, *, private: bool) -> bool:
    """Whether a role assignment allows a principal to read a file."""
    for given in resources.once(_assignments, principal):
        if not f"{file_system}/".startswith(f"{given['scope']}/"):
            continue
        if not given["roleDefinitionId"].endswith(_READER):
            raise NotUnderstoodError(f"the role {given['roleDefinitionId']}")
        if "condition" not in given or holds(given["condition"], Request(path=path, listing=False, private=private)):
            return True
    return False


def lists(resources: Resources, principal: str, file_system: str, prefix: str, *, private: bool) -> bool:
    """Whether a role assignment allows a principal to list the files with a prefix."""
    return any(
        "condition" not in given or holds(given["condition"], Request(path=prefix, listing=True, private=private))
        for given in resources.once(_assignments, principal)
        if f"{file_system}/".startswith(f"{given['scope']}/")
    )


def _assignments(resources: Resources, principal: str) -> list[Mapping[str, Any]]:
    return [each.inputs for each in resources.of("RoleAssignment") if each.inputs["principalId"] == principal]


def _is_public(resources: Resources, file_system: str) -> bool:
    """Whether the file system's account is reachable from the Internet."""
    for each in resources.of("StorageAccount"):
        if file_system.startswith(f"{each.outputs['id']}/"):
            return bool(each.inputs.get("publicNetworkAccess", "Enabled") != "Disabled")
    raise NotUnderstoodError(f"no account has the file system {file_system}")
