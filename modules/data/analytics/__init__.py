"""Analytics: where patterns are looked for, in what has been recorded and in what is happening.

    DataAnalytics("analytics", {"label": label, "location": "uksouth", "workload": "analytics",
                                "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                "key_vault_id": vault.id, "lake_id": lake.id, "event_hubs_id": capture.id,
                                "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids})

The machine learning workspace runs in a network that Azure manages for it, which reaches the lake by a private endpoint
and nothing else that is not approved. The Stream Analytics cluster reaches the event hubs and the lake by private
endpoints of its own; each waits for approval at the service. The cluster costs the same whether it is used or not.
Models, endpoints and streaming jobs are not made here, and there is no registry for images: the workspace runs what
Microsoft's curated environments offer until it is given one.
"""

from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.data.analytics.analytics import DataAnalytics, DataAnalyticsArgs

__all__ = ["DataAnalytics", "DataAnalyticsArgs", "EncryptionKey"]
