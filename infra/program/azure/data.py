"""The data landing zone: the lake, its data factory, query engine, catalogue, capture and analytics."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from bluelamp.core.contracts import Contract
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.data_roles import grant_read, grant_secrets, grant_write
from bluelamp.infra.program.azure.data_subnets import CONTAINER, HOST
from bluelamp.infra.program.azure.data_zone import DataZone
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.retention import retention
from bluelamp.infra.settings.data import ENGINE_FILE_SYSTEM
from bluelamp.infra.settings.data import SqlSource as SourceSettings
from bluelamp.modules import naming

if TYPE_CHECKING:
    from bluelamp.infra.settings.data import Data as DataSettings
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.landing_zone import LandingZone
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.data.capture import DataCapture
    from bluelamp.modules.data.lake import DataLake, SqlSource

LAKE: Final = "lake-account"
"""The resource that contracts name as the store."""

_HUBS: Final = ("records", "quarantine", "incidents")
"""Valid records of forms, invalid ones, and incidents as they happen."""

_DEFAULT_INSTANCE: Final = "MSSQLSERVER"


def data(
    context: Context,
    names: Names,
    zones: "dict[str, LandingZone]",
    vault: "KeyVault",
    logs: "LogAnalytics",
    assets: Sequence[Contract],
) -> "DataLake | None":
    """Creates the components of `azure.data` in the profile, and returns the lake; None without such settings."""
    wanted = context.azure.data
    if wanted is None or not context.has("dataLake"):
        return None
    keys = _keys(context, vault)
    zone = DataZone(context, names, zones[wanted.landing_zone], vault, logs, keys)
    lake = _lake(zone, wanted, assets)
    _factory(zone, wanted, lake)
    if wanted.engine == "synapse":
        _synapse(zone, lake)
    elif wanted.engine == "databricks":
        _databricks(zone, wanted, lake)
    if context.has("dataCatalogue"):
        _catalogue(zone, lake)
    capture = _capture(zone) if context.has("dataCapture") else None
    if capture is not None and context.has("dataAnalytics"):
        _analytics(zone, wanted, lake, capture)
    return lake


def _keys(context: Context, vault: "KeyVault") -> "CustomerManagedKeys | None":
    """Creates a key for each kind of store, in the platform's vault."""
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


def _lake(zone: DataZone, wanted: "DataSettings", assets: Sequence[Contract]) -> "DataLake":
    from bluelamp.modules.data.lake import DataLake, DataLakeArgs

    args = zone.args(
        DataLakeArgs,
        "lake",
        file_systems=[ENGINE_FILE_SYSTEM] if wanted.engine else None,
        landing_immutable_days=wanted.landing_immutable_days,
        retention=retention(assets, LAKE),
        key=zone.key("lake"),
        protect=wanted.protect or None,
    )
    return DataLake("lake", args, zone.opts)


def _factory(zone: DataZone, wanted: "DataSettings", lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import DataFactory, DataFactoryArgs

    args = zone.args(
        DataFactoryArgs,
        "lake",
        endpoints={
            "lake": {"id": lake.id, "group": "dfs"},
            "key-vault": {"id": zone.landing_zone.key_vault_id, "group": "vault"},
        },
        key_vault_uri=zone.landing_zone.key_vault_uri,
        sources=_sources(zone.context, wanted),
        key=zone.key("lake"),
    )
    factory = DataFactory("data-factory", args, zone.opts)
    grant_write(zone, lake, "factory", factory.principal_id, "landing", "curated")
    if wanted.sources:
        grant_secrets(zone, "factory", factory.principal_id)


def _sources(context: Context, wanted: "DataSettings") -> "dict[str, SqlSource]":
    """The sources by name; each is on a server on the force's own premises."""
    estate = context.force.on_premises
    return {each.name: _source(each, estate.domain) for each in wanted.sources} if estate else {}


def _source(wanted: SourceSettings, domain: str | None) -> "SqlSource":
    server = f"{wanted.machine}.{domain}"
    return {
        "server": server if wanted.instance == _DEFAULT_INSTANCE else f"{server}\\{wanted.instance}",
        "database": wanted.database,
        "user": wanted.user,
        "secret": wanted.secret,
    }


def _synapse(zone: DataZone, lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import SynapseKey, SynapseWorkspace, SynapseWorkspaceArgs

    key: SynapseKey | None = None
    if zone.keys is not None:
        key = {
            "key_uri": zone.keys.key_uris.apply(lambda uris: uris["lake"]),
            "identity_id": zone.keys.identity_ids.apply(lambda ids: ids["lake"]),
        }
    args = zone.args(
        SynapseWorkspaceArgs,
        "lake",
        tenant_id=zone.context.tenant_id,
        lake_id=lake.id,
        lake_endpoint=lake.endpoint,
        file_system=ENGINE_FILE_SYSTEM,
        key=key,
    )
    engine = SynapseWorkspace("synapse", args, zone.opts)
    grant_write(zone, lake, "synapse", engine.principal_id, "curated", "published", ENGINE_FILE_SYSTEM)


def _databricks(zone: DataZone, wanted: "DataSettings", lake: "DataLake") -> None:
    from bluelamp.modules.data.lake import DatabricksWorkspace, DatabricksWorkspaceArgs

    where = (zone.context.label, zone.context.location)
    args = zone.args(
        DatabricksWorkspaceArgs,
        "lake",
        subscription_id=zone.subscription_id,
        virtual_network_id=zone.landing_zone.virtual_network_id,
        host_subnet_name=naming.name("subnet", f"{wanted.landing_zone}-{HOST}", *where),
        container_subnet_name=naming.name("subnet", f"{wanted.landing_zone}-{CONTAINER}", *where),
    )
    engine = DatabricksWorkspace("databricks", args, zone.opts)
    grant_write(zone, lake, "databricks", engine.principal_id, "curated", "published", ENGINE_FILE_SYSTEM)


def _catalogue(zone: DataZone, lake: "DataLake") -> None:
    from bluelamp.modules.data.catalogue import DataCatalogue, DataCatalogueArgs

    catalogue = DataCatalogue("catalogue", zone.args(DataCatalogueArgs, "catalogue"), zone.opts)
    grant_read(zone, lake, "catalogue", catalogue.principal_id)


def _capture(zone: DataZone) -> "DataCapture":
    from bluelamp.modules.data.capture import DataCapture, DataCaptureArgs

    args = zone.args(DataCaptureArgs, "capture", hubs={hub: {} for hub in _HUBS}, key=zone.key("events"))
    return DataCapture("capture", args, zone.opts)


def _analytics(zone: DataZone, wanted: "DataSettings", lake: "DataLake", capture: "DataCapture") -> None:
    from bluelamp.modules.data.analytics import DataAnalytics, DataAnalyticsArgs

    args = zone.args(
        DataAnalyticsArgs,
        "analytics",
        key_vault_id=zone.landing_zone.key_vault_id,
        lake_id=lake.id,
        event_hubs_id=capture.id,
        streaming_units=wanted.streaming_units,
        key=zone.key("analytics"),
    )
    DataAnalytics("analytics", args, zone.opts)
