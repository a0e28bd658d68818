"""The record of an exemption in a report."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bluelamp.policies.exemptions import Status, Use


@dataclass(frozen=True, slots=True)
class ExemptionRecord:
    """An exemption with its status and the number of failures that it matches.

    `why` is why it is not in force. `start` and `expiry` are its first and last day. `matched` counts the failures in
    its scope, which are exempt only while it is in force.
    """

    id: str
    rule: str
    scope: str
    reason: str
    compensating_control: str
    risk_reference: str
    owner: str
    requester: str
    approver: str
    start: date
    expiry: date
    last_review: date
    status: Status
    why: str
    matched: int

    @property
    def holds(self) -> bool:
        """Whether it is in force."""
        return self.status is Status.HOLDS

    def as_dict(self) -> dict[str, Any]:
        """The exemption as JSON; dates are ISO 8601."""
        return {
            "id": self.id,
            "rule": self.rule,
            "scope": self.scope,
            "reason": self.reason,
            "compensatingControl": self.compensating_control,
            "riskReference": self.risk_reference,
            "owner": self.owner,
            "requester": self.requester,
            "approver": self.approver,
            "start": self.start.isoformat(),
            "expiry": self.expiry.isoformat(),
            "lastReview": self.last_review.isoformat(),
            "status": self.status,
            "why": self.why,
            "matched": self.matched,
        }


def record(use: Use) -> ExemptionRecord:
    """The record of `use`."""
    each = use.exemption
    return ExemptionRecord(
        each.id,
        each.rule,
        each.scope,
        each.reason,
        each.compensating_control,
        each.risk_reference,
        str(each.owner),
        str(each.requester or each.owner),
        each.approver,
        each.start,
        each.expiry,
        each.last_review,
        use.status,
        use.why,
        use.matched,
    )
