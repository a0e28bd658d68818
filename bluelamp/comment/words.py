"""A comparison in words: the result line, and names of forces."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from bluelamp.comparison.model import Action, ChangedResource, Comparison, Force, VerdictStatus
from bluelamp.core.markdown import code, html_code
from bluelamp.cost.difference import signed
from bluelamp.reports.words import some

STOPS: Final = "❌"
CARE: Final = "⚠️"
FINE: Final = "✅"
VERBS: Final = {
    Action.DELETED: "delete",
    Action.REPLACED: "replace",
    Action.UPDATED: "update",
    Action.CREATED: "create",
}
_MISTAKES: Final = re.compile(r"; (?=[\w./-]+\.ya?ml:\d+:)")
NAME: Final = 80
"""The maximum length of a name."""


def result(found: Comparison) -> str:
    """The result in one line, with blockers first; its mark is the only markup."""
    affected = found.affected
    if not affected:
        return f"{FINE} No force is affected"
    parts = [f"{len(affected):,} of {some(len(found.forces), 'force')} affected"]
    failed = [each for each in affected if each.head_error]
    base = [each for each in affected if each.base_error and not each.head_error]
    refused = sum(len(each.refused) for each in affected)
    broken = [each for force in affected for each in force.breaks]
    if failed:
        parts.append(f"{some(len(failed), 'force')} failed to plan")
    if base:
        parts.append(f"{some(len(base), 'force')} without a base to compare with")
    if refused:
        parts.append(f"{some(refused, 'resource')} refused by the cloud")
    if broken:
        parts.append(some(len(broken), "new mandatory failure"))
    counted = counts(one for each in affected for one in each.resources)
    if counted:
        parts.append(counted)
    elif not failed and not base:
        parts.append("no resource changes")
    change = sum((each.cost.change for each in affected), Decimal())
    if change:
        parts.append(f"{signed(change)} a month")
    return f"{mark(found)} {', '.join(parts)}"


def counts(resources: Iterable[ChangedResource]) -> str:
    """`2 resources to delete, 1 to replace`; empty for none."""
    listed = list(resources)
    parts = [(what, count) for what in Action if (count := sum(each.what is what for each in listed))]
    return ", ".join(
        f"{f'{count:,}' if place else some(count, 'resource')} to {VERBS[what]}"
        for place, (what, count) in enumerate(parts)
    )


def mark(found: Comparison) -> str:
    """The mark of the result: whether the change is blocked, or needs review."""
    affected = found.affected
    if any(each.head_error or each.refused or each.breaks for each in affected):
        return STOPS
    careful = any(each.base_error or any(one.destroys for one in each.resources) for each in affected)
    open_ = any(
        one.turn is VerdictStatus.NEW and one.level == "mandatory" and one.verdict == "unknown"
        for each in affected
        for one in each.verdicts
    )
    return CARE if careful or open_ else FINE


def each_error(text: str) -> list[str]:
    """The mistakes in the error of a force that was not planned, as one error may hold several settings mistakes."""
    return [each for each in _MISTAKES.split(text) if each]


def names(forces: Sequence[Force], most: int, *, html: bool = False) -> str:
    """The names of at most `most` forces, and the number of others."""
    shown = [(html_code if html else code)(each.force, NAME) for each in forces[:most]]
    rest = len(forces) - most
    if not shown:
        return some(len(forces), "force")
    return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")
