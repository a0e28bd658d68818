"""The decision of a policy for each cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Final, NamedTuple

from bluelamp.core.access.model import AccessPolicy, Rule

WARNING: Final = timedelta(days=30)
"""The time before the last day of access at which its end is announced."""


class Cell(NamedTuple):
    """One question: may this persona see this asset, for this purpose, from this network, on such a device?"""

    persona: str
    asset: str
    purpose: str
    network: str
    device: str


@dataclass(frozen=True)
class Decision:
    """A decision: the view shown, None if access is denied; `rule` is the deciding rule, or empty."""

    view: str | None
    rule: str = ""


_DENIED: Final = Decision(None)


def cells(policy: AccessPolicy) -> Iterator[Cell]:
    """Every cell of the policy, in order."""
    for values in product(*(sorted(axis) for axis in policy.axes)):
        yield Cell(*values)


def decide(policy: AccessPolicy, cell: Cell, day: date) -> Decision:
    """The policy's decision on `day`: denied, unless an unexpired rule allows access."""
    for rule in policy.rules:
        if all(value in values for value, values in zip(cell, policy.covers(rule), strict=True)):
            if policy.is_open(rule, day):
                return Decision(policy.view(rule, cell.persona), rule.id)
            if not rule.allows:
                return Decision(None, rule.id)
    return _DENIED


def closing(policy: AccessPolicy, day: date) -> Iterator[tuple[Rule, date]]:
    """The rules whose access has ended by `day`, or ends within 30 days, each with its last day."""
    for rule in policy.rules:
        ends = policy.ends(rule)
        if rule.allows and ends is not None and ends - day <= WARNING:
            yield rule, ends
