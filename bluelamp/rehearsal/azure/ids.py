"""ARM ids: where each azure-native type lives in Azure Resource Manager.

`data/arm_paths.json` has a path template for every type of the SDK, by module and class. A template starts with where
the resource is kept: `@rg` (a resource group), `@sub` (the subscription), `@tenant`, `@mg{parameter}` (a management
group), `@si` (Microsoft Sentinel's workspace), or the parameter that holds the resource it extends (`{scope}`).
"""

import functools
import json
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bluelamp.core.resource import project_of, stack_of
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.values import plain

_DATA = Path(__file__).parent / "data" / "arm_paths.json"
_SUBSCRIPTION = "/subscriptions/{subscriptionId}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{resourceGroupName}"
_PLACES = {
    "@rg": _GROUP + "/providers",
    "@rg{resourceGroup}": _SUBSCRIPTION + "/resourceGroups/{resourceGroup}/providers",
    "@sub": _SUBSCRIPTION + "/providers",
    "@tenant": "/providers",
    "@si": _GROUP + "/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}/providers",
}
_PARAMETER = re.compile(r"\{([\w.]+)\}")
_VERSIONED = re.compile(r"/v\d{8}(?:preview|privatepreview)?(?=:)")
_NAMESPACE = uuid.UUID("5c0d0a54-3a0e-4bd4-a3a4-6f1f0b1a7c11")


def stable_uuid(*parts: str) -> str:
    """The same GUID for the same words, on every machine."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def stable_hex(length: int, *parts: str) -> str:
    """Lower-case hexadecimal digits that follow from the words (at most 32)."""
    return stable_uuid(*parts).replace("-", "")[:length]


@functools.cache
def _templates() -> dict[str, str]:
    found: dict[str, str] = {}
    for module, classes in json.loads(_DATA.read_text()).items():
        for name, template in classes.items():
            place, _, rest = template.partition("/")
            if place.startswith("@mg"):
                group = place.removeprefix("@mg")
                place = f"/providers/Microsoft.Management/managementGroups/{group}/providers"
            elif place.startswith("{"):
                place += "/providers"
            found[f"azure-native:{module}:{name}"] = f"{_PLACES.get(place, place)}/{rest}"
    return found


def template(token: str) -> str:
    """The type's path, with its parameters in braces.

    Raises `CloudError` for a type that is not of the SDK.
    """
    # Earlier SDKs name an API version in the token: azure-native:network/v20230201:VirtualNetwork.
    found = _templates().get(token) or _templates().get(_VERSIONED.sub("", token))
    if found is None:
        raise CloudError("InvalidResourceType", f"azure-native has no resource type {token!r}")
    return found


def tokens() -> tuple[str, ...]:
    """Every type that has a path."""
    return tuple(_templates())


@functools.cache
def path_parameters(token: str) -> tuple[str, ...]:
    """The inputs that make up the id, outermost first."""
    return tuple(name.partition(".")[0] for name in _PARAMETER.findall(template(token)) if name != "subscriptionId")


@functools.cache
def own_name(token: str) -> str | None:
    """The input that names the resource itself; None where the name is fixed (`default`)."""
    last = template(token).rpartition("/")[2]
    found = _PARAMETER.fullmatch(last)
    return found[1] if found and "." not in found[1] else None


@functools.cache
def is_nested(token: str) -> bool:
    """Whether the resource lives inside another one, not directly in a group, subscription or scope."""
    path = template(token)
    return path != _GROUP and path.rpartition("/providers/")[2].count("/") > 2


@functools.cache
def arm_type(token: str) -> str:
    """The ARM resource type: `Microsoft.Network/virtualNetworks/subnets`."""
    path = template(token)
    if path == _GROUP:
        return "Microsoft.Resources/resourceGroups"
    namespace, *rest = path.rpartition("/providers/")[2].split("/")
    return "/".join([namespace, *rest[::2]])


def arm_type_of(token: str, inputs: Mapping[str, Any]) -> str:
    """The ARM type with what the inputs say of it filled in: `Microsoft.Network/dnsZones/A`."""
    return _PARAMETER.sub(lambda found: str(plain(inputs.get(found[1], found[0]))), arm_type(token))


def type_of_id(resource_id: str) -> str:
    """The ARM type that an id is of; empty for a subscription."""
    head, found, tail = resource_id.rpartition("/providers/")
    if not found:
        return "Microsoft.Resources/resourceGroups" if "/resourcegroups/" in head.lower() + tail.lower() else ""
    namespace, *rest = tail.split("/")
    return "/".join([namespace, *rest[::2]])


def name_of_id(resource_id: str) -> str:
    """The last part of an id."""
    return resource_id.rpartition("/")[2]


def group_of_id(resource_id: str) -> str:
    """The resource group in an id, empty where there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def group_id_of_id(resource_id: str) -> str:
    """The id of the resource group that an id is in, empty where it is in none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/[^/]+", resource_id, re.IGNORECASE)
    return found[0] if found else ""


def subscription_of_id(resource_id: str) -> str:
    """The subscription in an id, empty where there is none."""
    found = re.match(r"/subscriptions/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def subscription_id(instance: Instance, urn: str = "") -> str:
    """The configured subscription; else one that follows from the project and stack."""
    return str(instance.config.get("subscriptionId") or stable_uuid("subscription", *_whose(instance, urn)))


def tenant_id(instance: Instance, urn: str = "") -> str:
    """The configured tenant; else one that follows from the project and stack."""
    return str(instance.config.get("tenantId") or stable_uuid("tenant", *_whose(instance, urn)))


def _whose(instance: Instance, urn: str) -> tuple[str, str]:
    if instance.stack:
        return instance.project, instance.stack
    return (project_of(urn), stack_of(urn)) if urn.startswith("urn:") else ("", "")


def resource_id(instance: Instance, token: str, inputs: Mapping[str, Any], urn: str = "") -> str | None:
    """The id that `inputs` make; None while a part of it is not known.

    Raises `CloudError` `MissingParameter` where an input that the id needs is absent.
    """
    return _fill(template(token), instance, token, inputs, urn)


def parameters_in(token: str, resource_id: str) -> dict[str, str] | None:
    """The inputs that an id of the type is made of, None where it is no such id; the subscription is not among them."""
    pattern, at = "", 0
    path = template(token)
    for found in _PARAMETER.finditer(path):
        name = found[1].replace(".", "_")
        # A scope is an id itself, with slashes.
        inner = ".+" if found.start() == 0 else "[^/]+"
        again = f"(?P<{name}>" in pattern
        pattern += re.escape(path[at : found.start()]) + (f"(?P={name})" if again else f"(?P<{name}>{inner})")
        at = found.end()
    match = re.fullmatch(pattern + re.escape(path[at:]), resource_id, re.IGNORECASE)
    if match is None:
        return None
    return {name: match[name] for name in path_parameters(token) if name in match.re.groupindex}


def parent_id(instance: Instance, token: str, inputs: Mapping[str, Any], urn: str = "") -> str | None:
    """The id of what must exist first: the parent resource, the resource group, or the scope; empty at the top."""
    path = template(token)
    if path == _GROUP:
        return ""
    scope, found, tail = path.rpartition("/providers/")
    if not found:
        return ""
    namespace, *rest = tail.split("/")
    pairs = list(zip(rest[::2], rest[1::2], strict=False))[:-1]
    while pairs and "{" not in pairs[-1][1]:
        pairs.pop()
    kept = "".join(f"/{kind}/{name}" for kind, name in pairs)
    wanted = f"{scope}/providers/{namespace}{kept}" if kept else scope
    return _fill(wanted, instance, token, inputs, urn) if wanted else ""


def _fill(path: str, instance: Instance, token: str, inputs: Mapping[str, Any], urn: str) -> str | None:
    filled = path
    for name in _PARAMETER.findall(path):
        value: Any = plain(inputs.get(name.partition(".")[0]))
        for key in name.split(".")[1:]:
            value = value.get(key) if isinstance(value, Mapping) else value
        if value is None and name == "subscriptionId":
            value = subscription_id(instance, urn)
        if value is None and name == "roleEligibilityScheduleRequestName":
            value = stable_uuid(urn, token)
        if value is None or value == "":
            raise CloudError("MissingParameter", f"'{name}' is needed to say where {token} is")
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            return None
        filled = filled.replace("{" + name + "}", str(value).strip("/"), 1)
    return re.sub("/{2,}", "/", "/" + filled)
