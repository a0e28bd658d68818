"""Digital capture: where forms send their records, and the schemas that say which records are valid.

    DataCapture("capture", {"label": label, "location": "uksouth", "workload": "capture",
                            "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                            "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids,
                            "hubs": {"records": {}, "quarantine": {}}})

A record that its schema does not accept goes to a hub of its own, so that none is lost. The schemas themselves are the
namespace's data plane: they are generated from the data contracts and registered in the group that is made here.
"""

from bluelamp.modules.azure.storage_encryption import EncryptionKey
from bluelamp.modules.data.capture.capture import CaptureHub, DataCapture, DataCaptureArgs

__all__ = ["CaptureHub", "DataCapture", "DataCaptureArgs", "EncryptionKey"]
