"""On-premises SQL Server as a data source: its location and the secret with its password."""

from collections.abc import Mapping
from typing import Any, Final, TypedDict

import pulumi

from bluelamp.modules.azure.untyped import untyped
from bluelamp.modules.component import Component

_VAULT: Final = "key-vault"


class SqlSource(TypedDict):
    """A SQL Server database, such as an Arc-enabled one (`modules/hybrid/arc_sql`)."""

    server: str
    """The server's DNS name, with the instance unless it is the default one."""
    database: str
    """The database's name."""
    user: str
    """The login, with read access only."""
    secret: str
    """The name of the key vault secret with the login's password."""


def problems(sources: Mapping[str, SqlSource], has_vault: bool) -> list[str]:
    """The problems with the sources."""
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
    """Linked services for the vault and for each source, which uses `runtime`, in the factory given by `here`."""
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
