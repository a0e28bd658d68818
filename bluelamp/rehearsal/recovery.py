"""What an interrupted run left half done, put right, so that the next run starts from what it believes.

Against the embedded cloud the engine writes its state once, at the end of a run: writing all of it after every step is
most of the time that bringing up a large force takes. A run that is killed leaves the state of before it, so what it
made is taken out of the cloud again, and what it deleted is forgotten by the state (`roll_back`).

Against a real API server nothing can be taken back. There the engine writes its state at every step: before it makes a
resource it notes that it is about to, and afterwards that it has. A run that is killed in between leaves the note, and
a resource that may or may not be there: a second run would fail on it, or make another beside it. So each such resource
is looked for. One that is there is taken into the state as it is, one that is not is forgotten (`recover`). Updates
and deletions under way need nothing: they are done again.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from bluelamp.engine.operation import Target, command, export, last_line
from bluelamp.errors import EngineError
from bluelamp.rehearsal.provider import Instance, Live, Provider, project_of, stack_of, type_of
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import SECRET_SIGNATURE, SIGNATURE, Blob, Secret, plain

_CREATING = "creating"


def recover(target: Target, provider_of: Callable[[str], Provider]) -> list[str]:
    """Mends the stack's state and returns the URNs of what was under way.

    Raises `EngineError` where the engine does not take the mended state.
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


def roll_back(
    checkpoint: dict[str, Any], stack: str, project: str, store: Store, provider_of: Callable[[str], Provider]
) -> list[str]:
    """Makes the cloud and the stack's `checkpoint` agree again; the URNs of what had to go from either.

    The checkpoint is changed where it stands, for the caller to write.
    """
    deployment = checkpoint.get("latest") or {}
    resources: list[dict[str, Any]] = deployment.get("resources") or []
    known: dict[str, set[str]] = {}
    for resource in resources:
        known.setdefault(resource["urn"], set()).add(resource.get("id", ""))
    urns = []
    with store.transaction():
        made = [record for record in store.all() if _of(record.urn, stack, project)]
        times = Counter(record.urn for record in made)
        for record in made:
            if record.urn not in known or (times[record.urn] > 1 and not _named(record, known[record.urn])):
                store.remove(record.id)
                urns.append(record.urn)
    kept = []
    for resource in resources:
        held = resource.get("custom") and not resource.get("external") and not resource["type"].startswith("pulumi:")
        if held and _read(resource, resources, resource.get("id", ""), provider_of) is None:
            urns.append(resource["urn"])
        else:
            kept.append(resource)
    if len(kept) < len(resources):
        deployment["resources"] = kept
    return urns


def _of(urn: str, stack: str, project: str) -> bool:
    return urn.startswith(f"urn:pulumi:{stack}::{project}::")


def _named(record: Record, ids: set[str]) -> bool:
    """Whether the state means this one of several resources that one URN has made."""
    return any(id_ in (record.id, record.outputs.get("id")) or record.id.endswith(f"/{id_}") for id_ in ids if id_)


def _look(
    resource: Mapping[str, Any], resources: list[dict[str, Any]], provider_of: Callable[[str], Provider]
) -> Live | None:
    """The resource as the cloud holds it, if it does."""
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
    # Through a pipe, not a file: what is written here is not encrypted yet.
    run = command(target, ["stack", "import", "--stack", target.stack], given=json.dumps(state))
    if run.returncode:
        raise EngineError(
            f"{target.stack}: what an interrupted run left behind could not be recovered: {last_line(run.stderr)}"
        )
