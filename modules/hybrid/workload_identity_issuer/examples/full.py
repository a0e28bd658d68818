"""Two clusters, one of them during a key rotation, and an identity for a workload."""

import json

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
from bluelamp.modules.hybrid.workload_identity_issuer import WorkloadIdentityIssuer
from bluelamp.modules.naming import Label

OLD = {"kty": "RSA", "kid": "2025", "alg": "RS256", "use": "sig", "n": "1bz9", "e": "AQAB"}
NEW = {"kty": "RSA", "kid": "2026", "alg": "RS256", "use": "sig", "n": "0vx7", "e": "AQAB"}

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
group = ResourceGroup("identity", {"label": label, "location": "uksouth", "workload": "identity"})
issuer = WorkloadIdentityIssuer(
    "issuer",
    {
        "label": label,
        "location": "uksouth",
        "workload": "issuer",
        "resource_group_name": group.name,
        "contact": "platform@essex.police.example",
        "clusters": {
            "live": {"jwks": json.dumps({"keys": [OLD, NEW]})},
            "non-live": {"jwks": json.dumps({"keys": [NEW]})},
        },
        "protect": True,
    },
)
WorkloadIdentity(
    "secrets",
    {
        "label": label,
        "location": "uksouth",
        "workload": "external-secrets",
        "resource_group_name": group.name,
        "credentials": {
            "live": {
                "issuer": issuer.issuer_urls["live"],
                "subject": "system:serviceaccount:external-secrets:key-vault",
            }
        },
    },
)
