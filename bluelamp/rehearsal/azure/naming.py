"""Names: what azure-native gives where none is given, and what the services accept."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bluelamp.core.resource import name_of
from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.provider import Failure, Naming
from bluelamp.rehearsal.values import Secret, plain

RANDOM = "__createBeforeDelete"
"""The input by which azure-native remembers that it made the name up, so that a replacement can come first."""

_MANAGEMENT_GROUP = r"/providers/Microsoft\.Management/managementGroups/[^/]+"
_GUIDS = ("RoleAssignment", "RoleDefinition", "PimRoleEligibilitySchedule")


def auto_name(token: str, urn: str, taken: Callable[[str], bool], naming: Naming | None = None) -> tuple[str, bool]:
    """The name for a resource that says none, and whether it was made up.

    As azure-native does: a name that `pulumi:autonaming` enforces is taken, and one that it proposes too, but for what
    must be a GUID. Without either, a nested resource takes its logical name, a role assignment a GUID, any other its
    logical name and eight hexadecimal digits. The digits follow from the URN, and are others once a name is `taken`, so
    that a check gives the same name each time and a replacement another one.
    """
    if naming is not None and (naming.mode == "enforce" or not token.endswith(_GUIDS)):
        return naming.proposed, True
    logical = name_of(urn)
    if ids.is_nested(token):
        return logical, False
    for turn in range(1000):
        if token.endswith(_GUIDS):
            name = ids.stable_uuid("name", urn, str(turn))
        else:
            name = logical + ids.stable_hex(8, "name", urn, str(turn))
        if not taken(name):
            break
    return name, True


def check_name(token: str, inputs: Mapping[str, Any]) -> list[Failure]:
    """What the service would say of the resource's own name."""
    own = ids.own_name(token)
    rule = facts("names").get(token)
    given = inputs.get(own) if own else None
    name = plain(given)
    if own is None or rule is None or not isinstance(name, str):
        return []
    rule = _at_scope(rule, plain(inputs.get("scope")))
    hidden = isinstance(given, Secret)
    code = rule.get("code", "InvalidResourceName")
    least, most = rule["min"], rule["max"]
    wrong = []
    if not least <= len(name) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        wrong.append(f"has {len(name)} characters: {wanted} allowed")
    if not re.fullmatch(rule["pattern"], name, re.DOTALL):
        wrong.append(f"may have only {rule['words']}")
    if not wrong:
        return []
    near = "" if hidden else _nearest(name, rule)
    hint = f"; did you mean '{near}'?" if near else ""
    shown = "the secret name" if hidden else f"the name '{name}'"
    return [Failure(own, f"{code}: {shown} of {ids.arm_type(token)} {' and '.join(wrong)}{hint}")]


def _at_scope(rule: Mapping[str, Any], scope: Any) -> Mapping[str, Any]:
    """The rule as it is for a name at `scope`: some services take shorter names at a management group."""
    at_group = isinstance(scope, str) and re.fullmatch(_MANAGEMENT_GROUP, scope, re.IGNORECASE)
    return {**rule, **rule["at_management_group"]} if at_group and "at_management_group" in rule else rule


def _nearest(name: str, rule: Mapping[str, Any]) -> str:
    """The name with what is not allowed left out, where that makes a good one."""
    tries = [name.lower(), re.sub(r"[^A-Za-z0-9-]", "", name), re.sub(r"[^a-z0-9-]", "", name.lower())]
    tries += [re.sub(r"[^A-Za-z0-9]", "", name), re.sub(r"[^a-z0-9]", "", name.lower())]
    for one in tries:
        cut = one[: rule["max"]].strip("-")
        if cut != name and len(cut) >= rule["min"] and re.fullmatch(rule["pattern"], cut):
            return cut
    return ""


def unique_name(token: str, inputs: Mapping[str, Any]) -> str | None:
    """The name that the whole cloud may hold once (`microsoft.storage/storageaccounts:stpolice`), or None."""
    own = ids.own_name(token)
    unique = facts("names").get(token, {}).get("unique")
    if own is None or not unique:
        return None
    where = unique if isinstance(unique, str) else ids.arm_type(token).lower()
    return f"{where}:{plain(inputs.get(own))}"
