"""The roles of the data landing zone's services on the lake and the key vault; people's are in `access.py`."""

from typing import TYPE_CHECKING, Final

import pulumi

from bluelamp.infra.program.azure.data_zone import DataZone
from bluelamp.infra.program.outputs import one_of
from bluelamp.modules.azure.built_in_roles import role_definition_id
from bluelamp.modules.azure.grants import grant

if TYPE_CHECKING:
    from bluelamp.modules.data.lake import DataLake

WRITER: Final = role_definition_id("Storage Blob Data Contributor")
READER: Final = role_definition_id("Storage Blob Data Reader")
OWNER: Final = role_definition_id("Storage Blob Data Owner")
_SECRETS: Final = role_definition_id("Key Vault Secrets User")


def grant_write(
    zone: DataZone, lake: "DataLake", service: str, principal_id: pulumi.Input[str], *file_systems: str
) -> None:
    """Lets `service` write to these file systems of the lake only."""
    for each in file_systems:
        _grant(zone, f"{service}-writes-{each}", one_of(lake.file_system_ids, each), WRITER, principal_id)


def grant_read(zone: DataZone, lake: "DataLake", service: str, principal_id: pulumi.Input[str]) -> None:
    """Lets `service` read the whole lake."""
    _grant(zone, f"{service}-reads-lake", lake.id, READER, principal_id)


def grant_secrets(zone: DataZone, service: str, principal_id: pulumi.Input[str]) -> None:
    """Lets `service` read the secrets in the landing zone's key vault."""
    _grant(zone, f"{service}-opens-secrets", zone.landing_zone.key_vault_id, _SECRETS, principal_id)


def _grant(zone: DataZone, logical: str, scope: pulumi.Input[str], role: str, principal_id: pulumi.Input[str]) -> None:
    own = zone.landing_zone.provider
    grant(
        f"data-{logical}",
        zone.context.label,
        scope=scope,
        role=role,
        principal_id=principal_id,
        opts=pulumi.ResourceOptions(parent=zone.landing_zone, provider=own),
    )
