"""The issuer with which self-managed clusters' service accounts sign in to Azure without a secret.

    WorkloadIdentityIssuer("issuer", {"label": label, "location": "uksouth", "workload": "issuer",
                                      "resource_group_name": group.name, "contact": "platform@essex.police.example",
                                      "clusters": {"live": {"jwks": jwks}}})

Entra ID must read two small documents of every cluster from the Internet: the OpenID Connect discovery document and the
public keys. The usual home for them is a storage account with a public container. That breaks the rule that nothing in
storage is public, and leaves an account in which whoever can write a blob can sign in as any service. Here an API
Management gateway of the consumption tier gives the documents itself, as fixed responses that are part of the plan: no
storage, no backend, nothing that can be written but through a reviewed change. It answers two paths for each cluster
and nothing else.

Set a cluster's API server to `--service-account-issuer` of `issuer_urls`, put its public keys
(`kubectl get --raw /openid/v1/jwks`) here, and federate managed identities with the same URL. To rotate, publish the
new key beside the old one first, and take the old one away when its last token has ended.
"""

from bluelamp.modules.hybrid.workload_identity_issuer.issuer import (
    IssuerCluster,
    WorkloadIdentityIssuer,
    WorkloadIdentityIssuerArgs,
    issuer_url,
)

__all__ = ["IssuerCluster", "WorkloadIdentityIssuer", "WorkloadIdentityIssuerArgs", "issuer_url"]
