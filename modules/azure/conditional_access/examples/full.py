"""Legacy authentication is blocked; all other policies are report-only."""

from bluelamp.modules.azure.conditional_access import ConditionalAccess
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
ConditionalAccess(
    "conditional-access",
    {
        "label": label,
        "excluded_group_ids": ["4d1c4d1e-3f5b-4f7e-9a51-000000000003"],
        "states": {"no-legacy-authentication": "enabled", "no-device-code": "enabled"},
        "countries": ["GB"],
        "trusted_ranges": ["203.0.113.0/28"],
        "without": ["risky-sign-ins"],
    },
)
