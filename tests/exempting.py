"""Exemptions and approvers for tests, with the same people everywhere."""

from datetime import date
from typing import Any

from bluelamp.policies import Severity
from bluelamp.policies.approval import Approvers
from bluelamp.policies.settings import Approver, Exemption

SIRO = Approver(
    id="siro",
    name="SIRO of Essex",
    role="Senior Information Risk Owner",
    emails=("siro@essex.police.example", "risk.owner@essex.police.example"),
    severities=tuple(Severity),
)
APPROVERS = Approvers((SIRO,), "essex", "eastern")
ENGINEER = {"role": "Platform engineer", "email": "platform.engineer@essex.police.example"}
OWNER = {"role": "Head of Data", "email": "head.of.data@essex.police.example"}
APPROVERS_FILE = """\
approvers:
  - id: siro
    name: SIRO of Essex
    role: Senior Information Risk Owner
    emails: [siro@essex.police.example, risk.owner@essex.police.example]
    severities: [critical, high, medium, low]
"""
EXEMPTIONS_FILE = """\
exemptions:
  - id: EX-ESX-1
    rule: BL-STO-005
    scope: "urn:pulumi:essex::bluelamp::azure-native:storage:StorageAccount::records-drop"
    reason: Partners upload over the Internet until their link is there.
    compensatingControl: Only the partner's addresses may reach the account.
    riskReference: ESX-RBC-0042
    owner: {role: Head of Data, email: head.of.data@essex.police.example}
    requester: {role: Platform engineer, email: platform.engineer@essex.police.example}
    approver: siro
    start: "2026-02-01"
    expiry: "2026-04-01"
    lastReview: "2026-02-01"
"""


def exemption(**changed: Any) -> Exemption:
    """A valid exemption of Essex's, with the given changes."""
    fields = {
        "id": "EX-ESX-1",
        "rule": "BL-STO-005",
        "scope": "urn:pulumi:essex::bluelamp::*StorageAccount::records-partner-*",
        "reason": "Partners upload over the Internet until their link is there.",
        "compensating_control": "Only the partner's addresses may reach the account.",
        "risk_reference": "ESX-RBC-0042",
        "owner": OWNER,
        "requester": ENGINEER,
        "approver": "siro",
        "start": date(2026, 2, 1),
        "expiry": date(2026, 4, 1),
        "last_review": date(2026, 2, 1),
    }
    return Exemption(**(fields | changed))
