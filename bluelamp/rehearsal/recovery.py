"""Repairs a stack's state and the rehearsal cloud after an interrupted run.

With the embedded cloud, the engine writes its state once, at the end of a run, as a checkpoint after every step takes
most of the time of a large deployment. After a run that was killed, or ran out of disk space, the state is that of the
previous run. `reconcile` then deletes resources from the cloud that the state does not have, and removes resources from
the state that the cloud does not have. It does so whenever state and cloud differ.

With a real API server, the engine writes its state at every step. A run that is killed during a create leaves a pending
operation, and the resource may or may not exist: the next run would fail or create a duplicate. `recover` looks up each
such resource and adds it to the state if it exists. Pending updates and deletions need no repair, as the engine repeats
them.
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
    """Repairs the stack's state after an interrupted run; returns the URNs of the pending operations.

    Raises `EngineError` if the engine rejects the repaired state.
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
class Reconciliation:
    """The URNs removed to make a state and the cloud consistent."""

    from_cloud: tuple[str, ...] = ()
    from_state: tuple[str, ...] = ()


def reconcile(
    resources: list[dict[str, Any]],
    created: Iterable[Record],
    store: Store,
    provider_of: Callable[[str], Provider],
    *,
    external_packages: Container[str] = (),
) -> Reconciliation:
    """Makes the cloud and the `resources` of a stack's state consistent, in place.

    `created` are the stack's resources in the cloud. Resources of `external_packages` are not in the store and stay
    unchanged.
    """
    known: dict[str, set[str]] = {}
    for resource in resources:
        known.setdefault(resource["urn"], set()).add(resource.get("id", ""))
    # An older state may have a resource under another URN, for which the program has an alias.
    ids = {str(resource.get("id") or "").lower() for resource in resources}
    removed = []
    with store.transaction():
        for record in created:
            if record.package in external_packages or record.id.lower() in ids or EXISTING in record.inputs:
                continue
            if not _knows(known.get(record.urn), record):
                store.remove(record.id)
                removed.append(record.urn)
    gone = [one for one in resources if _held(one, external_packages) and not _is_there(one, resources, provider_of)]
    if gone:
        dropped = {id(one) for one in gone}
        resources[:] = _without([one for one in resources if id(one) not in dropped], gone)
    return Reconciliation(tuple(removed), tuple(one["urn"] for one in gone))


def _held(resource: Mapping[str, Any], external_packages: Container[str]) -> bool:
    """Whether the store must hold the resource."""
    kind = str(resource["type"])
    own = resource.get("custom") and not resource.get("external") and not kind.startswith("pulumi:")
    return bool(own) and kind.partition(":")[0] not in external_packages


def _is_there(
    resource: Mapping[str, Any], resources: list[dict[str, Any]], provider_of: Callable[[str], Provider]
) -> bool:
    try:
        return _read(resource, resources, resource.get("id", ""), provider_of) is not None
    except CloudError:
        return True  # a planned fault or a missing package is no evidence that the resource is gone


def _without(kept: list[dict[str, Any]], gone: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`kept` without references to `gone` resources, which the engine would reject. Children move to an ancestor."""
    urns_kept = {one["urn"] for one in kept}
    parents = {str(one["urn"]): str(one.get("parent") or "") for one in gone if one["urn"] not in urns_kept}
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
    """Whether the record is one of the state's resources; `ids` are those that the state has under the record's URN."""
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
    """A value as in the engine's state. Secrets are in clear text; the engine encrypts them on import."""
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
    # Through a pipe, as the secrets are in clear text.
    run = command(target, ["stack", "import", "--stack", target.stack], given=json.dumps(state))
    if run.returncode:
        raise EngineError(
            f"{target.stack}: the state could not be repaired after an interrupted run: {last_line(run.stderr)}"
        )
