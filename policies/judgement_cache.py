"""A cache of judgements by rule and resource, in a process that reuses results (`bluelamp.core.memo`).

Only rules on single resources use it; rules on the whole estate are evaluated each time. Rules may depend on today's
date, so nothing is reused on another day.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from bluelamp.core.dates import today
from bluelamp.core.memo import MOST, is_enabled
from bluelamp.core.resource import Resource
from bluelamp.policies.model import Judgement
from bluelamp.policies.rule import Rule

_JUDGEMENTS: Final[dict[str, tuple[Resource, date, dict[str, tuple[Rule, Judgement]]]]] = {}
_RULES: Final[dict[str, Rule]] = {}


def cached(resource: Resource) -> dict[str, tuple[Rule, Judgement]] | None:
    """The resource's judgements by rule id, each with its rule, for reading and writing; None without a cache."""
    if not is_enabled():
        return None
    found = _JUDGEMENTS.get(resource.urn)
    day = today()
    if found is None or found[0] is not resource or found[1] != day:
        if found is None and len(_JUDGEMENTS) >= MOST:
            return None
        found = _JUDGEMENTS[resource.urn] = resource, day, {}
    return found[2]


def reused_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules, each replaced by the object of an earlier run if they are equal."""
    return tuple(map(_reused, rules)) if is_enabled() else tuple(rules)


def _reused(rule: Rule) -> Rule:
    before = _RULES.setdefault(rule.id, rule)
    # Unlike equality, the representation distinguishes `1` and `True`.
    if before is not rule and repr(before) != repr(rule):
        _RULES[rule.id] = before = rule
    return before
