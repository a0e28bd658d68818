"""An identity for a service account of a cluster."""

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
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
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
WorkloadIdentity(
    "custody",
    {
        "label": label,
        "location": "uksouth",
        "workload": "custody",
        "resource_group_name": group.name,
        "credentials": {
            "cluster": {
                "issuer": "https://issuer.essex.police.example/custody",
                "subject": "system:serviceaccount:custody:api",
            },
        },
    },
)
