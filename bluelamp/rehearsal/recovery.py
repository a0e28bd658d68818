"""What an interrupted run left half done, put right in the engine's state.

Before it makes a resource the engine notes in the stack's state that it is about to, and afterwards that it has. A
run that is killed in between leaves the note, and a resource that may or may not be there: a second run would fail on
it, or make another beside it. So each such resource is looked for in the cloud. One that is there is taken into the
state as it is, one that is not is forgotten. Updates and deletions under way need nothing: they are done again.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bluelamp.engine.operation import Target, command, export, last_line
from bluelamp.errors import EngineError
from bluelamp.rehearsal.provider import Instance, Live, Provider, project_of, stack_of, type_of
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


def _look(
    resource: Mapping[str, Any], resources: list[dict[str, Any]], provider_of: Callable[[str], Provider]
) -> Live | None:
    """The resource as the cloud holds it, if it does."""
    urn = resource["urn"]
    provider = provider_of(type_of(urn).partition(":")[0])
    instance = Instance(stack_of(urn), project_of(urn), _config(resource, resources))
    inputs = plain(resource.get("inputs") or {})
    expected = provider.expected_id(instance, urn, inputs)
    return None if expected is None else provider.read(instance, urn, expected, inputs)


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
