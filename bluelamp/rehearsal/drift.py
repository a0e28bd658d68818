"""Changing a resource behind the program's back, as somebody at a portal would."""

from typing import Any

from bluelamp import paths
from bluelamp.errors import UsageError
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import plain


def drift(store: Store, resource_id: str, path: str, value: Any) -> Any:
    """Sets the property at `path` of a stored resource and returns what it was.

    Raises `UsageError` where there is no such resource or the path leads nowhere.
    """
    try:
        steps = paths.parse(path)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with store.transaction():
        record = store.get(resource_id)
        if record is None:
            raise UsageError(f"the rehearsal cloud holds no {resource_id!r}")
        before = paths.found(plain(record.outputs), steps)
        try:
            changed = record.with_(
                inputs=paths.replaced(record.inputs, steps, value), outputs=paths.replaced(record.outputs, steps, value)
            )
        except LookupError as error:
            raise UsageError(f"{path}: {error}") from error
        store.put(changed)
    return before
