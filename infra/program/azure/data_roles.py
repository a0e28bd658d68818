"""What the services of the data landing zone may do to the lake; who of the force may is not said here."""

from typing import TYPE_CHECKING, Final

import pulumi

from bluelamp.infra.program.azure.data_place import Place
from bluelamp.modules.azure.grants import grant

if TYPE_CHECKING:
    from bluelamp.modules.data.lake import DataLake

WRITER: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"  # Storage Blob Data Contributor
READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"  # Storage Blob Data Reader
OWNER: Final = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"  # Storage Blob Data Owner
_SECRETS: Final = "4633458b-17de-408a-b874-0445c86b69e6"  # Key Vault Secrets User


def writes(place: Place, lake: "DataLake", service: str, principal_id: pulumi.Input[str], *file_systems: str) -> None:
    """Lets `service` write to some of the lake's file systems, and to no other."""
    for each in file_systems:
        scope = lake.file_system_ids.apply(lambda ids, each=each: ids[each])  # type: ignore[misc]
        _grant(place, f"{service}-writes-{each}", scope, WRITER, principal_id)


def reads(place: Place, lake: "DataLake", service: str, principal_id: pulumi.Input[str]) -> None:
    """Lets `service` read the whole lake."""
    _grant(place, f"{service}-reads-lake", lake.id, READER, principal_id)


def opens_secrets(place: Place, service: str, principal_id: pulumi.Input[str]) -> None:
    """Lets `service` read the secrets in the landing zone's key vault."""
    _grant(place, f"{service}-opens-secrets", place.zone.key_vault_id, _SECRETS, principal_id)


def _grant(place: Place, logical: str, scope: pulumi.Input[str], role: str, principal_id: pulumi.Input[str]) -> None:
    own = place.zone.provider
    grant(
        f"data-{logical}",
        place.context.label,
        scope=scope,
        role=role,
        principal_id=principal_id,
        opts=pulumi.ResourceOptions(parent=place.zone, provider=own),
    )
