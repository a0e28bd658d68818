"""Who may do what in a landing zone."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pulumi
import yaml
from pulumi_azure_native import authorization

from modules.naming import Label

_OWNERS = ("Owner", "User Access Administrator", "Role Based Access Control Administrator")


@cache
def roles() -> Mapping[str, str]:
    """The ids of the built-in roles that may be given, by their names."""
    read: Mapping[str, str] = yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text("utf-8"))
    return read


def known_roles(where: str, role: str) -> list[str]:
    """What is wrong with `role`: nothing where it is built in and harmless, or an ARM id."""
    if role in roles() or role.startswith("/"):
        return []
    if role in _OWNERS:
        return [f"{where}.role is {role!r}, which nobody has for good; make it eligible, or use Contributor"]
    near = get_close_matches(role, roles(), n=1)
    hint = f"did you mean {near[0]}?" if near else f"use an ARM id, or one of {', '.join(roles())}"
    return [f"{where}.role is {role!r}; {hint}"]


def assign(
    logical: str,
    label: Label,
    scope: pulumi.Input[str],
    role: str,
    principal_id: pulumi.Input[str],
    principal_type: str,
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """Gives `role`, a built-in one's name, its GUID or an ARM id, at `scope`.

    The assignment's own name is a GUID that follows from whose it is and what it is called, so that two environments of
    a force never collide and a second run changes nothing.
    """
    words: tuple[Any, ...] = (label["force"], label["environment"], logical)
    number = roles().get(role, role)
    return authorization.RoleAssignment(
        logical,
        role_assignment_name=str(uuid5(NAMESPACE_URL, "/".join(words))),
        scope=scope,
        role_definition_id=number
        if number.startswith("/")
        else f"/providers/Microsoft.Authorization/roleDefinitions/{number}",
        principal_id=principal_id,
        principal_type=principal_type,
        opts=opts,
    )
