"""Azure's built-in roles, by name."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml


@cache
def built_in_roles() -> Mapping[str, str]:
    """The ids of the roles in `built_in_roles.yaml`, GUIDs, by name."""
    read: Mapping[str, str] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return read


def role_guid(name: str) -> str:
    """The GUID of a built-in role. Raises `KeyError` for a name that `built_in_roles.yaml` lacks."""
    return built_in_roles()[name]


def role_definition_id(name: str) -> str:
    """The ARM id of a built-in role's definition. Raises `KeyError` for a name that `built_in_roles.yaml` lacks."""
    return f"/providers/Microsoft.Authorization/roleDefinitions/{role_guid(name)}"
