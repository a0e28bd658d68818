"""API Management, by which partners and the public read what the policy of access gives them.

    DataInterfaces("interfaces", {"label": label, "location": "uksouth", "workload": "data", "contact": owner_email,
                                  "resource_group_name": group.name, "subnet_id": subnet, "workspace_id": logs.id})

The gateway answers on the Internet and reaches the lake through `subnet_id`, which is given over to
`Microsoft.Web/serverFarms`. It offers nothing by itself: products and interfaces come from `modules/data/access`.
"""

from bluelamp.modules.data.interfaces.interfaces import DataInterfaces, DataInterfacesArgs

__all__ = ["DataInterfaces", "DataInterfacesArgs"]
