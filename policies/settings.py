"""Models of the baseline and exemption files below `stacks/`, of the country, a region or a force.

Importing this module loads pydantic, which judging does not need.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bluelamp.core import identity
from bluelamp.core.fields import Day, Model, in_schema, refuse
from bluelamp.core.source import show
from bluelamp.policies.model import Enforcement, Severity

_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID: Final = 60
_SHORTEST_SENTENCE: Final = 20
_LONGEST_SCOPE: Final = 1000


def _identified(normalise: Callable[[str], str], what: str, allowed: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        try:
            return normalise(value)
        except identity.IdentityError as error:
            raise refuse(f"{show(value)} is not a valid {what}: it {error}", allowed) from None

    return check


def _approver(value: str) -> str:
    trimmed = value.strip(" \t\n").lower()
    is_id = _ID.fullmatch(trimmed) and len(trimmed) <= _LONGEST_ID and not identity.is_placeholder(trimmed)
    if is_id:
        return trimmed
    if "@" not in trimmed:
        raise identity.IdentityError("is neither an id nor an address of a person")
    return identity.address(value)


@in_schema(minLength=_SHORTEST_SENTENCE)
def _sentence(value: str) -> str:
    trimmed = value.strip()
    if len(trimmed) < _SHORTEST_SENTENCE or not identity.is_sentence(trimmed):
        allowed = f"a sentence of at least {_SHORTEST_SENTENCE} characters and four words"
        raise refuse(f"{show(value)} gives no reason", allowed)
    return trimmed


def _scope(value: str) -> str:
    trimmed = value.strip(" \t\n")
    if not trimmed.isprintable() or not 0 < len(trimmed) <= _LONGEST_SCOPE:
        allowed = f"a URN of 1 to {_LONGEST_SCOPE} printable characters"
        raise refuse(f"{show(value)} is not a valid scope", allowed)
    return trimmed


NonEmptyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Sentence = Annotated[str, AfterValidator(_sentence)]
"""A reason of several words."""
Address = Annotated[
    str,
    AfterValidator(
        _identified(identity.address, "mailbox", "one plain ASCII address, such as siro@force.police.example")
    ),
]
"""The address of a mailbox, in lower case."""
Role = Annotated[
    str,
    AfterValidator(_identified(identity.role, "role", "Latin letters, digits and punctuation, such as Head of Data")),
]
"""The title of a post."""
Reference = Annotated[
    str, AfterValidator(_identified(identity.role, "reference", "the case's number, such as ESX-RBC-0042"))
]
ApproverName = Annotated[
    str,
    AfterValidator(_identified(_approver, "approver", "the id or an address of an entry in stacks/approvers.yaml")),
]


class Part(Model):
    """A part of a file: frozen, with keys in camel case; unknown keys are errors."""


class Setting(Part):
    """The settings of one rule in a layer, which only tighten those of earlier layers."""

    enforcement: Enforcement | None = None
    parameters: dict[str, Any] = {}


class Layer(Part):
    """A baseline file: the country's, a region's or a force's. Each may only tighten the layers above it."""

    rules: dict[str, Setting] = {}
    block_unknown: bool = False
    """Whether an unknown verdict of a mandatory rule stops a deployment, as a failure does."""


class Person(Part):
    """A person responsible for an exemption: role and mailbox. The mailbox identifies the person."""

    role: Annotated[Role, Field(examples=["Head of Data"])]
    email: Annotated[Address, Field(examples=["head.of.data@force.police.example"])]

    def __str__(self) -> str:
        return f"{self.role} ({self.email})"


class Exemption(Part):
    """A time-limited exemption from one rule for one scope, the outcome of a risk balance case.

    `scope` is a URN in which `*` matches any text within one part. It is valid from `start` to `expiry`, both days
    included.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", max_length=60)]
    rule: NonEmptyText
    scope: Annotated[str, AfterValidator(_scope)]
    reason: Sentence
    compensating_control: Sentence
    risk_reference: Reference
    owner: Annotated[Person, Field(examples=["{role: Head of Data, email: head.of.data@force.police.example}"])]
    """The owner of the risk, who is also the requester if there is no `requester`."""
    requester: Person | None = None
    approver: Annotated[ApproverName, Field(examples=["national-siro"])]
    """The id or an address of an entry in `stacks/approvers.yaml`."""
    start: Annotated[Day, Field(examples=['"2026-04-01"'])]
    expiry: Annotated[Day, Field(examples=['"2026-04-30"'])]
    last_review: Annotated[Day, Field(examples=['"2026-04-01"'])]


class Register(Part):
    """The file of a force's exemptions."""

    exemptions: tuple[Exemption, ...] = Field(default=())


def _id(value: str) -> str:
    if not _ID.fullmatch(value) or len(value) > _LONGEST_ID or identity.is_placeholder(value):
        raise refuse(f"{show(value)} is not a valid id", "lower-case letters, digits and hyphens")
    return value


_Some = Annotated[tuple[str, ...], Field(min_length=1)]
"""Optional, meaning all; an empty list is an error, as it would suggest none."""


class Approver(Part):
    """A person who may approve exemptions from rules of some severities.

    `emails` are all addresses of the same person. Without `forces` and `regions` the entry is for every force. An
    exemption that starts before `valid_from` or after `valid_until` (both days included) cannot be approved.
    """

    id: Annotated[str, AfterValidator(_id), Field(examples=["national-siro"])]
    name: Annotated[Role, Field(examples=["National SIRO"])]
    role: Annotated[Role, Field(examples=["Senior Information Risk Owner"])]
    emails: Annotated[tuple[Address, ...], Field(min_length=1, examples=["[siro@force.police.example]"])]
    severities: Annotated[tuple[Severity, ...], Field(min_length=1, examples=["[medium, low]"])]
    forces: _Some = ()
    regions: _Some = ()
    valid_from: Day | None = None
    valid_until: Day | None = None


class ApproverRegister(Part):
    """The file of those who may approve exemptions and saved plans.

    If `plan_approvals` is `required`, `up` changes a real cloud only with an approved saved plan.
    """

    approvers: tuple[Approver, ...]
    plan_approvals: Literal["required", "optional"] = "optional"
