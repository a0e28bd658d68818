"""The `azuread` package: a directory that gives object ids, client ids, role ids and passwords."""

import re
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.package import Find, Making, Package
from bluelamp.rehearsal.sdk.sample_values import moment
from bluelamp.rehearsal.values import Secret, plain

_PASSWORDS = ("ApplicationPassword", "ServicePrincipalPassword")
_PUBLISHED = ("appRoleIds", "appRoles", "displayName", "oauth2PermissionScopeIds", "signInAudience")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


class Rehearsed(Package):
    """The package's resources and functions."""

    coerces = True

    @override
    def computed(self, making: Making) -> dict[str, Any]:
        own: dict[str, Any] = {
            name: making.uuid()
            for name in ("objectId", "clientId", "keyId")
            if name in making.resource.outputs.properties
        }
        own |= _facts()["values"].get(making.kind, {})
        if making.kind in _PASSWORDS:
            own |= _password(making)
        if making.kind == "User":
            own |= _user(making)
        if making.kind == "ServicePrincipal":
            own |= _service_principal(making)
        if making.kind == "Application" and isinstance(making.inputs.get("password"), Mapping):
            own["password"] = {**making.inputs["password"], "keyId": making.uuid(), **_password(making)}
            own["password"]["value"] = Secret(own["password"]["value"])
        return own | self.updated(making, {})

    @override
    def updated(self, making: Making, outputs: Mapping[str, Any]) -> dict[str, Any]:
        if making.kind != "Application":
            return {}
        scopes = (making.inputs.get("api") or {}).get("oauth2PermissionScopes") or []
        return {
            "appRoleIds": _by_value(making.inputs.get("appRoles") or []),
            "oauth2PermissionScopeIds": _by_value(scopes),
        }

    @override
    def identity(self, making: Making, outputs: Mapping[str, Any]) -> str:
        begins = _facts()["ids"].get(making.kind)
        if begins:
            return f"/{begins}/{outputs['objectId']}"
        parent = making.inputs.get("applicationId") or making.inputs.get("servicePrincipalId")
        if making.kind in _PASSWORDS and isinstance(parent, str):
            return f"{parent.rpartition('/')[2]}/password/{outputs['keyId']}"
        return making.uuid()

    @override
    def invoke(self, token: str, args: Mapping[str, Any], instance: Instance, find: Find) -> dict[str, Any] | None:
        if token.endswith(":getApplicationPublishedAppIds"):
            return {"id": "appIds", "result": _facts()["published"]}
        if not token.endswith(":getClientConfig"):
            return None
        client: dict[str, Any] = _facts()["client"]
        given = {name: instance.config[name] for name in client if instance.config.get(name)}
        return {"id": "client-config", **client, **given}


@cache
def _facts() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
    return loaded


def _by_value(published: list[Any]) -> dict[str, Any]:
    return {one["value"]: one["id"] for one in published if one.get("value") and one.get("id")}


def _password(making: Making) -> dict[str, Any]:
    """A client secret: 40 characters with `Q~` in fourth place, as Microsoft Entra gives them."""
    alphabet = f"{string.ascii_letters}{string.digits}_.-"
    made = "".join(making.random.choice(alphabet) for _ in range(40))
    relative = _DURATION.fullmatch(str(making.inputs.get("endDateRelative") or ""))
    hours = _facts()["password_hours"]
    if relative and relative[0]:
        hours = sum(int(one or 0) / part for one, part in zip(relative.groups(), (1, 60, 3600), strict=True))
    return {"value": f"{made[:3]}8Q~{made[6:]}", "startDate": moment(), "endDate": moment(hours=hours)}


def _user(making: Making) -> dict[str, Any]:
    principal = str(making.inputs["userPrincipalName"])
    chosen = "".join(making.random.choice(string.ascii_letters + string.digits) for _ in range(24))
    return {"mail": principal, "mailNickname": principal.partition("@")[0], "password": f"{chosen}!7a"}


def _service_principal(making: Making) -> dict[str, Any]:
    """What the application publishes is read from the directory where the application is in it."""
    client = making.inputs["clientId"]
    found: dict[str, Any] = {"displayName": making.name, "servicePrincipalNames": [client]}
    for kind in ("application", "applicationRegistration"):
        for record in making.find(f"azuread:index/{kind}:{kind[0].upper()}{kind[1:]}"):
            known = plain(record.outputs)
            if known.get("clientId") == client:
                found |= {name: known[name] for name in _PUBLISHED if known.get(name) is not None}
                found["servicePrincipalNames"] = [client, *(known.get("identifierUris") or [])]
                found["description"] = known.get("description")
    tenant = making.instance.config.get("tenantId") or _facts()["client"]["tenantId"]
    return {**found, "applicationTenantId": tenant}
