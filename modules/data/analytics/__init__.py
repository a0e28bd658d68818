"""Analytics: machine learning on stored data and analysis of event streams.

    DataAnalytics("analytics", {"label": label, "location": "uksouth", "workload": "analytics",
                                "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                "key_vault_id": vault.id, "lake_id": lake.id, "event_hubs_id": capture.id,
                                "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids})

The machine learning workspace has a managed network, with a private endpoint to the lake and approved outbound
connections only. The Stream Analytics cluster has private endpoints to the event hubs and the lake, each of which must
be approved at the service. The cluster has a fixed charge, used or not.
The module creates no models, endpoints, streaming jobs or container registry: the workspace uses
Microsoft's curated environments until a registry is attached.
"""

from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.data.analytics.analytics import DataAnalytics, DataAnalyticsArgs

__all__ = ["DataAnalytics", "DataAnalyticsArgs", "EncryptionKey"]
