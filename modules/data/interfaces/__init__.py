"""API Management, with which partners and the public read the data that the access policy allows.

    DataInterfaces("interfaces", {"label": label, "location": "uksouth", "workload": "data", "contact": owner_email,
                                  "resource_group_name": group.name, "subnet_id": subnet, "workspace_id": logs.id})

The gateway is public and reaches the lake through `subnet_id`, which is delegated to
`Microsoft.Web/serverFarms`. It contains no APIs itself: products and APIs come from `modules/data/access`.
"""

from bluelamp.modules.data.interfaces.interfaces import DataInterfaces, DataInterfacesArgs

__all__ = ["DataInterfaces", "DataInterfacesArgs"]
