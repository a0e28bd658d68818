"""Access to data: what a force's policy of access compiles to.

    DataAccess("data-access", {"label": label, "policy": policy, "day": "2026-04-01", "tenant_id": tenant,
                               "lake": {"name": lake.name, "file_system_ids": lake.file_system_ids}})

The policy is `stacks/<force>/access.yaml`. Staff ask for an access package in Entra ID, are bound by conditional
access, and read from the lake by a role assignment with a condition, or use an application. Partners and the public
call an interface of API Management. ACLs of the lake have no resource in ARM: `bluelamp access FORCE --export DIR`
writes them for a job.
"""

from bluelamp.modules.data.access.data_access import AccessGateway, AccessLake, DataAccess, DataAccessArgs

__all__ = ["AccessGateway", "AccessLake", "DataAccess", "DataAccessArgs"]
