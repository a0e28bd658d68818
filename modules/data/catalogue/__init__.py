"""The data catalogue: a Microsoft Purview account with a force's data assets, their locations and owners.

    DataCatalogue("catalogue", {"label": label, "location": "uksouth", "workload": "catalogue",
                                "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                "subnet_id": spoke.private_endpoints_subnet_id, "private_zone_ids": zones.zone_ids})

Collections, sources, scans and the glossary belong to the account's data plane and are not created here: their source
is the register in `stacks/<force>/assets/`. Scans use the account's managed network. Create the private
endpoints of its ingestion storage, which Azure creates with the account, in the portal.
"""

from bluelamp.modules.data.catalogue.catalogue import DataCatalogue, DataCatalogueArgs

__all__ = ["DataCatalogue", "DataCatalogueArgs"]
