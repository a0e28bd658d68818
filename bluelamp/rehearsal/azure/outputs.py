"""The outputs of a resource: its inputs and the properties that the service computes."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.addresses import with_addresses
from bluelamp.rehearsal.azure.computed import with_computed
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.locations import canonical
from bluelamp.rehearsal.sdk.shapes import ObjectShape, ResourceShape, Shape
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Blob, Secret, plain

_TIME = "2026-01-05T09:00:00.0000000Z"
"""The creation time of every resource: fixed, so that outputs are reproducible."""
_PLACEHOLDER = re.compile(r"\{(\w+)(?::([\w.>]+))?\}")


def preview(shape: ResourceShape, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs in a preview, as in azure-native: inputs under their own names, everything else unknown."""
    return _preview(shape.outputs, inputs) | {"azureApiVersion": shape.api_version or UNKNOWN}


def _preview(shape: ObjectShape, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _preview_value(one.shape, values[name]) if values.get(name) is not None else UNKNOWN
        for name, one in shape.properties.items()
    }


def _preview_value(shape: Shape, value: Any) -> Any:
    if isinstance(value, Secret):
        return Secret(_preview_value(shape, value.value))
    if isinstance(value, Mapping) and shape.kind == "object" and shape.object is not None:
        return _preview(shape.object, value)
    if isinstance(value, list) and shape.kind == "array" and shape.item is not None:
        return [_preview_value(shape.item, item) for item in value]
    if isinstance(value, list) and shape.kind == "map":
        return UNKNOWN
    return value


def compute(
    store: Store, shape: ResourceShape, resource_id: str, inputs: Mapping[str, Any], tenant: str
) -> dict[str, Any]:
    """The outputs of a stored resource; the same for the same id and inputs."""
    values = template_values(resource_id, inputs, tenant) | _from_inputs(store, shape.token, inputs)
    known = shape.outputs.properties
    found: dict[str, Any] = {
        key: _output(known[key].shape, value, f"{resource_id}/{key}")
        for key, value in inputs.items()
        if key in known and value is not None
    }
    usual = _usual(shape, resource_id, inputs, values)
    _fill(found, {key: value for key, value in usual.items() if key in known})
    _fill(found, fill_template(facts("outputs").get(shape.token, {}), values, resource_id) or {})
    if isinstance(found.get("location"), str) and "displayName" not in found:
        place = canonical(found["location"])
        found["location"] = place if place in facts("locations") else found["location"]
    if "identity" in found:
        found["identity"] = _identity(store, found["identity"], resource_id, tenant)
    for secret in shape.secret_outputs:
        if secret in found and not isinstance(found[secret], Secret):
            found[secret] = Secret(found[secret])
    found = with_addresses(store, shape.token, resource_id, found)
    return with_computed(shape.outputs, shape.inputs, inputs, found, resource_id)


def _from_inputs(store: Store, token: str, inputs: Mapping[str, Any]) -> dict[str, str]:
    """The template values from a type's inputs (`in:PATH`, `if:PATH`) and from resources they refer to (`of:…>…`)."""
    found: dict[str, str] = {}
    for kind, path in _PLACEHOLDER.findall(json.dumps(facts("outputs").get(token, {}))):
        if kind not in ("in", "if", "of"):
            continue
        steps, _, output = path.partition(">")
        value: Any = inputs
        for step in steps.split("."):
            value = plain(value).get(step) if isinstance(plain(value), Mapping) else None
        value = plain(value)
        if kind == "of" and isinstance(value, str):
            record = store.get(value)
            value = plain(record.outputs.get(output)) if record else None
        if kind == "if" and value not in (None, False):
            found[f"{kind}:{path}"] = ""
        elif isinstance(value, str) and value:
            found[f"{kind}:{path}"] = value
    return found


def _usual(
    shape: ResourceShape, resource_id: str, inputs: Mapping[str, Any], values: Mapping[str, str]
) -> dict[str, Any]:
    """The outputs of nearly every type."""
    digest = hashlib.sha256(json.dumps(plain(inputs), sort_keys=True, default=_opaque).encode()).hexdigest()
    author = {"createdAt": _TIME, "createdByType": "Application", "lastModifiedAt": _TIME}
    return {
        "name": values["name"],
        "type": ids.type_of_id(resource_id) or ids.arm_type(shape.token),
        "id": resource_id,
        "provisioningState": "Succeeded",
        "etag": f'W/"{ids.stable_uuid(resource_id, digest)}"',
        "resourceGuid": ids.stable_uuid(resource_id, "resource"),
        "systemData": author,
        "azureApiVersion": shape.api_version,
        "tenantId": values["tenant"],
        "privateEndpointConnections": [],
    }


def _opaque(value: Any) -> Any:
    return dict(value.fields) if isinstance(value, Blob) else str(value)


def _output(shape: Shape, value: Any, where: str) -> Any:
    """An input as an output. Named items get an id, an etag and a provisioning state if their type has them."""
    if isinstance(value, Secret):
        return Secret(_output(shape, value.value, where))
    if isinstance(value, list) and shape.kind == "array" and shape.item is not None:
        item = shape.item
        return [_output(item, one, f"{where}/{_name(one, index)}") for index, one in enumerate(value)]
    if not isinstance(value, Mapping) or shape.kind != "object" or shape.object is None:
        return value
    properties = shape.object.properties
    found = {
        key: _output(properties[key].shape, one, f"{where}/{key}") if key in properties else one
        for key, one in value.items()
        if one is not None
    }
    if isinstance(found.get("name"), str) and "id" not in found and "etag" in properties and "id" in properties:
        found["id"] = where
        found["etag"] = f'W/"{ids.stable_uuid(where)}"'
    if "provisioningState" in properties and "name" in found:
        found.setdefault("provisioningState", "Succeeded")
    return found


def _name(value: Any, index: int) -> str:
    name = value.get("name") if isinstance(value, Mapping) else None
    return name if isinstance(name, str) else str(index)


def _identity(store: Store, identity: Any, resource_id: str, tenant: str) -> Any:
    """A managed identity as an output. User-assigned identities are a list in the inputs and a map in the outputs."""
    if isinstance(identity, Secret) or not isinstance(identity, Mapping):
        return identity
    found = dict(identity)
    if "SystemAssigned" in str(found.get("type", "")):
        found |= {"principalId": ids.stable_uuid(resource_id, "principal"), "tenantId": tenant}
    assigned = found.get("userAssignedIdentities")
    if isinstance(assigned, (list, Mapping)):
        found["userAssignedIdentities"] = {one: _assigned(store, str(one)) for one in assigned}
    return found


def _assigned(store: Store, identity_id: str) -> dict[str, str]:
    record = store.get(identity_id)
    outputs = record.outputs if record else {}
    return {
        "clientId": outputs.get("clientId", ids.stable_uuid(identity_id, "client")),
        "principalId": outputs.get("principalId", ids.stable_uuid(identity_id, "principal")),
    }


def template_values(resource_id: str, inputs: Mapping[str, Any], tenant: str) -> dict[str, str]:
    """The values for the templates of `data/outputs.yaml`."""
    parts = resource_id.rpartition("/providers/")[2].split("/")
    names = parts[2::2]
    return {
        "id": resource_id,
        "name": ids.name_of_id(resource_id),
        "parent": names[-2] if len(names) > 1 else "",
        "top": names[0] if names else "",
        "group": ids.group_of_id(resource_id),
        "subscription": ids.subscription_of_id(resource_id),
        "tenant": tenant,
        "location": canonical(str(plain(inputs.get("location") or "uksouth"))),
        "time": _TIME,
        "mac": "-".join(re.findall("..", ids.stable_hex(6, resource_id, "mac").upper())),
    }


def fill_template(value: Any, values: Mapping[str, str], resource_id: str) -> Any:
    """`value`, a template of the data files, filled in for a resource; None if an input that it needs is missing."""
    if isinstance(value, Mapping):
        made = {key: fill_template(item, values, resource_id) for key, item in value.items()}
        kept = {key: item for key, item in made.items() if item is not None}
        return kept if kept or not made else None
    if isinstance(value, list):
        return [fill_template(item, values, resource_id) for item in value]
    if not isinstance(value, str):
        return value
    if any(kind in ("in", "if", "of") and f"{kind}:{path}" not in values for kind, path in _PLACEHOLDER.findall(value)):
        return None

    def filled(match: re.Match[str]) -> str:
        whole = values.get(f"{match[1]}:{match[2]}")
        return (
            whole
            if whole is not None
            else values.get(match[1]) or _placeholder_value(match[1], match[2] or "", resource_id)
        )

    return _PLACEHOLDER.sub(filled, value)


def _placeholder_value(kind: str, word: str, resource_id: str) -> str:
    digits = int(ids.stable_hex(12, resource_id, word), 16)
    if kind == "ip":
        return f"20.{90 + digits % 20}.{digits // 32 % 256}.{digits // 8192 % 254 + 1}"
    if kind == "number":
        return f"{digits % 10**8:08d}"
    return ids.stable_uuid(resource_id, word) if kind == "guid" else ids.stable_hex(32, resource_id, word)


def _fill(found: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Merges `more` into `found` at every depth. Existing values are kept."""
    for key, value in more.items():
        have = found.get(key)
        if have is None and value is not None:
            found[key] = value
        elif isinstance(have, Mapping) and isinstance(value, Mapping):
            inner = dict(have)
            _fill(inner, value)
            found[key] = inner
