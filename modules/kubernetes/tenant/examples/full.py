"""A tenant with groups, egress to its database, GitOps and a larger quota."""

from bluelamp.modules.kubernetes.tenant import Tenant
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Criminal Justice",
    classification="OFFICIAL-SENSITIVE",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
    tags={"owner-contact": "criminal.justice@essex.police.example"},
)
Tenant(
    "custody",
    {
        "label": label,
        "namespace": "custody",
        "quota": {"cpu": "16", "memory": "64Gi", "pods": 120, "storage": "500Gi", "volumes": 20},
        "limits": {"cpu": "1", "memory": "1Gi", "most_cpu": "4", "most_memory": "8Gi"},
        "groups": {
            "admin": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
            "edit": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e02",
            "view": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e03",
        },
        "egress": [
            {"name": "database", "cidr": "10.144.8.0/28", "ports": [1433]},
            {"name": "sign-in", "hosts": ["login.microsoftonline.com"], "ports": [443]},
        ],
        "gitops": {
            "url": "ssh://git@git.essex.police.example/custody/deploy",
            "path": "./live",
            "secret_name": "git-key",
        },
        "pod_security_version": "v1.36",
        "monitoring_namespace": "monitoring",
    },
)
