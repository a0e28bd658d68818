"""The issuer of a cluster's certificates: a private certificate authority, or a public one with ACME."""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

import pulumi


class GatewayAcme(TypedDict):
    """A public certificate authority with ACME DNS-01 challenges in Azure DNS, with workload identity."""

    server: NotRequired[str]
    """The authority's ACME directory URL; Let's Encrypt by default."""
    email: str
    """The mailbox for expiry warnings."""
    zone: str
    """The public DNS zone, such as `essex.police.example`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the zone."""
    subscription_id: pulumi.Input[str]
    """The subscription of the zone."""
    client_id: pulumi.Input[str]
    """The identity with the role DNS Zone Contributor on the zone."""


class GatewayIssuer(TypedDict):
    """A certificate issuer; set exactly one of the two."""

    ca_secret_name: NotRequired[str]
    """The secret in cert-manager's namespace with the certificate and key of the force's certificate authority.
    External
    Secrets creates the secret."""
    acme: NotRequired[GatewayAcme]
    """A public certificate authority."""


def spec(issuer: GatewayIssuer) -> dict[str, Any]:
    """The `spec` of a `ClusterIssuer`."""
    if "acme" not in issuer:
        return {"ca": {"secretName": issuer["ca_secret_name"]}}
    acme = issuer["acme"]
    proof = {
        "subscriptionID": acme["subscription_id"],
        "resourceGroupName": acme["resource_group_name"],
        "hostedZoneName": acme["zone"],
        "environment": "AzurePublicCloud",
        "managedIdentity": {"clientID": acme["client_id"]},
    }
    return {
        "acme": {
            "server": acme.get("server", "https://acme-v02.api.letsencrypt.org/directory"),
            "email": acme["email"],
            "privateKeySecretRef": {"name": "acme-account"},
            "solvers": [{"selector": {"dnsZones": [acme["zone"]]}, "dns01": {"azureDNS": proof}}],
        }
    }


def problems(issuer: GatewayIssuer, domain: str) -> Iterator[str]:
    """Problems with the issuer of certificates for `domain`."""
    if ("ca_secret_name" in issuer) == ("acme" in issuer):
        yield "issuer needs one of ca_secret_name and acme"
    elif "acme" in issuer and not f".{domain}".endswith(f".{issuer['acme']['zone']}"):
        yield f"issuer.acme.zone is {issuer['acme']['zone']!r}, which does not hold domain {domain!r}"
