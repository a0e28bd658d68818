"""A managed identity, whom it trusts to speak for it, and what it may do."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import managedidentity

from bluelamp.modules import naming
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_AUDIENCE = "api://AzureADTokenExchange"
_MOST = 20  # federated credentials that Azure allows an identity
_SUBJECT = re.compile(r"[^\s*?]+")


class FederatedCredential(TypedDict):
    """Who may speak for the identity."""

    issuer: pulumi.Input[str]
    """Who signs the tokens: the `https://` address of a cluster's or a forge's OpenID Connect issuer."""
    subject: str
    """Exactly whom the token must be about; no wildcard."""
    audience: NotRequired[str]
    """Whom the token must be for; `api://AzureADTokenExchange` by default."""


class RoleGrant(TypedDict):
    """One thing that the identity may do."""

    role_definition_id: pulumi.Input[str]
    """The role's ARM id."""
    scope: pulumi.Input[str]
    """Where: the ARM id of one resource, or of a resource group."""


class WorkloadIdentityArgs(ResourceGroupScopedArgs):
    """Arguments of an identity."""

    workload: str
    """Which program it is, such as `custody`."""
    credentials: dict[str, FederatedCredential]
    """Who may speak for it, keyed by a short name; at most 20."""
    roles: NotRequired[dict[str, RoleGrant]]
    """What it may do, keyed by a short name; nothing by default."""


class WorkloadIdentity(Component):
    """A user-assigned identity with federated credentials and role assignments."""

    id: pulumi.Output[str]
    """The identity's ARM id."""
    name: pulumi.Output[str]
    """Its name, known before it exists."""
    client_id: pulumi.Output[str]
    """The client id that the program signs in with."""
    principal_id: pulumi.Output[str]
    """Its object id, for role assignments of one's own."""

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
                # Azure takes one change of an identity's credentials at a time.
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
