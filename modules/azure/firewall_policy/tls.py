"""TLS inspection: the certificate authority that signs the certificates a firewall presents to clients."""

import re
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

_SECRET = re.compile(r"https://[0-9a-z-]{3,24}\.vault\.azure\.net/secrets/[0-9A-Za-z-]{1,127}(/[0-9a-f]{32})?")
_IDENTITY = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[^/]+",
    re.IGNORECASE,
)


class CertificateAuthority(TypedDict):
    """An intermediate certificate authority in a key vault. Clients must trust it."""

    key_vault_secret_id: pulumi.Input[str]
    """The certificate with its private key: `https://….vault.azure.net/secrets/…`. Without a version, the latest."""
    identity_id: pulumi.Input[str]
    """The ARM id of a user-assigned identity that may read the secret."""
    name: NotRequired[str]
    """The name of the authority in the policy; `tls-inspection` by default."""


def authority_problems(authority: CertificateAuthority, tier: str) -> list[str]:
    """The problems that Azure would find in a policy's certificate authority, each in a sentence."""
    secret, identity = authority["key_vault_secret_id"], authority["identity_id"]
    wrong = []
    if tier != "Premium":
        wrong.append(f"certificate_authority needs the Premium tier; this policy is {tier}")
    if isinstance(secret, str) and not _SECRET.fullmatch(secret):
        wrong.append(
            f"certificate_authority.key_vault_secret_id is {secret!r}; write https://….vault.azure.net/secrets/…"
        )
    if isinstance(identity, str) and not _IDENTITY.fullmatch(identity):
        wrong.append(f"certificate_authority.identity_id is {identity!r}; write the ARM id of a user-assigned identity")
    return wrong


def transport_security(authority: CertificateAuthority | None) -> network.FirewallPolicyTransportSecurityArgs | None:
    """The certificate authority in the policy's format."""
    if authority is None:
        return None
    return network.FirewallPolicyTransportSecurityArgs(
        certificate_authority=network.FirewallPolicyCertificateAuthorityArgs(
            name=authority.get("name", "tls-inspection"), key_vault_secret_id=authority["key_vault_secret_id"]
        )
    )


def reader(authority: CertificateAuthority | None) -> network.ManagedServiceIdentityArgs | None:
    """The identity with which the policy reads the certificate."""
    if authority is None:
        return None
    return network.ManagedServiceIdentityArgs(
        type=network.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[authority["identity_id"]]
    )
