"""Two subscriptions, with one plan disabled and one with a smaller sub-plan."""

from bluelamp.modules.azure.defender import Defender

Defender(
    "defender",
    {
        "subscription_ids": {
            "platform": "5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10",
            "custody": "0c7d2a8e-4a59-4d8f-8b46-6e5b1f3a9d22",
        },
        "contacts": ["soc@essex.police.example"],
        "phone": "+441632960123",
        "plans": {
            "AI": {"enabled": False},
            "VirtualMachines": {"sub_plan": "P1", "extensions": ["MdeDesignatedSubscription"]},
        },
    },
)
