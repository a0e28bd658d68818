"""The roadmap compared with the deployed resources.

A program registers a component for each milestone and each tactical spend of `stacks/<force>/roadmap.yaml`; these rules
judge them together with the resources.
"""

from decimal import Decimal
from typing import Final

from bluelamp.core.asset_type import MILESTONE, TACTICAL
from bluelamp.core.text import first_of
from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.data._types import TAGGED
from bluelamp.policies.data.spend import _roadmap, _spending
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.value import UnknownValue, Value, root

_ROADMAP: Final = """
resources.ResourceGroup(
    "interim-records",
    tags={
        "roadmap-milestone": "data-in-shape",
        "spend-type": "tactical",
        "exit-date": "2099-03-31",
        "successor-module": "modules/data/lake",
        "exit-cost-gbp": "12000",
        "debt-id": "TD-17",
    },
)
pulumi.ComponentResource(
    "bluelamp:spend:Milestone",
    "milestone-hybrid-foundation",
    {"id": "hybrid-foundation", "start": "2026-04-01", "end": "2027-03-31"},
)
pulumi.ComponentResource(
    "bluelamp:spend:Milestone",
    "milestone-data-in-shape",
    {
        "id": "data-in-shape",
        "dependsOn": ["hybrid-foundation"],
        "start": "2027-04-01",
        "end": "2099-03-31",
        "delivers": ["modules/data/lake"],
    },
)
"""

_BUDGET: Final = """
network.DdosProtectionPlan("ddos-plan", ..., tags={"roadmap-milestone": "data-in-shape"})
pulumi.ComponentResource(
    "bluelamp:spend:Milestone",
    "milestone-data-in-shape",
    {"id": "data-in-shape", "start": "2027-04-01", "end": "2028-03-31", "budgetMonthlyGbp": 9500},
)
"""


@rule(
    "BL-SPD-008",
    "Resources refer to a milestone of the roadmap",
    failure="Resource refers to a milestone that the roadmap does not have",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a") + iso("5.9") + mcsb("AM-1"),
    at=dict.fromkeys(TAGGED, "tags.roadmap-milestone"),
    estate=True,
    fix="Set bluelamp:roadmapMilestone to a milestone of stacks/FORCE/roadmap.yaml, or add the milestone there.",
    example=_ROADMAP,
)
def milestone_exists(named: Value, estate: Estate) -> Outcome:
    """Spend without a milestone does not contribute to the roadmap and is in no milestone's budget."""
    if named.missing:
        return NotApplicable("it has no roadmap-milestone tag")
    known = _roadmap.milestones(estate)
    if not known:
        return NotApplicable(_roadmap.UNJUDGED)
    return None if _roadmap.milestone(named, estate) else Fail(named, list(known))


@rule(
    "BL-SPD-009",
    "Tactical spend has a successor that a milestone delivers",
    failure="Tactical spend has a successor that no milestone delivers",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at={**dict.fromkeys(TAGGED, "tags.successor-module"), TACTICAL: "successor"},
    estate=True,
    fix="Name a module in `delivers` of a milestone, or a debt ID whose successor is such a module.",
    example=_ROADMAP,
)
def tactical_spend_has_successor(successor: Value, estate: Estate) -> Outcome:
    """A tactical system ends when its successor is delivered. Without a milestone for the successor, or with a tactical
    successor without an end, the tactical choice becomes permanent.
    """
    if not str(successor.get("")).strip():
        return NotApplicable("it names no successor")
    debt = root(successor.resource)["tags"]["debt-id"]
    why = _roadmap.dead_end(successor, str(debt.get("")), estate)
    return Fail(successor, "a module that a milestone delivers, or a debt that leads to one", why) if why else None


@rule(
    "BL-SPD-010",
    "Milestone dependencies have no cycle",
    failure="Milestone depends on itself through a cycle",
    severity=Severity.MEDIUM,
    controls=caf("A3.a") + iso("5.9"),
    at={MILESTONE: "dependsOn"},
    estate=True,
    fix="Remove one of the dependencies in stacks/FORCE/roadmap.yaml.",
    example=_ROADMAP,
)
def dependencies_have_no_cycle(depends_on: Value, estate: Estate) -> Outcome:
    """Milestones that depend on one another can never be completed, and the systems that they replace stay in use."""
    if depends_on.missing:
        return NotApplicable("it has no dependencies")
    cycle = _roadmap.cycle(root(depends_on.resource), estate)
    return Fail(depends_on, "milestones that do not depend on this one", " -> ".join(cycle)) if cycle else None


@rule(
    "BL-SPD-011",
    "Milestones start after their dependencies end",
    failure="Milestone starts before a dependency ends",
    severity=Severity.MEDIUM,
    controls=caf("A3.a") + iso("5.9"),
    at={MILESTONE: "dependsOn[*]"},
    estate=True,
    fix="Set the start in stacks/FORCE/roadmap.yaml to after the end of the dependency, or remove the dependency.",
    example=_ROADMAP,
)
def milestone_starts_after_dependencies(before: Value, estate: Estate) -> Outcome:
    """Work that starts before its dependency is complete is done twice, or on a temporary system."""
    needed = _roadmap.milestone(before, estate)
    if needed is None:
        return Fail(before, list(_roadmap.milestones(estate)), "the roadmap does not have this milestone")
    start, end = root(before.resource)["start"], _roadmap.day(needed["end"])
    if _roadmap.day(start) > end:
        return None
    return Fail(start, f"a day after {end}, the end of {before.known}")


@rule(
    "BL-SPD-013",
    "Milestones cost no more than their monthly budget",
    failure="Milestone costs more than its monthly budget",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a") + iso("5.9"),
    at={MILESTONE: "budgetMonthlyGbp"},
    estate=True,
    fix="""Reduce the most expensive resources, assign resources to the milestone that they serve, or agree a larger
    budget.monthly in stacks/FORCE/roadmap.yaml.""",
    example=_BUDGET,
    # List prices are an estimate: a force's baseline may make the rule mandatory.
    enforcement=Enforcement.ADVISORY,
)
def within_budget(budget: Value, estate: Estate) -> Outcome:
    """Overspend on a milestone takes funds from later milestones. The check uses the fixed cost of all resources and
    premises of the milestone, at list prices. Usage-based charges and charges without a price are not included and
    leave the verdict open.
    """
    if budget.missing:
        return NotApplicable("it has no monthly budget")
    name = str(root(budget.resource)["id"].known)
    allowed, spent = Decimal(str(budget.known)), _spending.spent(name, estate)
    unplaced = _spending.unplaced(estate)
    if spent is None:
        if unplaced:
            raise UnknownValue(budget, f"the milestone of {first_of(unplaced)} is not known")
        return NotApplicable("no resource with a cost refers to it")
    fixed = f"the fixed cost of {name} is {_spending.pounds(spent.fixed)} a month"
    if spent.fixed > allowed:
        return Fail(
            budget, f"at least {_spending.pounds(spent.fixed)}", f"{fixed}; the most expensive are {spent.dearest}"
        )
    if spent.fixed + spent.used > allowed:
        raise UnknownValue(budget, f"{fixed}, and with the assumed use {_spending.pounds(spent.fixed + spent.used)}")
    if spent.unpriced:
        raise UnknownValue(budget, f"{fixed}, and no price is known for {first_of(list(spent.unpriced))}")
    if unplaced:
        raise UnknownValue(budget, f"{fixed}, and the milestone of {first_of(unplaced)} is not known")
    return None
