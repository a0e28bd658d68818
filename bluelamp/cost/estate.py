"""What a force's plan or state costs: its resources, priced with its files of use and hardware."""

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
    """The cost of what a force's program plans, with its files of use and hardware.

    Raises `SettingsError` with every mistake in those files, also where they name a resource that is not planned or a
    milestone that is not on the roadmap.
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
    """The cost of what an exported state holds, with the force's files of use and hardware. Raises as they do."""
    usage, hardware = read_usage_and_hardware(root, stack)
    return price(estate_of_state(state, stack), usage, hardware, prices=prices or load(root), day=day)


def check_names(usage: Usage, estate: Estate) -> None:
    """Raises `SettingsError` where usage names resources that are not in the estate, or use that is not charged."""
    if problems := unused(usage, estate):
        raise SettingsError(problems)


def unused(usage: Usage, estate: Estate) -> list[Problem]:
    """A problem for each resource of `usage` that is not in the estate, and for each use that it is not charged by."""
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
                f"{name} is not charged by this use",
                key,
                f"allowed: {', '.join(allowed)}" if allowed else "nothing of it is charged by use",
                did_you_mean(key, allowed) or "take it out",
            )
            for key in own
            if key not in allowed
        ]
    return problems


def estate_of_plan(plan: "Plan") -> Estate:
    """The estate that a plan makes."""
    from bluelamp.resources import from_plan

    return Estate(plan.stack, from_plan(plan))


def estate_of_state(state: Mapping[str, Any], stack: str) -> Estate:
    """The estate that an exported state holds. Raises `UsageError` where it is not a state."""
    from bluelamp.resources import from_state

    return Estate(stack, from_state(state))
