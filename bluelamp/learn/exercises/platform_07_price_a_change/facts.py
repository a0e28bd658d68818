"""What the force costs, from the same prices that `bluelamp cost` uses."""

from decimal import ROUND_HALF_UP, Decimal

from bluelamp.cost.estate import cost_of_plan
from bluelamp.learn.at import At
from bluelamp.pricing.model import By, Costs


def monthly_cost(at: At, changed: bool = True) -> int:
    """GBP a month in whole pounds, of the learner's plan, or of the plan before it was `changed`."""
    return int(_costs(at, changed=changed).total.quantize(Decimal(1), ROUND_HALF_UP))


def dearest_component(at: At) -> str:
    """The component that costs most."""
    by_component = _costs(at).by(By.COMPONENT)
    return max(by_component, key=lambda each: by_component[each])


def _costs(at: At, *, changed: bool = True) -> Costs:
    return cost_of_plan(at.plan if changed else at.before, at.root)
