"""What a force may change of the policy baseline's assignments."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from bluelamp.core.fields import Day
from bluelamp.infra.settings.exemptions import Reason, Scope
from bluelamp.infra.settings.fields import Identifier, Model, Text

MOST_SELECTORS = 10
"""The resource selectors that Azure takes of one assignment."""


class Selector(Model):
    """One condition of a resource selector."""

    kind: Literal["resourceLocation", "resourceType", "resourceWithoutLocation"]
    include: tuple[Text, ...] = ()
    """The only values that are evaluated."""
    exclude: tuple[Text, ...] = ()
    """The values that are not; one of the two."""


class ResourceSelector(Model):
    """Which resources an assignment evaluates, by region or by type; all of its conditions must be met."""

    name: Annotated[Identifier, Field(examples=["london"])]
    selectors: Annotated[
        tuple[Selector, ...], Field(min_length=1, examples=["[{kind: resourceLocation, include: [uksouth]}]"])
    ]


class PolicyAssignment(Model):
    """What differs from the baseline in one of its assignments."""

    assignment: Annotated[Identifier, Field(examples=["Deny-Storage-http"])]
    """The assignment, by its name in the baseline."""
    at: tuple[Identifier, ...] = ()
    """The management groups of the assignments that are meant, such as `corp`; by default all of its groups."""
    enforcement: Literal["enforced", "audit", "off"] = "enforced"
    """`audit`: it only reports; `off`: it is not made."""
    parameters: dict[str, JsonValue] = {}
    """Values of the definition's parameters, by name, in place of the baseline's."""
    not_scopes: tuple[Scope, ...] = ()
    """Where it does not count: management groups by what they are for, or ids that begin with /subscriptions/."""
    resource_selectors: Annotated[tuple[ResourceSelector, ...], Field(max_length=MOST_SELECTORS)] = ()
    """The resources that it evaluates; by default all."""
    reason: Reason | None = None
    """Why; required of what loosens the assignment."""
    expires_on: Day | None = None
    """The last day on which the change counts, after which the baseline's assignment is made again; required of what
    loosens it."""
