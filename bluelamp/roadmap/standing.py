"""Where a force is on its roadmap, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bluelamp.core.roadmap import Milestone, Roadmap


class Status(StrEnum):
    """Where a milestone is."""

    REACHED = "reached"
    OVERDUE = "overdue"
    IN_PROGRESS = "in progress"
    BLOCKED = "blocked"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Criterion:
    """An exit criterion, whether the plan meets it, and the evidence."""

    words: str
    met: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class MilestoneStanding:
    """A milestone and where it is.

    `slack` is by how many days it may end later without moving another milestone or the end of the roadmap; less than 0
    where it ends after a milestone that depends on it starts. `cost` is what all that carries the milestone costs, in
    GBP a month, and `unpriced` counts the charges that it leaves out as they have no price.
    """

    milestone: Milestone
    owner: str
    status: Status
    criteria: tuple[Criterion, ...]
    waits_for: tuple[str, ...]
    """The milestones that it depends on and that are not reached."""
    slack: int
    cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def over_budget(self) -> bool | None:
        """Whether it costs more than its monthly budget; None where it has none, or a missing price decides."""
        budget = self.milestone.budget
        if budget is None or budget.monthly is None:
            return None
        if self.cost > budget.monthly:
            return True
        return None if self.unpriced else False

    @property
    def met(self) -> int:
        """How many criteria the plan meets."""
        return sum(1 for each in self.criteria if each.met)

    @property
    def reached(self) -> bool:
        """Whether the plan meets all of them, and all that it depends on is reached."""
        return self.status is Status.REACHED

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        """The criteria that the plan does not meet."""
        return tuple(each for each in self.criteria if not each.met)


@dataclass(frozen=True, slots=True)
class Debt:
    """Tactical spend: its end, what replaces it, and what leaving late costs. All amounts are GBP.

    `replaced` is the end of the milestone that delivers the successor, None where none does. `months_late` counts the
    months between the exit date and that end, or today where that is later; None where it cannot be told. Nothing that
    is not known is counted as 0.
    """

    id: str
    title: str
    exit_date: date | None
    successor: str
    milestone: str
    replaced: date | None
    exit_cost: int | None
    monthly_cost: int | None
    months_late: int | None
    overdue: bool
    resources: int
    """How many resources of the plan carry its tags."""

    @property
    def late_cost(self) -> int | None:
        """What the months after the exit date cost; None where that is not known."""
        if self.months_late is None or (self.monthly_cost is None and self.months_late):
            return None
        return self.months_late * (self.monthly_cost or 0)

    @property
    def total(self) -> int | None:
        """Leaving, and the months after the exit date; None where that is not known."""
        late = self.late_cost
        return None if late is None or self.exit_cost is None else self.exit_cost + late


@dataclass(frozen=True)
class Standing:
    """A force's roadmap on the day `day`."""

    force: str
    name: str
    day: date
    roadmap: Roadmap
    own: bool
    """Whether the roadmap is the force's own, and not the default one of its profile."""
    milestones: tuple[MilestoneStanding, ...]
    """In an order in which each comes after what it depends on."""
    critical: tuple[str, ...]
    """The chain of milestones that are not reached with the most days of work left."""
    critical_days: int
    debts: tuple[Debt, ...]

    @property
    def by_id(self) -> Mapping[str, MilestoneStanding]:
        """The milestones by id."""
        return {each.milestone.id: each for each in self.milestones}

    @property
    def reached(self) -> int:
        """How many milestones are reached."""
        return sum(1 for each in self.milestones if each.reached)

    @property
    def next(self) -> tuple[MilestoneStanding, ...]:
        """The milestones that can be worked on now: not reached, and waiting for none; by end."""
        ready = [each for each in self.milestones if not each.reached and not each.waits_for]
        return tuple(sorted(ready, key=lambda each: (each.milestone.end, each.milestone.id)))

    @property
    def blocked(self) -> tuple[MilestoneStanding, ...]:
        """The milestones that wait for others."""
        return tuple(each for each in self.milestones if not each.reached and each.waits_for)

    @property
    def late_cost(self) -> int:
        """What the months after exit dates cost, of all debts of which it is known."""
        return sum(each.late_cost or 0 for each in self.debts)
