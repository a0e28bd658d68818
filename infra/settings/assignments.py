"""Settings of a force's changes to the policy baseline's assignments."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from bluelamp.core.fields import Day
from bluelamp.infra.settings.exemptions import Reason, Scope
from bluelamp.infra.settings.fields import Identifier, Model, Text

MOST_SELECTORS = 10
"""The maximum number of resource selectors of an assignment in Azure."""


class Selector(Model):
    """One condition of a resource selector."""

    kind: Literal["resourceLocation", "resourceType", "resourceWithoutLocation"]
    include: tuple[Text, ...] = ()
    """The only values that are evaluated."""
    exclude: tuple[Text, ...] = ()
    """The values that are not evaluated, instead of `include`."""


class ResourceSelector(Model):
    """The resources that an assignment evaluates, by region or by type; all conditions must be met."""

    name: Annotated[Identifier, Field(examples=["london"])]
    selectors: Annotated[
        tuple[Selector, ...], Field(min_length=1, examples=["[{kind: resourceLocation, include: [uksouth]}]"])
    ]


class PolicyAssignment(Model):
    """A change to one of the baseline's assignments."""

    assignment: Annotated[Identifier, Field(examples=["Deny-Storage-http"])]
    """The assignment, by its name in the baseline."""
    at: tuple[Identifier, ...] = ()
    """The management groups with the assignments to change, such as `corp`; by default all of its groups."""
    enforcement: Literal["enforced", "audit", "off"] = "enforced"
    """`audit`: it only reports; `off`: it is not assigned."""
    parameters: dict[str, JsonValue] = {}
    """Values of the definition's parameters, by name, in place of the baseline's."""
    not_scopes: tuple[Scope, ...] = ()
    """Excluded scopes: management groups by purpose, or ids that begin with /subscriptions/."""
    resource_selectors: Annotated[tuple[ResourceSelector, ...], Field(max_length=MOST_SELECTORS)] = ()
    """The resources that it evaluates; by default all."""
    reason: Reason | None = None
    """The reason; required of a change that loosens the assignment."""
    expires_on: Day | None = None
    """The last day of the change, after which the baseline's assignment is restored; required of a change that
    loosens it."""
