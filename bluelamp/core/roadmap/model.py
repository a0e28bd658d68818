"""The typed roadmap of a force: its milestones and its tactical spend."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from bluelamp.core.fields import Day, Label, Model, Text, in_schema, matching, or_number, refuse
from bluelamp.core.source import Source

Demand = Literal["1", "2a", "2b", "2c", "2d", "2e", "3", "skills"]
"""A demand of the digital strategy."""

DEMANDS: Final[Mapping[str, str]] = {
    "1": "Hybrid cloud and IT as a service",
    "2a": "Know what data there is",
    "2b": "A single view",
    "2c": "Quality and digital capture",
    "2d": "Secure and contextual access",
    "2e": "Patterns for early intervention",
    "3": "Spend smarter",
    "skills": "Digital skills",
}
"""The name of each demand; `docs/strategy.md` has them in full."""

Profile = Literal["starter", "hybrid", "full"]

MODULE: Final = "modules/"
"""The prefix of a module's path; a successor without it is the ID of another debt."""

_LARGEST: Final = 1_000_000_000


@or_number
def _text_of_number(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_DEBT: Final = r"[A-Z]{1,8}-[0-9]{1,6}"
_path = matching(r"modules(/[a-z0-9_]+){1,3}", "is not the path of a module", "for example modules/data/lake")
_debt = matching(_DEBT, "is neither a module nor a debt ID", "for example modules/data/lake, or TD-17")


@in_schema(pattern=rf"^({_path.pattern}|{_DEBT})$")
def _module(value: str) -> str:
    return (_path if value.startswith(MODULE) else _debt)(value)


Pounds = Annotated[int, Field(ge=0, le=_LARGEST, examples=["12000"])]
"""Whole GBP."""

DebtId = Annotated[str, AfterValidator(matching(_DEBT, "is not a debt ID", "for example TD-17"))]
"""The ID of a debt in the force's register of technical debt."""

ModulePath = Annotated[str, AfterValidator(_path)]
"""A module by its folder."""

Successor = Annotated[str, AfterValidator(_module)]
"""The successor of tactical spend: a module, or the debt ID of other tactical spend that has a successor of its own."""


class Budget(Model):
    """The budget of a milestone, in GBP."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["monthly"]}, {"required": ["capital"]}]})

    monthly: Pounds | None = None
    """The running cost of all resources that carry the milestone, each month."""
    capital: Pounds | None = None
    """Spent once."""

    @model_validator(mode="after")
    def _not_empty(self) -> "Budget":
        if self.monthly is None and self.capital is None:
            raise refuse("the budget has no amount", "`monthly`, `capital` or both", "add `monthly:` in GBP")
        return self


class Criterion(Model):
    """One thing that has to hold when a milestone ends; the plan decides whether it does."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": [name]} for name in ("component", "rule", "asset")]}
    )

    component: Text | None = None
    """A component that the plan has."""
    profile: Profile | None = None
    """The least profile that the component is at."""
    rule: (
        Annotated[str, AfterValidator(matching(r"[A-Z0-9]+(-[A-Z0-9]+)+", "is not a rule ID", "such as BL-NET-001"))]
        | None
    ) = None
    """A rule that passes: at least one resource, and none that fails, is unknown or is exempt."""
    asset: Label | None = None
    """An information asset with a data contract."""

    @model_validator(mode="after")
    def _one(self) -> "Criterion":
        given = [name for name in ("component", "rule", "asset") if getattr(self, name) is not None]
        if len(given) != 1:
            raise refuse(
                f"a criterion names one thing, not {len(given)}",
                "one of `component`, `rule` and `asset`",
                "write one criterion for each" if given else "add one of them",
            )
        if self.profile is not None and self.component is None:
            raise refuse("only a component has a profile", "", "remove `profile`")
        return self

    @property
    def words(self) -> str:
        """The criterion as text: `component sentinel at full`, `rule BL-NET-001`, `asset records`."""
        if self.component is not None:
            return f"component {self.component}" + (f" at {self.profile}" if self.profile else "")
        return f"rule {self.rule}" if self.rule is not None else f"asset {self.asset}"


class Milestone(Model):
    """A step of a roadmap: what it enables, when, for how much, and how anyone can tell that it is reached."""

    id: Label
    title: Text
    enables: Annotated[
        tuple[Annotated[Demand, BeforeValidator(_text_of_number)], ...], Field(min_length=1, examples=["[1, 2a]"])
    ]
    """The demands of the strategy that it answers."""
    depends_on: tuple[Label, ...] = ()
    """The milestones that must be reached before this one starts."""
    start: Annotated[Day, Field(examples=['"2026-04-01"'])]
    end: Annotated[Day, Field(examples=['"2027-03-31"'])]
    """The last day."""
    budget: Budget | None = None
    owner: Text | None = None
    """The role that answers for it; by default the owner of the force's estate."""
    delivers: tuple[ModulePath, ...] = ()
    """The modules that are in use when it ends: what tactical spend may name as its successor."""
    landing_zones: tuple[Label, ...] = ()
    """The landing zones whose resources carry this milestone; all others carry `bluelamp:roadmapMilestone`."""
    exit_criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, examples=["[{component: gateways}]"])]

    @property
    def days(self) -> int:
        """Its length in days, both ends included."""
        return (self.end - self.start).days + 1


class Tactical(Model):
    """Tactical spend: what it is, when it ends, what replaces it, and what leaving costs."""

    id: DebtId
    title: Text
    milestone: Label
    """The milestone whose end makes it unnecessary."""
    module: ModulePath | None = None
    """The module that it is an instance of, where it is one."""
    landing_zone: Label | None = None
    """The landing zone whose resources carry its tags."""
    exit_date: Annotated[Day, Field(examples=['"2027-09-30"'])]
    """The last day on which it is paid for."""
    successor: Annotated[Successor, Field(examples=["modules/data/lake"])]
    exit_cost: Pounds
    """GBP, once: migration, termination, double running until the exit date."""
    monthly_cost: Pounds
    """GBP for each month that it is paid for; what every month after the exit date costs."""


class Roadmap(Model):
    """The roadmap of one force."""

    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1)]
    tactical: tuple[Tactical, ...] = ()
    _source: Source | None = PrivateAttr(None)

    @property
    def file(self) -> str:
        """The file that it was read from, relative to the project's folder."""
        return self._source.file if self._source else ""

    @property
    def source(self) -> Source | None:
        """The parsed file with positions; None for a roadmap that was not read."""
        return self._source

    @cached_property
    def by_id(self) -> Mapping[str, Milestone]:
        """The milestones by id."""
        return {each.id: each for each in self.milestones}

    @property
    def dependencies(self) -> Mapping[str, tuple[str, ...]]:
        """The dependencies of each milestone."""
        return {each.id: each.depends_on for each in self.milestones}

    @property
    def end(self) -> date:
        """The last day of the last milestone."""
        return max(each.end for each in self.milestones)


def read_from(roadmap: Roadmap, source: Source) -> Roadmap:
    """The same roadmap, with the file that it was read from."""
    roadmap._source = source
    return roadmap


def milestone_inputs(milestone: Milestone, owner: str, file: str) -> dict[str, Any]:
    """A milestone as the program registers it, in plans, previews and states, and for rules."""
    budget = milestone.budget or None
    found = {
        "id": milestone.id,
        "title": milestone.title,
        "enables": list(milestone.enables),
        "dependsOn": list(milestone.depends_on),
        "start": milestone.start.isoformat(),
        "end": milestone.end.isoformat(),
        "budgetMonthlyGbp": budget.monthly if budget else None,
        "budgetCapitalGbp": budget.capital if budget else None,
        "owner": milestone.owner or owner,
        "delivers": list(milestone.delivers),
        "landingZones": list(milestone.landing_zones),
        "exitCriteria": [each.words for each in milestone.exit_criteria],
        "file": file,
    }
    return {key: value for key, value in found.items() if value is not None and value != []}


def tactical_inputs(tactical: Tactical, file: str) -> dict[str, Any]:
    """Tactical spend as the program registers it."""
    found = {
        "id": tactical.id,
        "title": tactical.title,
        "milestone": tactical.milestone,
        "module": tactical.module,
        "landingZone": tactical.landing_zone,
        "exitDate": tactical.exit_date.isoformat(),
        "successor": tactical.successor,
        "exitCostGbp": tactical.exit_cost,
        "monthlyCostGbp": tactical.monthly_cost,
        "file": file,
    }
    return {key: value for key, value in found.items() if value is not None}


def tactical_tags(tactical: Tactical) -> dict[str, str]:
    """The tags of a resource that belongs to the tactical spend, beside `spend-type`."""
    return {
        "exit-date": tactical.exit_date.isoformat(),
        "successor-module": tactical.successor,
        "exit-cost-gbp": str(tactical.exit_cost),
        "debt-id": tactical.id,
    }
