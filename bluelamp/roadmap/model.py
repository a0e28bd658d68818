"""A force's progress on its roadmap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bluelamp.core.roadmap import Milestone, Roadmap


class Status(StrEnum):
    """The status of a milestone."""

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
class MilestoneProgress:
    """A milestone and its progress.

    `slack` is the number of days by which it may end later without moving another milestone or the roadmap's end;
    negative if it ends after a dependent milestone starts. `cost` is the cost of the resources tagged with the
    milestone, in GBP a month, without the `unpriced` charges, which have no price.
    """

    milestone: Milestone
    owner: str
    status: Status
    criteria: tuple[Criterion, ...]
    waits_for: tuple[str, ...]
    """The unreached milestones that it depends on."""
    slack: int
    cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def over_budget(self) -> bool | None:
        """Whether it exceeds its monthly budget; None without a budget, or if a missing price decides."""
        budget = self.milestone.budget
        if budget is None or budget.monthly is None:
            return None
        if self.cost > budget.monthly:
            return True
        return None if self.unpriced else False

    @property
    def met(self) -> int:
        """The number of criteria that the plan meets."""
        return sum(1 for each in self.criteria if each.met)

    @property
    def reached(self) -> bool:
        """Whether the plan meets all criteria and every dependency is reached."""
        return self.status is Status.REACHED

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        """The criteria that the plan does not meet."""
        return tuple(each for each in self.criteria if not each.met)


@dataclass(frozen=True, slots=True)
class Debt:
    """Tactical spend: its exit date, successor and cost of a late exit. All amounts are in GBP.

    `replaced` is the end of the milestone that delivers the successor, None if none does. `months_late` is the number
    of months between the exit date and that end, or today if that is later; None if unknown. Unknown amounts never
    count as 0.
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
    """The number of planned resources with its tags."""

    @property
    def late_cost(self) -> int | None:
        """The cost of the months after the exit date; None if unknown."""
        if self.months_late is None or (self.monthly_cost is None and self.months_late):
            return None
        return self.months_late * (self.monthly_cost or 0)

    @property
    def total(self) -> int | None:
        """The cost of the exit and of the months after the exit date; None if unknown."""
        late = self.late_cost
        return None if late is None or self.exit_cost is None else self.exit_cost + late


@dataclass(frozen=True)
class RoadmapProgress:
    """A force's roadmap on the day `day`."""

    force: str
    name: str
    day: date
    roadmap: Roadmap
    own: bool
    """Whether the roadmap is the force's own instead of its profile's default."""
    milestones: tuple[MilestoneProgress, ...]
    """The milestones, each after its dependencies."""
    critical: tuple[str, ...]
    """The critical path: the chain of unreached milestones with the most remaining days."""
    critical_days: int
    debts: tuple[Debt, ...]

    @property
    def by_id(self) -> Mapping[str, MilestoneProgress]:
        """The milestones by id."""
        return {each.milestone.id: each for each in self.milestones}

    @property
    def reached(self) -> int:
        """The number of reached milestones."""
        return sum(1 for each in self.milestones if each.reached)

    @property
    def next(self) -> tuple[MilestoneProgress, ...]:
        """The unreached milestones that wait for no other, by end."""
        ready = [each for each in self.milestones if not each.reached and not each.waits_for]
        return tuple(sorted(ready, key=lambda each: (each.milestone.end, each.milestone.id)))

    @property
    def blocked(self) -> tuple[MilestoneProgress, ...]:
        """The milestones that wait for others."""
        return tuple(each for each in self.milestones if not each.reached and each.waits_for)

    @property
    def late_cost(self) -> int:
        """The cost of the months after exit dates, of all debts with a known cost."""
        return sum(each.late_cost or 0 for each in self.debts)
