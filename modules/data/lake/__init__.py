"""The lake: storage for what a force knows, what fetches data into it, and what queries it.

    lake = DataLake("lake", {"label": label, "location": "uksouth", "workload": "lake",
                             "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                             "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids,
                             "retention": {"landing": 730, "published/single-view": 2190}})

Data lands in `landing`, where it can be neither changed nor deleted for some days, is prepared in `curated`, and is
read from `published`. Immutability is a policy of the container: a hierarchical namespace takes none on versions, and
keeps no versions. Nothing answers but private endpoints, and there is no shared key.

`DataFactory` fetches: a self-hosted integration runtime beside the force's own systems, and a managed network with
private endpoints to the lake. Its pipelines belong to those who know the data, and are not made here; nor is the
runtime's program, which is installed on a machine with a key that the factory gives. `SynapseWorkspace` or
`DatabricksWorkspace` queries. What is inside a workspace is its data plane's.
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
