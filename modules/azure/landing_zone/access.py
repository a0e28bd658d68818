"""Role assignments of a landing zone."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules.azure.built_in_roles import role_guid

_OWNERS = ("Owner", "User Access Administrator", "Role Based Access Control Administrator")


@cache
def roles() -> Mapping[str, str]:
    """The ids of the built-in roles that may be assigned, by name."""
    names: list[str] = yaml.safe_load(Path(__file__).with_name("roles.yaml").read_text("utf-8"))
    return {name: role_guid(name) for name in names}


def known_roles(where: str, role: str) -> list[str]:
    """The problem with `role`; empty for an ARM id or an allowed built-in role."""
    if role in roles() or role.startswith("/"):
        return []
    if role in _OWNERS:
        return [f"{where}.role is {role!r}, which must not be permanent; make it eligible, or use Contributor"]
    hint = did_you_mean_or(role, roles(), lead="use an ARM id, or one of")
    return [f"{where}.role is {role!r}; {hint}"]


def role_of(name: str) -> str:
    """The GUID of the built-in role called `name`; an ARM id is returned unchanged."""
    return roles().get(name, name)
