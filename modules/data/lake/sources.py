"""SQL Server on the force's premises as a source: where it is, and which secret opens it."""

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import pulumi

from bluelamp.modules.azure.untyped import untyped
from bluelamp.modules.component import Component

_VAULT: Final = "key-vault"


class SqlSource(TypedDict):
    """A database of a SQL Server, such as one that Azure sees by Arc (`modules/hybrid/arc_sql`)."""

    server: str
    """Its name in the force's own DNS, with the instance where it is not the default one."""
    database: str
    """The database."""
    user: str
    """The login, which may read and nothing else."""
    secret: str
    """The name of the secret in the key vault that has the login's password."""


def problems(sources: Mapping[str, SqlSource], has_vault: bool) -> list[str]:
    """Problems with the sources together."""
    found = [f"sources.{name} has the name of the key vault's link" for name in sources if name == _VAULT]
    if sources and not has_vault:
        found.append("key_vault_uri is required: the passwords of sources are in a vault")
    return found


def linked_services(
    owner: Component,
    name: str,
    here: Mapping[str, pulumi.Input[str]],
    sources: Mapping[str, SqlSource],
    vault_uri: pulumi.Input[str],
    runtime: str,
    waits_for: pulumi.Resource,
) -> None:
    """The vault, and each source by `runtime`, as linked services of the factory that `here` names."""
    vault = _service(owner, name, here, _VAULT, {"type": "AzureKeyVault", "baseUrl": vault_uri}, waits_for)
    for short, source in sources.items():
        password = {
            "type": "AzureKeyVaultSecret",
            "secretName": source["secret"],
            "store": {"referenceName": _VAULT, "type": "LinkedServiceReference"},
        }
        properties = {
            "type": "SqlServer",
            "connectVia": {"referenceName": runtime, "type": "IntegrationRuntimeReference"},
            "server": source["server"],
            "database": source["database"],
            "encrypt": "mandatory",
            "trustServerCertificate": False,
            "authenticationType": "SQL",
            "userName": source["user"],
            "password": password,
        }
        _service(owner, name, here, short, properties, vault)


def _service(
    owner: Component,
    name: str,
    here: Mapping[str, pulumi.Input[str]],
    service: str,
    properties: Mapping[str, Any],
    waits_for: pulumi.Resource,
) -> pulumi.CustomResource:
    return untyped(
        "datafactory:LinkedService",
        f"{name}-source-{service}",
        {**here, "linkedServiceName": service, "properties": dict(properties)},
        owner.child(depends_on=[waits_for]),
    )
