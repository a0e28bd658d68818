"""Settings of exemptions from Azure Policy."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bluelamp.core import identity
from bluelamp.core.fields import Day
from bluelamp.core.source import show
from bluelamp.infra.settings.fields import Email, Identifier, Model, matching, refuse

Scope = Annotated[
    str,
    AfterValidator(
        matching(
            r"[a-z_-]{1,40}|/subscriptions/[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(/[^\s?#]{1,800})?",
            "is not a valid scope",
            "a management group by what it is for, such as corp, or an id that begins with /subscriptions/",
        )
    ),
]
"""The scope of an exemption."""

Reason = Annotated[
    str, AfterValidator(matching(r"\S[^\n\t]{9,499}", "is not a valid reason", "a sentence of 10 to 500 characters"))
]
"""A reason, for later readers."""


def _mailbox(value: str) -> str:
    try:
        identity.address(value)
    except identity.IdentityError as error:
        raise refuse(f"{show(value)} is not a role's mailbox: it {error}", "a role's mailbox") from None
    return value


Mailbox = Annotated[Email, AfterValidator(_mailbox)]
"""The mailbox of a role; no placeholder."""


class PolicyExemption(Model):
    """An exemption: its scope and assignment, its last day, and the approver of the risk."""

    id: Annotated[Identifier, Field(examples=["EX-0007"])]
    """The entry's number in the force's register."""
    assignment: Annotated[Identifier, Field(examples=["Deny-Public-IP"])]
    """The assignment that is not met."""
    scope: Annotated[Scope, Field(examples=["corp"])]
    """A management group by its purpose, such as `corp`, or the id of a subscription or resource group."""
    reason: Annotated[Reason, Field(examples=["The supplier's appliance has a public address until it is replaced"])]
    """The reason that it cannot be met."""
    expires_on: Annotated[Day, Field(examples=['"2027-03-31"'])]
    """The last day of the exemption."""
    requester: Annotated[Mailbox, Field(examples=["records@force.police.example"])]
    """The mailbox of the role that asked for it."""
    approver: Annotated[Mailbox, Field(examples=["siro@force.police.example"])]
    """The mailbox of the role that accepted the risk; never the requester's."""
    category: Literal["Waiver", "Mitigated"] = "Waiver"
    """`Waiver`: the risk is accepted; `Mitigated`: it is met by other means."""
    assigned_at: Identifier | None = None
    """The management group with the assignment, where there are several and `scope` is none of them."""
    definitions: tuple[Identifier, ...] = ()
    """Reference ids inside an initiative that are exempt; by default the entire assignment."""
    risk_reference: Identifier | None = None
    """The risk balance case, such as RBC-2026-014."""
    compensating_control: Reason | None = None
    """The compensating measures."""
