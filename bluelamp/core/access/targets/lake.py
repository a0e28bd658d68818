"""The data lake: a role assignment for each asset of a rule, at the file system, with a condition.

The role allows reading blobs; the condition (attribute-based access control) limits it to the folder of one view and to
requests through a private endpoint. ACLs grant no access: a role that allows reading takes precedence over them, and
they cannot check the network. `acls` is what a job sets, because ARM has no resource for ACLs.
"""

from collections.abc import Iterator
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from bluelamp.core.access import FULL, OPEN, AccessPolicy
from bluelamp.core.access.targets.entra import group_of
from bluelamp.core.access.targets.wanted import GATEWAY_IDENTITY, Compiling, Wanted

READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
"""Storage Blob Data Reader."""
_BLOBS: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


def lake(compiling: Compiling) -> Iterator[Wanted]:
    """The role assignments of staff, and of the interface for partners and the public."""
    for rule, _, assets in compiling.open("staff"):
        for asset in assets:
            if compiling.policy.assets[asset].lake is not None:
                yield _assignment(
                    compiling,
                    asset,
                    rule.mask or FULL,
                    f"{rule.id}-{asset}-reader",
                    f"${{{group_of(rule)}.objectId}}",
                    "Group",
                )
    served = {(asset, rule.mask or FULL) for rule, _, assets in compiling.open("partner") for asset in assets} | {
        (asset, OPEN) for _, _, assets in compiling.open("public") for asset in assets
    }
    for asset, view in sorted(served):
        yield _assignment(
            compiling, asset, view, f"interface-{asset}-{view}-reader", GATEWAY_IDENTITY, "ServicePrincipal"
        )


def folder(policy: AccessPolicy, asset: str, view: str) -> tuple[str, str]:
    """The file system, and the folder in it, of one view of an asset in the lake."""
    place = policy.assets[asset].lake
    assert place is not None
    return place.container, f"{place.path}/{view}"


def condition(path: str) -> str:
    """The condition of a role: listing or reading below one folder, through a private endpoint."""
    read = f"ActionMatches{{'{_BLOBS}/read'}}"
    private = "@Environment[isPrivateLink] BoolEquals true"
    return (
        f"((!({read} AND NOT SubOperationMatches{{'Blob.List'}}))"
        f" OR (@Resource[{_BLOBS}:path] StringStartsWith '{path}/' AND {private}))"
        f" AND ((!({read} AND SubOperationMatches{{'Blob.List'}}))"
        f" OR (@Request[{_BLOBS}:prefix] StringStartsWith '{path}/' AND {private}))"
    )


def acls(policy: AccessPolicy) -> dict[str, Any]:
    """The ACLs of the folders of all assets in the lake, in the format of `az storage fs access set-recursive`.

    Only the owner, the identity that writes the data, has an entry.
    """
    closed = "user::rwx,group::---,other::---,mask::---"
    default = ",".join(f"default:{entry}" for entry in closed.split(","))
    places = sorted({(each.lake.container, each.lake.path) for each in policy.assets.values() if each.lake})
    return {
        "acls": [{"fileSystem": container, "path": path, "acl": f"{closed},{default}"} for container, path in places]
    }


def _assignment(compiling: Compiling, asset: str, view: str, name: str, principal: str, kind: str) -> Wanted:
    container, path = folder(compiling.policy, asset, view)
    return Wanted(
        "azure-native:authorization:RoleAssignment",
        name,
        {
            # A GUID derived from the owner and the name, so that a second run changes nothing.
            "roleAssignmentName": str(
                uuid5(NAMESPACE_URL, "/".join((compiling.force, compiling.environment, "data-access", name)))
            ),
            "scope": f"${{file-system-{container}}}",
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
            "principalId": principal,
            "principalType": kind,
            "condition": condition(path),
            "conditionVersion": "2.0",
            "description": f"{view} of {asset}, by the policy of access",
        },
    )


def views(policy: AccessPolicy) -> dict[str, Any]:
    """The views of all assets in the lake, for the job that writes them: without some columns, or as counts."""
    found: list[dict[str, Any]] = []
    for name, asset in sorted(policy.assets.items()):
        if asset.lake is None:
            continue
        at = {"asset": name, "fileSystem": asset.lake.container}
        found.append({**at, "view": FULL, "path": f"{asset.lake.path}/{FULL}", "without": []})
        found += [
            {**at, "view": mask, "path": f"{asset.lake.path}/{mask}", "without": list(columns)}
            for mask, columns in sorted(asset.masks.items())
        ]
        if asset.open is not None:
            counts = {"table": asset.open.table, "by": list(asset.open.by), "minimum": asset.open.minimum}
            found.append({**at, "view": OPEN, "path": f"{asset.lake.path}/{OPEN}", "counts": counts})
    return {"views": found}
