"""Functions of azure-native: client configuration, existing resources and their keys."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.outputs import fill_template, template_values
from bluelamp.rehearsal.azure.references import not_found
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.sdk.schema import Catalogue, FunctionShape, UnknownToken
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import Secret, plain

_KEY = re.compile(r"\{(key|kubeconfig):(\w+)\}")


def invoke(
    store: Store, catalogue: Catalogue, instance: Instance, token: str, args: Mapping[str, Any]
) -> dict[str, Any]:
    """The result of the function `token`.

    Raises `CloudError` if the SDK has no such function, or if the resource does not exist.
    """
    given = {key: plain(value) for key, value in args.items() if value is not None}
    client = _client(instance, token)
    if client is not None:
        return client
    shape = _shape(catalogue, token)
    missing = [name for name, one in shape.inputs.properties.items() if one.required and name not in given]
    if missing:
        raise CloudError("MissingParameter", f"{token} needs {', '.join(missing)}")
    answer = facts("keys").get(token)
    if answer is not None:
        record = _target(store, instance, token, given)
        keys: dict[str, Any] = _keys(answer, record.id, ids.tenant_id(instance))
        return keys
    if token.rsplit(":", maxsplit=1)[-1].startswith("list"):
        return _generic_answer(shape, _target(store, instance, token, given))
    return _get(store, shape, instance, token, given)


def _client(instance: Instance, token: str) -> dict[str, Any] | None:
    subscription, tenant = ids.subscription_id(instance), ids.tenant_id(instance)
    if token == "azure-native:authorization:getClientConfig":  # noqa: S105 - a function's token
        return {
            "clientId": str(instance.config.get("clientId") or ids.stable_uuid(tenant, "client")),
            "objectId": ids.stable_uuid(tenant, "object"),
            "subscriptionId": subscription,
            "tenantId": tenant,
        }
    if token == "azure-native:authorization:getClientToken":  # noqa: S105 - a function's token
        return {"token": Secret(f"rehearsal.{ids.stable_hex(32, tenant, 'token')}")}
    return None


def _shape(catalogue: Catalogue, token: str) -> FunctionShape:
    try:
        return catalogue.function(token)
    except UnknownToken as error:
        raise CloudError("InvalidFunction", str(error)) from error


def _get(store: Store, shape: FunctionShape, instance: Instance, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """A stored resource, for functions such as `getVirtualNetwork`."""
    module, name = token.split(":")[1:]
    if not name.startswith("get"):
        raise CloudError("NotSupported", f"the rehearsal cloud has no answer for {token}")
    kind = f"azure-native:{module}:{name.removeprefix('get')}"
    if kind not in ids.tokens():
        raise CloudError("NotSupported", f"the rehearsal cloud has no answer for {token}")
    wanted = ids.resource_id(instance, kind, args)
    record = store.get(wanted) if wanted else None
    if record is None:
        raise CloudError("ResourceNotFound", not_found(wanted or kind))
    known = shape.outputs.properties
    return {"id": record.id, **{key: value for key, value in record.outputs.items() if key in known and key != "id"}}


def _target(store: Store, instance: Instance, token: str, args: Mapping[str, Any]) -> Record:
    """The resource that the arguments name: of the module's types, the one with the most path parameters given."""
    module = token.split(":")[1]
    wanted = ""
    for kind in sorted(ids.tokens(), key=lambda one: len(ids.path_parameters(one)), reverse=True):
        if kind.split(":")[1] != module or not set(ids.path_parameters(kind)) <= args.keys():
            continue
        found = ids.resource_id(instance, kind, args) or ""
        record = store.get(found)
        if record is not None:
            return record
        wanted = wanted if ids.own_name(kind) is None or ids.is_nested(kind) else wanted or found
    raise CloudError("ResourceNotFound", not_found(wanted or token))


def _generic_answer(shape: FunctionShape, record: Record) -> dict[str, Any]:
    """An answer of the right type: empty lists, and a secret for each key."""
    found: dict[str, Any] = {}
    for name, one in shape.outputs.properties.items():
        if one.shape.kind in ("array", "map"):
            found[name] = [] if one.shape.kind == "array" else {}
        elif one.shape.kind == "string":
            secret = any(word in name.lower() for word in ("key", "secret", "password", "token", "string"))
            found[name] = Secret(_key("key", name, record.id)) if secret else record.outputs.get(name, "")
    return found


def _keys(answer: Any, resource_id: str, tenant: str) -> Any:
    if isinstance(answer, Mapping):
        return {key: _keys(item, resource_id, tenant) for key, item in answer.items()}
    if isinstance(answer, list):
        return [_keys(item, resource_id, tenant) for item in answer]
    if not isinstance(answer, str):
        return answer
    secret = _KEY.search(answer) is not None
    text = _KEY.sub(lambda match: _key(match[1], match[2], resource_id), answer)
    text = fill_template(text, template_values(resource_id, {}, tenant), resource_id)
    return Secret(text) if secret else text


def _key(kind: str, word: str, resource_id: str) -> str:
    if kind == "kubeconfig":
        name = ids.name_of_id(resource_id)
        config = (
            f"apiVersion: v1\nkind: Config\nclusters: [name: {name}, cluster: [server: https://{name}.hcp.azmk8s.io]]\n"
        )
        return base64.b64encode(config.replace("[", "{").replace("]", "}").encode()).decode()
    digest = "".join(ids.stable_hex(32, resource_id, "key", word, str(turn)) for turn in range(4))
    return base64.b64encode(bytes.fromhex(digest)).decode()
