"""Changes behind Pulumi's back: what somebody did in the portal."""

import re
from typing import Any

from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.sdk.words import nearest
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import Secret, plain

_STEP = re.compile(r'\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.\[\]]+)')


def drift(store: Store, resource_id: str, path: str, value: Any) -> Record:
    """Sets one property of a stored resource, in its inputs and outputs, and gives the changed record.

    `path` is the engine's way of writing one: `securityRules[0].access`, `tags["cost-centre"]`. A value of None takes
    the property away. Raises `CloudError` where there is no such resource or place.
    """
    with store.transaction():
        record = store.get(resource_id)
        if record is None:
            near = nearest(resource_id, [one.id for one in store.all("azure-native")])
            hint = f"; did you mean '{near}'?" if near else ""
            raise CloudError("ResourceNotFound", f"the cloud holds no resource '{resource_id}'{hint}")
        steps = _steps(path)
        inputs = _set(record.inputs, steps, value, path)
        outputs = _set(record.outputs, steps, value, path)
        changed = record.with_(inputs=inputs, outputs=outputs)
        store.put(changed)
        return changed


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for index, quoted, name in _STEP.findall(path):
        steps.append(int(index) if index else quoted.replace('\\"', '"') or name)
    if not steps:
        raise CloudError("InvalidPropertyPath", f"{path!r} is no property path; write it like securityRules[0].access")
    return steps


def _set(holder: Any, steps: list[str | int], value: Any, path: str) -> Any:
    step, rest = steps[0], steps[1:]
    if isinstance(holder, Secret):
        return Secret(_set(holder.value, steps, value, path))
    if isinstance(step, int):
        items = list(holder) if isinstance(holder, list) else []
        if step > len(items) or (step == len(items) and (rest or value is None)):
            raise CloudError("InvalidPropertyPath", f"{path}: there are {len(items)} items, so none at [{step}]")
        if value is None and not rest:
            return items[:step] + items[step + 1 :]
        new = _set(items[step], rest, value, path) if rest else value
        return [*items[:step], new, *items[step + 1 :]]
    fields = dict(holder) if isinstance(holder, dict) else {}
    if rest:
        inner: Any = fields.get(step, [] if isinstance(rest[0], int) else {})
        fields[step] = _set(inner, rest, value, path)
    elif value is None:
        fields.pop(step, None)
    else:
        fields[step] = Secret(plain(value)) if isinstance(fields.get(step), Secret) else value
    return fields
