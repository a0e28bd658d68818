"""Digital capture: event hubs for the records of forms, and schemas that validate them.

    DataCapture("capture", {"label": label, "location": "uksouth", "workload": "capture",
                            "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                            "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids,
                            "hubs": {"records": {}, "quarantine": {}}})

Records that fail validation go to a separate hub, so that none is lost. The schemas belong to the namespace's data
plane: they are generated from the data contracts and registered in the schema group.
"""

from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.data.capture.capture import CaptureHub, DataCapture, DataCaptureArgs

__all__ = ["CaptureHub", "DataCapture", "DataCaptureArgs", "EncryptionKey"]
