"""Creates the components of a force from its settings."""

import json
from collections.abc import Sequence

import pulumi

from bluelamp.core.access import AccessPolicy
from bluelamp.core.contracts import Contract
from bluelamp.core.roadmap import Roadmap
from bluelamp.infra.program.waiting import wait_once
from bluelamp.infra.program.workload_access import ClusterAccess, LakeAccess
from bluelamp.infra.settings.model import Force
from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.modules.naming import Label


def build(
    force: Force,
    assets: Sequence[Contract] = (),
    policy: AccessPolicy | None = None,
    roadmap: Roadmap | None = None,
) -> None:
    """Creates the landing zones of `force` and exports the stack's outputs.

    The contracts in `assets` determine the retention of the data lake, and `policy` the access to it. `roadmap` has the
    landing zones with another milestone and those that are tactical spend. Only the SDKs of the force's halves are
    loaded. Must run inside a Pulumi program.
    """
    wait_once()
    pulumi.export("force", force.entry.force)
    label = label_of(force)
    clusters: dict[str, ClusterAccess] = {}
    jobs: dict[tuple[str, str], LakeAccess] = {}
    if force.azure:
        from bluelamp.infra.program.azure.landing_zone import azure_landing_zone

        if force.version_aliases == "drop":
            pulumi.runtime.register_stack_transformation(drop_version_aliases)
        azure = azure_landing_zone(force, force.azure, label, assets, policy, roadmap)
        clusters, jobs = azure.clusters, azure.jobs
        for key, value in azure.exports.items():
            pulumi.export(key, value)
    if force.on_premises:
        from bluelamp.infra.program.on_premises.estate import on_premises_estate

        namespaces = on_premises_estate(force, force.on_premises, label, clusters, jobs, _documents(policy))
        pulumi.export("tenantNamespaces", namespaces)


def _documents(policy: AccessPolicy | None) -> dict[str, str]:
    """The documents of the access policy for jobs, as written by `bluelamp access --export`, by file name."""
    if policy is None:
        return {}
    from bluelamp.core.access.targets import acls, views

    documents = {"lake-acls.json": acls(policy), "views.json": views(policy)}
    return {name: json.dumps(document, indent=1) + "\n" for name, document in documents.items()}


def label_of(force: Force) -> Label:
    """The label of the force's estate, for all names and tags."""
    return Label(
        force=force.entry.force,
        code=force.code,
        environment=force.environment,
        cost_centre=force.cost_centre,
        business_owner=force.owner.role,
        classification=force.classification.marking,
        roadmap_milestone=force.roadmap_milestone,
        spend_type="strategic",
        tags={"owner-contact": force.owner.email},
    )
