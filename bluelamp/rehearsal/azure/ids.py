"""ARM resource ids of azure-native types.

`data/arm_paths.json` has a path template for every type of the SDK, by module and class. A template starts with the
scope: `@rg` (a resource group), `@sub` (the subscription), `@tenant`, `@mg{parameter}` (a management group), `@si`
(Microsoft Sentinel's workspace), or the parameter with the id of the extended resource (`{scope}`).
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
    """A GUID that is derived from `parts`."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def stable_hex(length: int, *parts: str) -> str:
    """Lower-case hexadecimal digits, at most 32, that are derived from `parts`."""
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
    """The type's path template, with parameters in braces. Raises `CloudError` for an unknown type."""
    # Earlier SDKs name an API version in the token: azure-native:network/v20230201:VirtualNetwork.
    found = _templates().get(token) or _templates().get(_VERSIONED.sub("", token))
    if found is None:
        raise CloudError("InvalidResourceType", f"azure-native has no resource type {token!r}")
    return found


def tokens() -> tuple[str, ...]:
    """Every type with a path template."""
    return tuple(_templates())


@functools.cache
def path_parameters(token: str) -> tuple[str, ...]:
    """The inputs in the id, outermost first."""
    return tuple(name.partition(".")[0] for name in _PARAMETER.findall(template(token)) if name != "subscriptionId")


@functools.cache
def own_name(token: str) -> str | None:
    """The input with the resource's name; None if the name is fixed (`default`)."""
    last = template(token).rpartition("/")[2]
    found = _PARAMETER.fullmatch(last)
    return found[1] if found and "." not in found[1] else None


@functools.cache
def is_nested(token: str) -> bool:
    """Whether the resource is a child of another resource, not directly in a group, subscription or scope."""
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
    """The ARM type with its parameters filled in from the inputs: `Microsoft.Network/dnsZones/A`."""
    return _PARAMETER.sub(lambda found: str(plain(inputs.get(found[1], found[0]))), arm_type(token))


def type_of_id(resource_id: str) -> str:
    """The ARM type of an id; empty for a subscription."""
    head, found, tail = resource_id.rpartition("/providers/")
    if not found:
        return "Microsoft.Resources/resourceGroups" if "/resourcegroups/" in head.lower() + tail.lower() else ""
    namespace, *rest = tail.split("/")
    return "/".join([namespace, *rest[::2]])


def name_of_id(resource_id: str) -> str:
    """The resource name, the last segment of an id."""
    return resource_id.rpartition("/")[2]


def group_of_id(resource_id: str) -> str:
    """The name of the resource group in an id; empty if there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def group_id_of_id(resource_id: str) -> str:
    """The id of the resource group in an id; empty if there is none."""
    found = re.match(r"/subscriptions/[^/]+/resourceGroups/[^/]+", resource_id, re.IGNORECASE)
    return found[0] if found else ""


def subscription_of_id(resource_id: str) -> str:
    """The subscription in an id; empty if there is none."""
    found = re.match(r"/subscriptions/([^/]+)", resource_id, re.IGNORECASE)
    return found[1] if found else ""


def subscription_id(instance: Instance, urn: str = "") -> str:
    """The configured subscription, else one derived from the project and stack."""
    return str(instance.config.get("subscriptionId") or stable_uuid("subscription", *_project_and_stack(instance, urn)))


def tenant_id(instance: Instance, urn: str = "") -> str:
    """The configured tenant, else one derived from the project and stack."""
    return str(instance.config.get("tenantId") or stable_uuid("tenant", *_project_and_stack(instance, urn)))


def _project_and_stack(instance: Instance, urn: str) -> tuple[str, str]:
    if instance.stack:
        return instance.project, instance.stack
    return (project_of(urn), stack_of(urn)) if urn.startswith("urn:") else ("", "")


def resource_id(instance: Instance, token: str, inputs: Mapping[str, Any], urn: str = "") -> str | None:
    """The resource id for `inputs`; None if a part of it is unknown.

    Raises `CloudError` `MissingParameter` if a path parameter is missing.
    """
    return _fill(template(token), instance, token, inputs, urn)


def parameters_in(token: str, resource_id: str) -> dict[str, str] | None:
    """The path parameters in an id, without the subscription; None if it is not an id of the type."""
    pattern, at = "", 0
    path = template(token)
    for found in _PARAMETER.finditer(path):
        name = found[1].replace(".", "_")
        # A scope is an id and contains slashes.
        inner = ".+" if found.start() == 0 else "[^/]+"
        again = f"(?P<{name}>" in pattern
        pattern += re.escape(path[at : found.start()]) + (f"(?P={name})" if again else f"(?P<{name}>{inner})")
        at = found.end()
    match = re.fullmatch(pattern + re.escape(path[at:]), resource_id, re.IGNORECASE)
    if match is None:
        return None
    return {name: match[name] for name in path_parameters(token) if name in match.re.groupindex}


def parent_id(instance: Instance, token: str, inputs: Mapping[str, Any], urn: str = "") -> str | None:
    """The id of the parent resource, the resource group or the scope; empty for a top-level resource."""
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
            raise CloudError("MissingParameter", f"'{name}' is missing: the id of {token} needs it")
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            return None
        filled = filled.replace("{" + name + "}", str(value).strip("/"), 1)
    return re.sub("/{2,}", "/", "/" + filled)
