"""The data lake: storage, ingestion and query engines.

    lake = DataLake("lake", {"label": label, "location": "uksouth", "workload": "lake",
                             "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                             "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids,
                             "retention": {"landing": 730, "published/single-view": 2190}})

Data is ingested into `landing`, which is immutable for a period, prepared in `curated`, and read from `published`.
Immutability is a container policy: with a hierarchical namespace, Azure supports neither version-level immutability
nor versioning. Access is through private endpoints only, without shared keys.

`DataFactory` ingests data with a self-hosted integration runtime beside the force's systems, and a managed network with
private endpoints to the lake. Data engineers create its pipelines, outside this module. They also install the
integration runtime on a machine, with a key from the factory. `SynapseWorkspace` or `DatabricksWorkspace` runs
queries. The module does not manage the content of workspaces.
"""

from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.data.lake.databricks import DatabricksWorkspace, DatabricksWorkspaceArgs
from bluelamp.modules.data.lake.factory import DataFactory, DataFactoryArgs, ManagedEndpoint
from bluelamp.modules.data.lake.lake import DataLake, DataLakeArgs
from bluelamp.modules.data.lake.sources import SqlSource
from bluelamp.modules.data.lake.synapse import SynapseKey, SynapseWorkspace, SynapseWorkspaceArgs

__all__ = [
    "DataFactory",
    "DataFactoryArgs",
    "DataLake",
    "DataLakeArgs",
    "DatabricksWorkspace",
    "DatabricksWorkspaceArgs",
    "EncryptionKey",
    "ManagedEndpoint",
    "SqlSource",
    "SynapseKey",
    "SynapseWorkspace",
    "SynapseWorkspaceArgs",
]
