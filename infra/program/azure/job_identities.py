"""The identities of tenants' jobs in the data lake, each with roles on the file systems in its settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.data_roles import OWNER, READER, WRITER
from bluelamp.infra.program.azure.data_subnets import endpoints_range
from bluelamp.infra.program.outputs import one_of
from bluelamp.infra.program.workload_access import ClusterAccess, LakeAccess
from bluelamp.infra.settings.on_premises import Tenant
from bluelamp.infra.settings.workloads import Job, JobLake

if TYPE_CHECKING:
    from bluelamp.infra.program.azure.context import Context
    from bluelamp.modules.azure.workload_identity import RoleGrant, WorkloadIdentity
    from bluelamp.modules.data.lake import DataLake


def job_identities(
    context: "Context", lake: "DataLake | None", clusters: Mapping[str, ClusterAccess]
) -> dict[tuple[str, str], LakeAccess]:
    """The access of each job with `lake` in its settings, by tenant and job."""
    estate = context.force.on_premises
    if estate is None or lake is None or context.azure.data is None:
        return {}
    name = context.azure.data.landing_zone
    (cidr,) = (endpoints_range(zone) for zone in context.azure.landing_zones if zone.name == name)
    found: dict[tuple[str, str], LakeAccess] = {}
    for tenant in estate.tenants:
        cluster = estate.cluster(tenant.cluster).name
        for job in tenant.jobs:
            if job.lake is None or cluster not in clusters:  # without an issuer the job cannot sign in
                continue
            identity = _identity(
                context, cluster, clusters[cluster], tenant, job, grants(lake.file_system_ids, job.lake)
            )
            found[tenant.name, job.name] = LakeAccess(
                context.tenant_id, identity.client_id, lake.endpoint, cidr, access_policy=job.lake.access_policy
            )
    return found


def _identity(
    context: "Context", cluster: str, access: ClusterAccess, tenant: Tenant, job: Job, roles: "dict[str, RoleGrant]"
) -> "WorkloadIdentity":
    from bluelamp.modules.azure.workload_identity import WorkloadIdentity

    subject = f"system:serviceaccount:{tenant.name}:{job.name}"
    return WorkloadIdentity(
        f"job-{cluster}-{tenant.name}-{job.name}-identity",
        {
            "label": context.label,
            "location": context.location,
            "workload": f"job-{tenant.name}-{job.name}",
            "resource_group_name": context.group("clusters").name,
            "credentials": {"cluster": {"issuer": access.issuer, "subject": subject}},
            "roles": roles,
        },
        context.at("clusters"),
    )


def grants(file_system_ids: pulumi.Output[dict[str, str]], wanted: JobLake) -> "dict[str, RoleGrant]":
    """A role on each file system, by a short name such as `read-curated`; a higher role includes the lower one."""
    from bluelamp.modules.azure.workload_identity import RoleGrant

    roles = dict.fromkeys(wanted.read, ("read", READER)) | dict.fromkeys(wanted.write, ("write", WRITER))
    roles |= dict.fromkeys(wanted.own, ("own", OWNER))
    return {
        f"{verb}-{each}": RoleGrant(
            role_definition_id=role,
            scope=one_of(file_system_ids, each),
        )
        for each, (verb, role) in roles.items()
    }
