"""A service account and a repository's environment with read access to a vault's secrets."""

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
from bluelamp.modules.naming import Label

SECRETS_USER = "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"

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
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
        "firewall": {"enabled": False},
    },
)
vault = KeyVault(
    "vault",
    {
        "label": label,
        "location": "uksouth",
        "workload": "custody",
        "resource_group_name": group.name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "subnet_id": hub.private_endpoints_subnet_id,
        "virtual_network_ids": {"hub": hub.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
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
            "deployment": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:essex-police/custody:environment:production",
            },
        },
        "roles": {
            "read-secrets": {
                "role_definition_id": SECRETS_USER,
                "scope": vault.id,
            }
        },
    },
)
