"""The issuer of one cluster."""

import json

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.workload_identity_issuer import WorkloadIdentityIssuer
from bluelamp.modules.naming import Label

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
WorkloadIdentityIssuer(
    "issuer",
    {
        "label": label,
        "location": "uksouth",
        "workload": "issuer",
        "resource_group_name": group.name,
        "contact": "platform@essex.police.example",
        # As `kubectl get --raw /openid/v1/jwks` gives it; the modulus is cut short here.
        "clusters": {"live": {"jwks": json.dumps({"keys": [{"kty": "RSA", "kid": "2026", "n": "0vx7", "e": "AQAB"}]})}},
    },
)
