"""The `azuread` package: object ids, client ids, role ids and passwords."""

import re
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.behaviour import Creation, Find, Package
from bluelamp.rehearsal.sdk.sample_values import moment
from bluelamp.rehearsal.values import Secret, plain

_PASSWORDS = ("ApplicationPassword", "ServicePrincipalPassword")
_PUBLISHED = ("appRoleIds", "appRoles", "displayName", "oauth2PermissionScopeIds", "signInAudience")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


class Rehearsed(Package):
    """The package's resources and functions."""

    coerces = True

    @override
    def computed(self, creation: Creation) -> dict[str, Any]:
        own: dict[str, Any] = {
            name: creation.uuid()
            for name in ("objectId", "clientId", "keyId")
            if name in creation.resource.outputs.properties
        }
        own |= _facts()["values"].get(creation.kind, {})
        if creation.kind in _PASSWORDS:
            own |= _password(creation)
        if creation.kind == "User":
            own |= _user(creation)
        if creation.kind == "ServicePrincipal":
            own |= _service_principal(creation)
        if creation.kind == "Application" and isinstance(creation.inputs.get("password"), Mapping):
            own["password"] = {**creation.inputs["password"], "keyId": creation.uuid(), **_password(creation)}
            own["password"]["value"] = Secret(own["password"]["value"])
        return own | self.updated(creation, {})

    @override
    def updated(self, creation: Creation, outputs: Mapping[str, Any]) -> dict[str, Any]:
        if creation.kind != "Application":
            return {}
        scopes = (creation.inputs.get("api") or {}).get("oauth2PermissionScopes") or []
        return {
            "appRoleIds": _by_value(creation.inputs.get("appRoles") or []),
            "oauth2PermissionScopeIds": _by_value(scopes),
        }

    @override
    def identity(self, creation: Creation, outputs: Mapping[str, Any]) -> str:
        begins = _facts()["ids"].get(creation.kind)
        if begins:
            return f"/{begins}/{outputs['objectId']}"
        parent = creation.inputs.get("applicationId") or creation.inputs.get("servicePrincipalId")
        if creation.kind in _PASSWORDS and isinstance(parent, str):
            return f"{parent.rpartition('/')[2]}/password/{outputs['keyId']}"
        return creation.uuid()

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


def _password(creation: Creation) -> dict[str, Any]:
    """A client secret in Microsoft Entra's format: 40 characters with `8Q~` from the fourth."""
    alphabet = f"{string.ascii_letters}{string.digits}_.-"
    characters = "".join(creation.random.choice(alphabet) for _ in range(40))
    relative = _DURATION.fullmatch(str(creation.inputs.get("endDateRelative") or ""))
    hours = _facts()["password_hours"]
    if relative and relative[0]:
        hours = sum(int(one or 0) / part for one, part in zip(relative.groups(), (1, 60, 3600), strict=True))
    return {"value": f"{characters[:3]}8Q~{characters[6:]}", "startDate": moment(), "endDate": moment(hours=hours)}


def _user(creation: Creation) -> dict[str, Any]:
    principal = str(creation.inputs["userPrincipalName"])
    chosen = "".join(creation.random.choice(string.ascii_letters + string.digits) for _ in range(24))
    return {"mail": principal, "mailNickname": principal.partition("@")[0], "password": f"{chosen}!7a"}


def _service_principal(creation: Creation) -> dict[str, Any]:
    """Outputs of a service principal, with what its application publishes if that is stored."""
    client = creation.inputs["clientId"]
    found: dict[str, Any] = {"displayName": creation.name, "servicePrincipalNames": [client]}
    for kind in ("application", "applicationRegistration"):
        for record in creation.find(f"azuread:index/{kind}:{kind[0].upper()}{kind[1:]}"):
            known = plain(record.outputs)
            if known.get("clientId") == client:
                found |= {name: known[name] for name in _PUBLISHED if known.get(name) is not None}
                found["servicePrincipalNames"] = [client, *(known.get("identifierUris") or [])]
                found["description"] = known.get("description")
    tenant = creation.instance.config.get("tenantId") or _facts()["client"]["tenantId"]
    return {**found, "applicationTenantId": tenant}
