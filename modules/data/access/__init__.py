"""Access to data: the resources that a force's access policy compiles to.

    DataAccess("data-access", {"label": label, "policy": policy, "day": "2026-04-01", "tenant_id": tenant,
                               "lake": {"name": lake.name, "file_system_ids": lake.file_system_ids}})

The policy is `stacks/<force>/access.yaml`. Staff request an access package in Entra ID, are subject to conditional
access, and read from the lake with a conditional role assignment, or use an application. Partners and the public
call an API in API Management. ACLs of the lake are not ARM resources: `bluelamp access FORCE --export DIR`
writes them for a job to apply.
"""

from bluelamp.modules.data.access.data_access import AccessGateway, AccessLake, DataAccess, DataAccessArgs

__all__ = ["AccessGateway", "AccessLake", "DataAccess", "DataAccessArgs"]
