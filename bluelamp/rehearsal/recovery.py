"""Repairs the state and the cloud after an interrupted run, so that the next run starts from a consistent state.

Against the embedded cloud the engine writes its state once, at the end of a run: writing all of it after every step is
most of the time that bringing up a large force takes. A run that is killed, or that a full disk keeps from writing its
state, leaves the state of before it. So what it made is removed from the cloud again, and what it deleted is removed
from the state (`roll_back`). The same is done wherever state and cloud are not of the same moment.

Against a real API server nothing can be taken back. There the engine writes its state at every step: before it makes a
resource it notes that it is about to, and afterwards that it has. A run that is killed in between leaves the note, and
a resource that may or may not be there: a second run would fail on it, or make another beside it. So each such resource
is looked for. One that is there is taken into the state as it is, one that is not is forgotten (`recover`). Updates
and deletions under way need nothing: they are done again.
"""

import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bluelamp.core.resource import project_of, stack_of, type_of
from bluelamp.engine.operation import Target, command, export, last_line
from bluelamp.errors import EngineError
from bluelamp.rehearsal.provider import EXISTING, CloudError, Instance, Live, Provider
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import SECRET_SIGNATURE, SIGNATURE, Blob, Secret, plain

_CREATING = "creating"


def recover(target: Target, provider_of: Callable[[str], Provider]) -> list[str]:
    """Repairs the stack's state and returns the URNs of interrupted operations.

    Raises `EngineError` where the engine does not take the repaired state.
    """
    state = export(target)
    deployment = state["deployment"]
    pending = deployment.pop("pending_operations", None) or []
    if not pending:
        return []
    resources = deployment.setdefault("resources", [])
    known = {resource["urn"] for resource in resources}
    for operation in pending:
        resource = operation["resource"]
        if operation["type"] == _CREATING and resource["urn"] not in known:
            live = _look(resource, resources, provider_of)
            if live is not None:
                resources.append({**resource, "id": live.id, "outputs": _as_state(live.outputs)})
    _import(target, state)
    return [operation["resource"]["urn"] for operation in pending]


@dataclass(frozen=True)
class Agreement:
    """The URNs removed so that a state and the cloud agree again."""

    from_cloud: tuple[str, ...] = ()
    from_state: tuple[str, ...] = ()


def roll_back(
    resources: list[dict[str, Any]],
    made: Iterable[Record],
    store: Store,
    provider_of: Callable[[str], Provider],
    *,
    elsewhere: Container[str] = (),
) -> Agreement:
    """Makes the cloud and the `resources` of a stack's state agree again, in place.

    `made` are the stack's resources in the cloud. Packages in `elsewhere` are kept by another cloud than the store, and
    left alone.
    """
    known: dict[str, set[str]] = {}
    for resource in resources:
        known.setdefault(resource["urn"], set()).add(resource.get("id", ""))
    # An older state may know a resource under another URN, which an alias will lead to.
    ids = {str(resource.get("id") or "").lower() for resource in resources}
    removed = []
    with store.transaction():
        for record in made:
            if record.package in elsewhere or record.id.lower() in ids or EXISTING in record.inputs:
                continue
            if not _knows(known.get(record.urn), record):
                store.remove(record.id)
                removed.append(record.urn)
    gone = [one for one in resources if _held(one, elsewhere) and not _is_there(one, resources, provider_of)]
    if gone:
        dropped = {id(one) for one in gone}
        resources[:] = _without([one for one in resources if id(one) not in dropped], gone)
    return Agreement(tuple(removed), tuple(one["urn"] for one in gone))


def _held(resource: Mapping[str, Any], elsewhere: Container[str]) -> bool:
    """Whether the store must hold the resource."""
    kind = str(resource["type"])
    own = resource.get("custom") and not resource.get("external") and not kind.startswith("pulumi:")
    return bool(own) and kind.partition(":")[0] not in elsewhere


def _is_there(
    resource: Mapping[str, Any], resources: list[dict[str, Any]], provider_of: Callable[[str], Provider]
) -> bool:
    try:
        return _read(resource, resources, resource.get("id", ""), provider_of) is not None
    except CloudError:
        return True  # a planned fault, or a package that is not installed: no evidence against it


def _without(kept: list[dict[str, Any]], gone: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`kept` without references to `gone` resources, which the engine would refuse; children move to an ancestor."""
    there = {one["urn"] for one in kept}
    parents = {str(one["urn"]): str(one.get("parent") or "") for one in gone if one["urn"] not in there}
    for one in kept:
        while one.get("parent") in parents:
            one["parent"] = parents[one["parent"]]
        if one.get("dependencies"):
            one["dependencies"] = [urn for urn in one["dependencies"] if urn not in parents]
        if one.get("propertyDependencies"):
            one["propertyDependencies"] = {
                name: [urn for urn in urns or () if urn not in parents]
                for name, urns in one["propertyDependencies"].items()
            }
        if one.get("deletedWith") in parents:
            del one["deletedWith"]
    return kept


def _knows(ids: set[str] | None, record: Record) -> bool:
    """Whether the state, which has `ids` under the record's URN, means this one of those that the URN has made."""
    if ids is None:
        return False
    base = record.id.partition("#")[0].lower()
    named = [one for one in ids if one]
    return "" in ids or any(
        one.lower() == base or one == record.outputs.get("id") or base.endswith(f"/{one.lower()}") for one in named
    )


def _look(
    resource: Mapping[str, Any], resources: list[dict[str, Any]], provider_of: Callable[[str], Provider]
) -> Live | None:
    """The resource in the cloud, if it exists."""
    urn = resource["urn"]
    provider = provider_of(type_of(urn).partition(":")[0])
    expected = provider.expected_id(_instance(resource, resources), urn, plain(resource.get("inputs") or {}))
    return None if expected is None else _read(resource, resources, expected, provider_of)


def _read(
    resource: Mapping[str, Any],
    resources: list[dict[str, Any]],
    resource_id: str,
    provider_of: Callable[[str], Provider],
) -> Live | None:
    urn = resource["urn"]
    provider = provider_of(type_of(urn).partition(":")[0])
    return provider.read(_instance(resource, resources), urn, resource_id, plain(resource.get("inputs") or {}))


def _instance(resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> Instance:
    urn = resource["urn"]
    return Instance(stack_of(urn), project_of(urn), _config(resource, resources))


def _config(resource: Mapping[str, Any], resources: list[dict[str, Any]]) -> dict[str, Any]:
    """The configuration of the provider instance that the resource belongs to."""
    urn = str(resource.get("provider") or "").rpartition("::")[0]
    return next((dict(one.get("inputs") or {}) for one in resources if one["urn"] == urn), {})


def _as_state(value: Any) -> Any:
    """A value as the engine's state writes it; the engine encrypts the secrets when it takes the state."""
    if isinstance(value, Secret):
        return {SIGNATURE: SECRET_SIGNATURE, "plaintext": json.dumps(_as_state(value.value))}
    if isinstance(value, Blob):
        return dict(value.fields)
    if isinstance(value, Mapping):
        return {key: _as_state(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_state(item) for item in value]
    return value


def _import(target: Target, state: Mapping[str, Any]) -> None:
    # Through a pipe, not a file, as the text is not encrypted yet.
    run = command(target, ["stack", "import", "--stack", target.stack], given=json.dumps(state))
    if run.returncode:
        raise EngineError(
            f"{target.stack}: what an interrupted run left behind could not be recovered: {last_line(run.stderr)}"
        )
