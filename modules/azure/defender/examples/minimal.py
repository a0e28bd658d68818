"""Every plan, on one subscription."""

from bluelamp.modules.azure.defender import Defender

Defender(
    "defender",
    {
        "subscription_ids": {"platform": "5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10"},
        "contacts": ["soc@essex.police.example"],
    },
)
