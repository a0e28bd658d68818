"""Which properties change, which of those azure-native replaces the resource for, and which the service refuses."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.naming import RANDOM
from bluelamp.rehearsal.azure.places import canonical
from bluelamp.rehearsal.azure.ranges import Fault
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
    """What changes from `old` to `new` checked inputs, as azure-native tells it.

    Parameters of the path and the create-only properties that azure-native knows force a replacement; leaving one
    out, or adding the value that `old_outputs` has already, does not. The old resource goes first unless its name was
    made up and so will be another.
    """
    forced = {*ids.path_parameters(token), *replace_on_changes, *_replacing(token)}
    before, after, outputs = _comparable(old), _comparable(new), old_outputs or {}
    changes: dict[str, DiffKind] = {}
    for steps, kind in differences(before, after):
        if not ignored(steps, ignore):
            replaces = _within(steps, forced) is not None and not _left_out(steps, kind)
            replaces = replaces and not (kind == "add" and _reported(steps, after, outputs))
            changes[path_of(steps)] = _REPLACE[kind] if replaces else _PLAIN[kind]
    replaced = any(kind.endswith("-replace") for kind in changes.values())
    return Diff(changes, delete_before_replace=replaced and not old.get(RANDOM))


def check_stored(store: Store, token: str, resource_id: str, inputs: Mapping[str, Any]) -> Iterator[Fault]:
    """What the service refuses to change in the stored resource, although azure-native updates it in place.

    A property that is left out keeps its value, and one that is not set is the same as false.
    """
    refused, record = _refused(token), store.get(resource_id)
    if not refused or record is None or EXISTING in record.inputs:
        return
    before, after = _comparable(record.inputs), _comparable(inputs)
    for steps, kind in differences(before, after):
        path = _within(steps, refused)
        if path is not None and not _left_out(steps, kind) and not _same(kind, before, after, steps):
            yield Fault(
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
        # A set in Azure: its order says nothing.
        values["identity"] = {
            **identity,
            "userAssignedIdentities": sorted(map(str, identity["userAssignedIdentities"])),
        }
    return values


def _within(steps: Steps, paths: Container[str]) -> str | None:
    """The path among `paths` that `steps` is or lies inside of; indices of arrays do not count."""
    names = [step for step in steps if isinstance(step, str)]
    starts = (".".join(names[: length + 1]) for length in range(len(names)))
    return next((start for start in starts if start in paths), None)


def _reported(steps: Steps, after: Mapping[str, Any], outputs: Mapping[str, Any]) -> bool:
    """Whether a new property of the resource has the value that Azure reports already."""
    value = after.get(str(steps[0]))
    return len(steps) == 1 and not has_unknown(value) and value == plain(outputs.get(str(steps[0])))


def _left_out(steps: Steps, kind: Change) -> bool:
    """Whether a property is no longer given; azure-native and the services take that as no opinion."""
    return kind == "delete" and isinstance(steps[-1], str)


def _same(kind: Change, before: Any, after: Any, steps: Steps) -> bool:
    """Whether the new value is unknown, the default of a flag, or the old one in other letters (an id, a word)."""
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
