"""A managed identity with its federated credentials and role assignments."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import managedidentity

from bluelamp.modules import naming
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_AUDIENCE = "api://AzureADTokenExchange"
_MOST = 20  # Azure's limit of federated credentials for one identity
_SUBJECT = re.compile(r"[^\s*?]+")


class FederatedCredential(TypedDict):
    """A federated credential of the identity."""

    issuer: pulumi.Input[str]
    """The token issuer: the `https://` address of a cluster's or a Git hosting service's OpenID Connect issuer."""
    subject: str
    """The exact subject of the token; no wildcards."""
    audience: NotRequired[str]
    """The audience of the token; `api://AzureADTokenExchange` by default."""


class RoleGrant(TypedDict):
    """A role assignment of the identity."""

    role_definition_id: pulumi.Input[str]
    """The role's ARM id."""
    scope: pulumi.Input[str]
    """The scope: the ARM id of one resource, or of a resource group."""


class WorkloadIdentityArgs(ResourceGroupScopedArgs):
    """Arguments of an identity."""

    workload: str
    """The workload, such as `custody`."""
    credentials: dict[str, FederatedCredential]
    """Federated credentials, keyed by a short name; at most 20."""
    roles: NotRequired[dict[str, RoleGrant]]
    """Role assignments, keyed by a short name; none by default."""


class WorkloadIdentity(Component):
    """A user-assigned identity with federated credentials and role assignments."""

    id: pulumi.Output[str]
    """The identity's ARM id."""
    name: pulumi.Output[str]
    """The identity's name, known before it exists."""
    client_id: pulumi.Output[str]
    """The client id, for sign-in by the workload."""
    principal_id: pulumi.Output[str]
    """The object id, for further role assignments."""

    def __init__(self, name: str, args: WorkloadIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(f"WorkloadIdentity {name!r}", args["credentials"])
        identity_name = naming.name("user_assigned_identity", args["workload"], args["label"], args["location"])
        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=identity_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        before: list[pulumi.Resource] = []
        for short, credential in args["credentials"].items():
            made = managedidentity.FederatedIdentityCredential(
                f"{name}-{short}",
                federated_identity_credential_resource_name=short,
                resource_name_=after(identity_name, identity),
                resource_group_name=args["resource_group_name"],
                issuer=credential["issuer"],
                subject=credential["subject"],
                audiences=[credential.get("audience", _AUDIENCE)],
                # Azure accepts one change of an identity's credentials at a time.
                opts=self.child(depends_on=before),
            )
            before = [made]
        for short, role in args.get("roles", {}).items():
            grant(
                f"{name}-may-{short}",
                args["label"],
                scope=role["scope"],
                role=role["role_definition_id"],
                principal_id=identity.principal_id,
                opts=self.child(),
            )
        self.id = identity.id
        self.name = after(identity_name, identity)
        self.client_id = identity.client_id
        self.principal_id = identity.principal_id
        self.finish()


def _check(owner: str, credentials: dict[str, FederatedCredential]) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = []
    if not 1 <= len(credentials) <= _MOST:
        wrong.append(f"there are {len(credentials)} credentials; Azure takes 1 to {_MOST}")
    for short, credential in credentials.items():
        issuer, subject = credential["issuer"], credential["subject"]
        if isinstance(issuer, str) and not issuer.startswith("https://"):
            wrong.append(f"credentials.{short}.issuer is {issuer!r}; it must begin with https://")
        if not _SUBJECT.fullmatch(subject):
            wrong.append(f"credentials.{short}.subject is {subject!r}; name one subject exactly, without a wildcard")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
