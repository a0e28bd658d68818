"""The catalogue: a Microsoft Purview account, in which a force finds what data it holds, where, and whose it is.

    DataCatalogue("catalogue", {"label": label, "location": "uksouth", "workload": "catalogue",
                                "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids})

Collections, sources, scans and the glossary are the account's data plane, and are not made here: the register in
`stacks/<force>/assets/` is where they come from. Scans read over the account's own managed network; the private
endpoints of its ingestion storage, which Azure names only after the account exists, are made in the portal.
"""

from bluelamp.modules.data.catalogue.catalogue import DataCatalogue, DataCatalogueArgs

__all__ = ["DataCatalogue", "DataCatalogueArgs"]
