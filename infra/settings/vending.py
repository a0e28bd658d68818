"""Settings of the landing zones of a force's services."""

from typing import Annotated, Literal

from pydantic import Field

from bluelamp.core.fields import Day
from bluelamp.infra.settings.azure_names import BillingScope, Role, Workload
from bluelamp.infra.settings.fields import Email, Guid, Model, Network, Region


class Budget(Model):
    """A monthly budget, and who hears of it."""

    amount: Annotated[float, Field(gt=0, le=1_000_000_000, examples=["1500"])]
    """GBP a month; by default the budget that the roadmap has for it."""
    contacts: Annotated[
        tuple[Email, ...], Field(min_length=1, max_length=50, examples=["[platform.owner@force.police.example]"])
    ]
    thresholds: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(min_length=1, max_length=5)] = (
        50,
        80,
        100,
    )
    """Percentages of the amount at which the contacts are notified; at most five."""


class Access(Model):
    """A role assignment in a landing zone: an Entra ID group and a built-in role."""

    principal_id: Guid
    """The group's object id."""
    role: Annotated[Role, Field(examples=["Reader"])]
    """The name of a built-in role, such as `Reader`."""


class Backup(Model):
    """The retention of a landing zone's backups."""

    immutability: Literal["Unlocked", "Locked"] = "Unlocked"
    """Backups can never be changed or shortened; `Locked` says that this can never be switched off either."""


class LandingZone(Model):
    """A place in Azure for one service: a network of its own behind the hub, a budget, roles and backups."""

    name: Annotated[Workload, Field(max_length=20, examples=["records"])]
    """At most 20 characters; it is in the names of what is made."""
    archetype: Literal["corp", "online", "confidential-corp", "confidential-online", "sandbox"] = "corp"
    """`corp` is reached through the hub only, `online` from the Internet too; a `sandbox` reaches nothing of either."""
    region: Region | None = None
    """By default the primary region."""
    subscription_id: Guid | None = None
    """An existing subscription; by default the platform's own."""
    billing_scope: BillingScope | None = None
    """The billing account's scope under which a new subscription is made."""
    address_space: Network
    """Inside the force's allocation for the region; by default a /24 after the hub's range, kept by name."""
    budget: Annotated[Budget, Field(examples=["{amount: 800, contacts: [platform.owner@force.police.example]}"])]
    access: tuple[Access, ...] = ()
    backup: Backup = Backup()
    expires: Day | None = None
    """The day after which a sandbox is taken down, "2027-03-31"; required of a sandbox."""
