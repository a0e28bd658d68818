"""The data landing zone: the lake, what fetches into it, what queries it, and what is captured and found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bluelamp.core.contracts import Contract
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.data_network import CONTAINER, HOST
from bluelamp.infra.program.azure.data_place import Place
from bluelamp.infra.program.azure.data_roles import opens_secrets, reads, writes
from bluelamp.infra.program.azure.retention import retention
from bluelamp.infra.settings.data import ENGINE_FILE_SYSTEM
from bluelamp.infra.settings.data import SqlSource as SourceSettings
from bluelamp.modules import naming

if TYPE_CHECKING:
    from bluelamp.infra.program.azure.network import Network
    from bluelamp.infra.settings.data import Data as DataSettings
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.landing_zone import LandingZone
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.data.capture import DataCapture
    from bluelamp.modules.data.lake import DataLake, SqlSource

LAKE: Final = "lake-account"
"""The resource that contracts name as what holds their data."""

_HUBS: Final = ("records", "quarantine", "incidents")
"""Valid records of forms, invalid ones, and incidents as they happen."""

_DEFAULT_INSTANCE: Final = "MSSQLSERVER"


@dataclass(frozen=True)
class Data:
    """What of the data landing zone others build on."""

    place: Place
    lake: "DataLake"


def data(
    context: Context,
    network: "Network",
    zones: "dict[str, LandingZone]",
    vault: "KeyVault",
    logs: "LogAnalytics",
    assets: Sequence[Contract],
) -> Data | None:
    """Everything that the profile has of `azure.data`; None without such settings."""
    wanted = context.azure.data
    if wanted is None or not context.has("dataLake"):
        return None
    place = Place(context, network, zones[wanted.landing_zone], vault, logs, _keys(context, vault))
    lake = _lake(place, wanted, assets)
    _factory(place, wanted, lake)
    if wanted.engine == "synapse":
        _synapse(place, lake)
    elif wanted.engine == "databricks":
        _databricks(place, wanted, lake)
    if context.has("dataCatalogue"):
        _catalogue(place, lake)
    capture = _capture(place) if context.has("dataCapture") else None
    if capture is not None and context.has("dataAnalytics"):
        _analytics(place, wanted, lake, capture)
    return Data(place, lake)


def _keys(context: Context, vault: "KeyVault") -> "CustomerManagedKeys | None":
    """A key for each kind of store, in the platform's vault."""
    if not context.has("customerManagedKeys"):
        return None
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys

    uses = ["lake"]
    uses += ["events"] if context.has("dataCapture") else []
    uses += ["analytics"] if context.has("dataAnalytics") else []
    return CustomerManagedKeys(
        "data-keys",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("security").name,
            "workload": "data",
            "vault_name": vault.name,
            "vault_id": vault.id,
            "uses": uses,
            "hardware": context.azure.key_vault.sku == "premium",
        },
        context.at("security"),
    )


def _lake(place: Place, wanted: "DataSettings", assets: Sequence[Contract]) -> "DataLake":
    from bluelamp.modules.data.lake import DataLake, DataLakeArgs

    args = place.args(
        DataLakeArgs,
        "lake",
        file_systems=[ENGINE_FILE_SYSTEM] if wanted.engine else None,
        landing_immutable_days=wanted.landing_immutable_days,
        retention=retention(assets, LAKE),
        key=place.key("lake"),
        protect=wanted.protect or None,
    )
    return DataLake("lake", args, place.opts)


def _factory(place: Place, wanted: "DataSettings", lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import DataFactory, DataFactoryArgs

    args = place.args(
        DataFactoryArgs,
        "lake",
        endpoints={
            "lake": {"id": lake.id, "group": "dfs"},
            "key-vault": {"id": place.zone.key_vault_id, "group": "vault"},
        },
        key_vault_uri=place.zone.key_vault_uri,
        sources={each.name: _source(place.context, each) for each in wanted.sources},
        key=place.key("lake"),
    )
    factory = DataFactory("data-factory", args, place.opts)
    writes(place, lake, "factory", factory.principal_id, "landing", "curated")
    if wanted.sources:
        opens_secrets(place, "factory", factory.principal_id)


def _source(context: Context, wanted: SourceSettings) -> "SqlSource":
    estate = context.force.on_premises
    assert estate is not None
    server = f"{wanted.machine}.{estate.domain}"
    return {
        "server": server if wanted.instance == _DEFAULT_INSTANCE else f"{server}\\{wanted.instance}",
        "database": wanted.database,
        "user": wanted.user,
        "secret": wanted.secret,
    }


def _synapse(place: Place, lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import SynapseKey, SynapseWorkspace, SynapseWorkspaceArgs

    key: SynapseKey | None = None
    if place.keys is not None:
        key = {
            "key_uri": place.keys.key_uris.apply(lambda uris: uris["lake"]),
            "identity_id": place.keys.identity_ids.apply(lambda ids: ids["lake"]),
        }
    args = place.args(
        SynapseWorkspaceArgs,
        "lake",
        tenant_id=place.context.tenant_id,
        lake_id=lake.id,
        lake_endpoint=lake.endpoint,
        file_system=ENGINE_FILE_SYSTEM,
        key=key,
    )
    engine = SynapseWorkspace("synapse", args, place.opts)
    writes(place, lake, "synapse", engine.principal_id, "curated", "published", ENGINE_FILE_SYSTEM)


def _databricks(place: Place, wanted: "DataSettings", lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import DatabricksWorkspace, DatabricksWorkspaceArgs

    where = (place.context.label, place.context.location)
    args = place.args(
        DatabricksWorkspaceArgs,
        "lake",
        subscription_id=place.subscription_id,
        virtual_network_id=place.zone.virtual_network_id,
        host_subnet_name=naming.name("subnet", f"{wanted.landing_zone}-{HOST}", *where),
        container_subnet_name=naming.name("subnet", f"{wanted.landing_zone}-{CONTAINER}", *where),
    )
    engine = DatabricksWorkspace("databricks", args, place.opts)
    writes(place, lake, "databricks", engine.principal_id, "curated", "published", ENGINE_FILE_SYSTEM)


def _catalogue(place: Place, lake: "DataLake") -> None:
    from bluelamp.modules.data.catalogue import DataCatalogue, DataCatalogueArgs

    made = DataCatalogue("catalogue", place.args(DataCatalogueArgs, "catalogue"), place.opts)
    reads(place, lake, "catalogue", made.principal_id)


def _capture(place: Place) -> "DataCapture":
    from bluelamp.modules.data.capture import DataCapture, DataCaptureArgs

    args = place.args(DataCaptureArgs, "capture", hubs={hub: {} for hub in _HUBS}, key=place.key("events"))
    return DataCapture("capture", args, place.opts)


def _analytics(place: Place, wanted: "DataSettings", lake: "DataLake", capture: "DataCapture") -> None:
    from bluelamp.modules.data.analytics import DataAnalytics, DataAnalyticsArgs

    args = place.args(
        DataAnalyticsArgs,
        "analytics",
        key_vault_id=place.zone.key_vault_id,
        lake_id=lake.id,
        event_hubs_id=capture.id,
        streaming_units=wanted.streaming_units,
        key=place.key("analytics"),
    )
    DataAnalytics("analytics", args, place.opts)
