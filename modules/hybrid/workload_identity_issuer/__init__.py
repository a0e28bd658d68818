"""A token issuer with which service accounts of self-managed clusters sign in to Azure without a secret.

    WorkloadIdentityIssuer("issuer", {"label": label, "location": "uksouth", "workload": "issuer",
                                      "resource_group_name": group.name, "contact": "platform@essex.police.example",
                                      "clusters": {"live": {"jwks": jwks}}})

Entra ID must read two documents of every cluster from the Internet: the OpenID Connect discovery document and the
public keys. Usually a storage account with a public container serves them. That breaks the rule against public access
to storage, and anyone who can write a blob there can sign in as any service. Here, an API Management gateway of the
consumption tier returns the documents as fixed responses that are part of the plan: there is no storage and no
backend, and only a reviewed change can modify them. The gateway serves two paths for each cluster
and nothing else.

Set `--service-account-issuer` of a cluster's API server to its URL in `issuer_urls`, set its public keys
(`kubectl get --raw /openid/v1/jwks`) here, and federate managed identities with the same URL. To rotate, publish the
new key beside the old one first, and remove the old one when its last token has expired.
"""

from bluelamp.modules.hybrid.workload_identity_issuer.issuer import (
    IssuerCluster,
    WorkloadIdentityIssuer,
    WorkloadIdentityIssuerArgs,
    issuer_url,
)

__all__ = ["IssuerCluster", "WorkloadIdentityIssuer", "WorkloadIdentityIssuerArgs", "issuer_url"]
