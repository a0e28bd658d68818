"""The cost of the changes in an engine's preview: the difference between the states before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.core.wire import Reader
from bluelamp.cost.difference import Difference, difference
from bluelamp.cost.estate import estate_of_state
from bluelamp.policies.value import joined
from bluelamp.pricing.files import read_usage_and_hardware
from bluelamp.pricing.price import Estate, price
from bluelamp.pricing.snapshot import Prices, load

if TYPE_CHECKING:
    from bluelamp.engine.events import Step

_GONE: Final = ("delete", "discard")
_REPLACED: Final = ("delete-replaced", "discard-replaced")


def cost_of_steps(
    state: Mapping[str, Any],
    steps: Iterable["Step"],
    stack: str,
    root: Path,
    *,
    prices: Prices | None = None,
    day: date | None = None,
) -> Difference:
    """The cost difference of the previewed `steps` for a stack with this exported `state`, which may be empty.

    Nothing is planned. Raises `SettingsError` with every mistake in the stack's usage and hardware files.
    """
    usage, hardware = read_usage_and_hardware(root, stack)
    prices = prices or load(root)
    before = estate_of_state(state, stack) if state.get("deployment") else Estate(stack, ())
    after = after_steps(before, steps)
    return difference(
        price(before, usage, hardware, prices=prices, day=day), price(after, usage, hardware, prices=prices, day=day)
    )


def after_steps(before: Estate, steps: Iterable["Step"]) -> Estate:
    """The estate after the steps."""
    resources = {each.urn: each for each in before.resources}
    deleted = set()
    for step in steps:
        if not step.custom or step.type.startswith("pulumi:") or step.op in _REPLACED:
            continue
        if step.op in _GONE:
            deleted.add(step.urn)
            continue
        inputs = Reader(UNKNOWN, joined).read(step.inputs)
        known = resources.get(step.urn)
        resources[step.urn] = (
            replace(known, properties=inputs) if known is not None else Resource(step.urn, step.type, step.name, inputs)
        )
    return replace(before, resources=[each for urn, each in resources.items() if urn not in deleted])
