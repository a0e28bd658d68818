"""Reads the files of `data/`: assignments, definitions, initiatives and DNS zones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.modules.azure.built_in_roles import role_definition_id

LONGEST_NAME: Final = 24
"""The maximum length of an assignment's name at a management group (Azure's naming rules)."""
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BUILT_IN: Final = "/providers/Microsoft.Authorization/"


@dataclass(frozen=True)
class Assignment:
    """One row of `assignments.yaml`."""

    name: str
    display_name: str
    scopes: tuple[str, ...]
    effect: str
    message: str
    policy: str = ""
    initiative: str = ""
    custom: str = ""
    version: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    roles_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    verified: bool = True

    @property
    def built_in_id(self) -> str:
        """The id of the built-in definition or initiative; empty for a custom one."""
        if self.policy:
            return f"{_BUILT_IN}policyDefinitions/{self.policy}"
        return f"{_BUILT_IN}policySetDefinitions/{self.initiative}" if self.initiative else ""


@cache
def assignments() -> Mapping[str, Assignment]:
    """Every assignment of the baseline by name.

    Raises `ValueError` for a row that Azure would reject or that has an unknown reference.
    """
    found = {name: Assignment(name, **_with_tuples(fields)) for name, fields in _read("assignments").items()}
    known = {*definitions(), *initiatives(), DNS_INITIATIVE}
    for each in found.values():
        named = [one for one in (each.policy, each.initiative, each.custom) if one]
        wrong = [
            (len(each.name) > LONGEST_NAME, f"its name has {len(each.name)} characters, Azure takes {LONGEST_NAME}"),
            (len(named) != 1, "it must have one of policy, initiative and custom"),
            (bool(each.custom) and each.custom not in known, f"there is no definition {each.custom!r}"),
            (not each.custom and not all(_GUID.fullmatch(one) for one in named), f"{named} is not a GUID"),
        ]
        said = [what for is_wrong, what in wrong if is_wrong]
        if said:
            raise ValueError(f"assignments.yaml: {each.name}: " + "; ".join(said))
    return found


def _with_tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return {**made, "roles_on": {key: tuple(roles) for key, roles in fields.get("roles_on", {}).items()}}


@cache
def definitions() -> Mapping[str, Mapping[str, Any]]:
    """The custom policy definitions by name."""
    return _read("definitions")


@cache
def initiatives() -> Mapping[str, Mapping[str, Any]]:
    """The custom initiatives by name, except the one that needs the private DNS zones."""
    return _read("initiatives")


DNS_INITIATIVE: Final = "Deploy-Private-DNS-Zones"
"""The initiative that is built from `dns_zones.yaml` and the existing zones."""


def dns_initiative(zone_ids: Mapping[str, Any]) -> dict[str, Any]:
    """The initiative that registers private endpoints in the existing zones, in the format of `initiatives()`.

    `zone_ids` are the zones' ids by name. A service with a missing zone is omitted.
    """
    return {
        "display_name": "Configure Azure PaaS services to use private DNS zones",
        "category": "Network",
        "definitions": {
            reference: {
                "policy": each["policy"],
                "version": "*.*.*",
                "parameters": {
                    **each.get("parameters", {}),
                    **{key: zone_ids[zone] for key, zone in each["zones"].items()},
                },
            }
            for reference, each in _read("dns_zones").items()
            if all(zone in zone_ids for zone in each["zones"].values())
        },
    }


def dns_zones() -> tuple[str, ...]:
    """The names of all private DNS zones for private endpoints, in order."""
    return tuple(sorted({zone for each in _read("dns_zones").values() for zone in each["zones"].values()}))


def role_id(name: str) -> str:
    """The definition id of a built-in role, by its key in `data/built_in_roles.yaml`."""
    return role_definition_id(_read("built_in_roles")[name])


def policy_id(guid: str) -> str:
    """The id of a built-in policy definition."""
    return f"{_BUILT_IN}policyDefinitions/{guid}"


@cache
def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / f"{name}.yaml").read_text("utf-8"))
    return read
