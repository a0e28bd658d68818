"""Contradictory rules: as no rule takes precedence, a cell that two rules decide differently has no decision."""

from collections.abc import Iterator
from itertools import combinations

from bluelamp.core.access.decision import Cell
from bluelamp.core.access.model import AccessPolicy, Rule
from bluelamp.core.problems import Problem
from bluelamp.core.source import Source


def conflicts(policy: AccessPolicy, source: Source) -> Iterator[Problem]:
    """Each pair of rules that decide a cell differently, at the later one."""
    places = {rule.id: index for index, rule in enumerate(policy.rules)}
    for first, second in combinations(policy.rules, 2):
        cell = _shared(policy, first, second)
        if cell is None or not (first.allows or second.allows):
            continue
        if first.allows and second.allows and _terms(first) == _terms(second):
            continue
        how = "allows" if first.allows else "denies"
        other = "denies" if not second.allows else "allows" if not first.allows else "allows on other terms"
        where = ", ".join(cell)
        yield source.problem(
            ("rules", places[second.id]),
            f"rule {second.id} {other} what rule {first.id} {how}: {where}",
            next_step="narrow one of the rules: no rule takes precedence over another",
        )


def _shared(policy: AccessPolicy, first: Rule, second: Rule) -> Cell | None:
    """A cell that both rules cover."""
    shared = [one & two for one, two in zip(policy.covers(first), policy.covers(second), strict=True)]
    return Cell(*(min(each) for each in shared)) if all(shared) else None


def _terms(rule: Rule) -> tuple[object, ...]:
    return rule.mask, rule.agreement, rule.expires
