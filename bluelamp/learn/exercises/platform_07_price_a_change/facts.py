"""What the force costs, from the same prices that `bluelamp cost` uses."""

from decimal import ROUND_HALF_UP, Decimal

from bluelamp.cost.estate import cost_of_plan
from bluelamp.learn.project import LearnerProject
from bluelamp.pricing.model import By, Costs


def monthly_cost(project: LearnerProject, changed: bool = True) -> int:
    """The monthly cost in whole pounds (GBP) of the learner's plan, or of the prepared plan if not `changed`."""
    return int(_costs(project, changed=changed).total.quantize(Decimal(1), ROUND_HALF_UP))


def dearest_component(project: LearnerProject) -> str:
    """The component that costs most."""
    by_component = _costs(project).by(By.COMPONENT)
    return max(by_component, key=lambda each: by_component[each])


def _costs(project: LearnerProject, *, changed: bool = True) -> Costs:
    return cost_of_plan(project.plan if changed else project.before, project.root)
