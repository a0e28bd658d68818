"""Property differences, and which of them force a replacement in Azure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.locations import canonical
from bluelamp.rehearsal.azure.naming import CREATE_BEFORE_DELETE
from bluelamp.rehearsal.provider import Diff, DiffKind
from bluelamp.rehearsal.sdk.differences import Steps, differences, ignored, path_of
from bluelamp.rehearsal.values import plain

_REPLACE: dict[str, DiffKind] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}
_PLAIN: dict[str, DiffKind] = {"add": "add", "delete": "delete", "update": "update"}


def diff(
    token: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ignore: Sequence[str] = (),
    replace_on_changes: Sequence[str] = (),
) -> Diff:
    """The changes from `old` to `new` checked inputs.

    Path parameters, the location and create-only properties force a replacement. As in azure-native, the old resource
    is deleted first unless its name was generated, so that the new resource has another name.
    """
    forced = {*ids.path_parameters(token), "location", *replace_on_changes, *facts("immutable").get(token, ())}
    before, after = _comparable(old), _comparable(new)
    changes: dict[str, DiffKind] = {}
    for steps, kind in differences(before, after):
        if not ignored(steps, ignore):
            changes[path_of(steps)] = _REPLACE[kind] if _forces(steps, forced) else _PLAIN[kind]
    replaced = any(kind.endswith("-replace") for kind in changes.values())
    return Diff(changes, delete_before_replace=replaced and not old.get(CREATE_BEFORE_DELETE))


def _comparable(inputs: Mapping[str, Any]) -> dict[str, Any]:
    values = {key: plain(value) for key, value in inputs.items() if not key.startswith("__")}
    location = values.get("location")
    if isinstance(location, str):
        values["location"] = canonical(location)
    identity = values.get("identity")
    if isinstance(identity, Mapping) and isinstance(identity.get("userAssignedIdentities"), list):
        # A set in Azure: the order is not significant.
        values["identity"] = {
            **identity,
            "userAssignedIdentities": sorted(map(str, identity["userAssignedIdentities"])),
        }
    return values


def _forces(steps: Steps, forced: set[str]) -> bool:
    names = [step for step in steps if isinstance(step, str)]
    return any(".".join(names[: length + 1]) in forced for length in range(len(names)))
