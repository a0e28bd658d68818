"""Changes a resource out of band, as in a portal."""

from collections.abc import Sequence
from typing import Any

from bluelamp import paths
from bluelamp.errors import UsageError
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import Secret, has_secret


def drift(store: Store, resource_id: str, path: str, value: Any) -> tuple[Any, Any]:
    """Sets the property at `path` of a stored resource; returns the old and the new value.

    A value that replaces a secret is secret too. Raises `UsageError` if there is no such resource or path, or if the
    property already has the value.
    """
    try:
        steps = paths.parse(path)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with store.transaction():
        record = store.get(resource_id)
        if record is None:
            raise UsageError(f"the rehearsal cloud holds no {resource_id!r}")
        before, given = _found(record.outputs, steps), _found(record.inputs, steps)
        # Secrets are not compared: the error would confirm a guess.
        if not has_secret(before) and type(before) is type(value) and before == value:
            name = record.urn.rpartition("::")[2]
            raise UsageError(
                f"{path} of {name} already has this value",
                next_step=f"choose another value; to see the resource, run: bluelamp cloud show {name}",
            )
        now = Secret(value) if has_secret(before) or has_secret(given) else value
        try:
            changed = record.with_(
                inputs=_replaced(record.inputs, steps, now), outputs=_replaced(record.outputs, steps, now)
            )
        except LookupError as error:
            raise UsageError(f"{path}: {error}") from error
        store.put(changed)
    return before, now


def _found(value: Any, steps: Sequence[str | int]) -> Any:
    """The value at `steps`; a `Secret` if it is inside one."""
    for place, step in enumerate(steps):
        if isinstance(value, Secret):
            inside = _found(value.value, steps[place:])
            return inside if inside is None or isinstance(inside, Secret) else Secret(inside)
        value = paths.found(value, (step,))
    return value


def _replaced(value: Any, steps: Sequence[str | int], new: Any) -> Any:
    """`value` with the value at `steps` replaced; secrets around it stay secrets."""
    if isinstance(value, Secret):
        inside = _replaced(value.value, steps, new)
        return Secret(inside.value if isinstance(inside, Secret) else inside)
    if not steps:
        return new
    inner = _replaced(paths.found(value, steps[:1]), steps[1:], new)
    return paths.replaced(value, steps[:1], inner)
