"""A cache of judgements by rule and resource, in a process that reuses results (`bluelamp.core.memo`).

Only rules that look at one resource use it; rules over the whole estate are judged anew. Rules may compare with today's
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
    """The mutable judgements of the resource by rule id, each with its rule; None if the cache is not in use."""
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
    """The rules, each replaced by the object of an earlier run if nothing of it differs."""
    return tuple(map(_reused, rules)) if is_enabled() else tuple(rules)


def _reused(rule: Rule) -> Rule:
    before = _RULES.setdefault(rule.id, rule)
    # Unlike equality, the text tells `1` from `True`.
    if before is not rule and repr(before) != repr(rule):
        _RULES[rule.id] = before = rule
    return before
