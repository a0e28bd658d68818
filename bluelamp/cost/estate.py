"""The cost of a force's plan or state, priced with its usage and hardware files."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.asset_type import MILESTONE
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.suggestions import did_you_mean
from bluelamp.pricing.files import read_usage_and_hardware
from bluelamp.pricing.model import Costs
from bluelamp.pricing.price import Estate, price
from bluelamp.pricing.snapshot import Prices, load
from bluelamp.pricing.usage import Usage, defaults

if TYPE_CHECKING:
    from bluelamp.planning import Plan


def cost_of_plan(plan: "Plan", root: Path, *, prices: Prices | None = None, day: date | None = None) -> Costs:
    """The cost of a force's plan, with its usage and hardware files.

    Raises `SettingsError` with every mistake in those files, including resources that are not planned and milestones
    that are not on the roadmap.
    """
    usage, hardware = read_usage_and_hardware(root, plan.stack)
    estate = estate_of_plan(plan)
    check_names(usage, estate)
    milestones = tuple(str(each.inputs.get("id")) for each in plan.resources if each.type == MILESTONE)
    if milestones and (problems := hardware.unknown_milestones(milestones)):
        raise SettingsError(problems)
    return price(estate, usage, hardware, prices=prices or load(root), day=day)


def cost_of_state(
    state: Mapping[str, Any], stack: str, root: Path, *, prices: Prices | None = None, day: date | None = None
) -> Costs:
    """The cost of an exported state, with the force's usage and hardware files. Raises as they do."""
    usage, hardware = read_usage_and_hardware(root, stack)
    return price(estate_of_state(state, stack), usage, hardware, prices=prices or load(root), day=day)


def check_names(usage: Usage, estate: Estate) -> None:
    """Raises `SettingsError` if usage names resources that are not in the estate, or usage that is not charged."""
    if problems := unused(usage, estate):
        raise SettingsError(problems)


def unused(usage: Usage, estate: Estate) -> list[Problem]:
    """A problem for each resource of `usage` that is not in the estate, and for each kind of usage without a charge."""
    names: dict[str, set[str]] = {}
    for each in estate.resources:
        names.setdefault(each.name, set()).add(each.type)
    problems = [
        Problem(
            usage.file,
            *usage.places.get((name,), (0, 0)),
            f"resources.{name}",
            "no resource of the plan has this name",
            name,
            did_you_mean(name, names),
            "use a resource's logical name, as `bluelamp explain` shows it",
        )
        for name in usage.resources
        if name not in names
    ]
    for name, own in usage.resources.items():
        if name not in names:
            continue
        allowed = [key for key, one in defaults().items() if names[name] & set(one.of)]
        problems += [
            Problem(
                usage.file,
                *usage.places.get((name, key), (0, 0)),
                f"resources.{name}.{key}",
                f"{name} has no charge for this usage",
                key,
                f"allowed: {', '.join(allowed)}" if allowed else "it has no usage-based charges",
                did_you_mean(key, allowed) or "remove it",
            )
            for key in own
            if key not in allowed
        ]
    return problems


def estate_of_plan(plan: "Plan") -> Estate:
    """The estate of a plan."""
    from bluelamp.resources import from_plan

    return Estate(plan.stack, from_plan(plan))


def estate_of_state(state: Mapping[str, Any], stack: str) -> Estate:
    """The estate of an exported state. Raises `UsageError` if it is not a state."""
    from bluelamp.resources import from_state

    return Estate(stack, from_state(state))
