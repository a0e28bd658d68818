"""Property differences, which of them force a replacement in azure-native, and which the service refuses."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.locations import canonical
from bluelamp.rehearsal.azure.naming import CREATE_BEFORE_DELETE
from bluelamp.rehearsal.azure.ranges import Violation
from bluelamp.rehearsal.provider import EXISTING, Diff, DiffKind
from bluelamp.rehearsal.sdk.differences import Change, Steps, differences, ignored, path_of
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import has_unknown, plain

_REPLACE: dict[str, DiffKind] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}
_PLAIN: dict[str, DiffKind] = {"add": "add", "delete": "delete", "update": "update"}


def diff(
    token: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ignore: Sequence[str] = (),
    replace_on_changes: Sequence[str] = (),
    old_outputs: Mapping[str, Any] | None = None,
) -> Diff:
    """The changes from `old` to `new` checked inputs.

    Path parameters and the create-only properties of azure-native force a replacement; removing one, or adding the
    value that `old_outputs` has already, does not. As in azure-native, the old resource is deleted first unless its
    name was generated, so that the new resource has another name.
    """
    forced = {*ids.path_parameters(token), *replace_on_changes, *_replacing(token)}
    before, after, outputs = _comparable(old), _comparable(new), old_outputs or {}
    changes: dict[str, DiffKind] = {}
    for steps, kind in differences(before, after):
        if not ignored(steps, ignore):
            replaces = _within(steps, forced) is not None and not _is_removed(steps, kind)
            replaces = replaces and not (kind == "add" and _is_reported(steps, after, outputs))
            changes[path_of(steps)] = _REPLACE[kind] if replaces else _PLAIN[kind]
    replaced = any(kind.endswith("-replace") for kind in changes.values())
    return Diff(changes, delete_before_replace=replaced and not old.get(CREATE_BEFORE_DELETE))


def check_stored(store: Store, token: str, resource_id: str, inputs: Mapping[str, Any]) -> Iterator[Violation]:
    """The changes to the stored resource that the service refuses, although azure-native updates it in place.

    A removed property keeps its value, and an unset flag equals false.
    """
    refused, record = _refused(token), store.get(resource_id)
    if not refused or record is None or EXISTING in record.inputs:
        return
    before, after = _comparable(record.inputs), _comparable(inputs)
    for steps, kind in differences(before, after):
        path = _within(steps, refused)
        if path is not None and not _is_removed(steps, kind) and not _is_same(kind, before, after, steps):
            yield Violation(
                path_of(steps),
                refused[path],
                f"Changing property '{path}' is not allowed after creation, and azure-native does not replace the "
                "resource for it. Undo the change, or name the property in the option replaceOnChanges.",
            )


def _replacing(token: str) -> set[str]:
    replaces = facts("immutable").get(token, {}).get("replaces", ())
    return {*replaces} if "location" in _refused(token) else {"location", *replaces}


def _refused(token: str) -> dict[str, str]:
    rows = facts("immutable")
    own, module = rows.get(token, {}), rows.get(f"{token.rpartition(':')[0]}:*", {})
    found = {**module.get("refused", {}), **own.get("refused", {})}
    return {path: code for path, code in found.items() if path not in own.get("replaces", ())}


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


def _within(steps: Steps, paths: Container[str]) -> str | None:
    """The path among `paths` that equals or contains `steps`, without array indices."""
    names = [step for step in steps if isinstance(step, str)]
    starts = (".".join(names[: length + 1]) for length in range(len(names)))
    return next((start for start in starts if start in paths), None)


def _is_reported(steps: Steps, after: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
    """Whether an added property has the value that Azure already reports."""
    value = after.get(str(steps[0]))
    return len(steps) == 1 and not has_unknown(value) and value == plain(outputs.get(str(steps[0])))


def _is_removed(steps: Steps, kind: Change) -> bool:
    """Whether a property is removed: azure-native and the services then keep its value."""
    return kind == "delete" and isinstance(steps[-1], str)


def _is_same(kind: Change, before: Any, after: Any, steps: Steps) -> bool:
    """Whether the new value is unknown, the default of a flag, or differs from the old one in case only."""
    if kind == "delete":
        return False
    new = _at(after, steps)
    if kind == "add":
        return new is False or has_unknown(new)
    old = _at(before, steps)
    return has_unknown(new) or (isinstance(old, str) and isinstance(new, str) and old.lower() == new.lower())


def _at(value: Any, steps: Steps) -> Any:
    for step in steps:
        value = value[step]
    return value
