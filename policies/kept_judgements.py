"""Judgements that are reused for the same rule and resource, in a process that keeps results.

Only of rules that look at one resource: what a rule says of all resources together is judged anew. A rule may compare
with today's date, so nothing is reused on another day.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from bluelamp.core.dates import today
from bluelamp.core.resource import Resource
from bluelamp.core.reuse import MOST, keeping
from bluelamp.policies.model import Judgement
from bluelamp.policies.rule import Rule

_JUDGEMENTS: Final[dict[str, tuple[Resource, date, dict[str, tuple[Rule, Judgement]]]]] = {}
_RULES: Final[dict[str, Rule]] = {}


def kept(resource: Resource) -> dict[str, tuple[Rule, Judgement]] | None:
    """The judgements of the resource by rule id, each with its rule, to read and to add to; None to keep none."""
    if not keeping():
        return None
    found = _JUDGEMENTS.get(resource.urn)
    day = today()
    if found is None or found[0] is not resource or found[1] != day:
        if found is None and len(_JUDGEMENTS) >= MOST:
            return None
        found = _JUDGEMENTS[resource.urn] = resource, day, {}
    return found[2]


def same(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules, each replaced by the earlier object where every part of it is the same."""
    return tuple(map(_same, rules)) if keeping() else tuple(rules)


def _same(rule: Rule) -> Rule:
    before = _RULES.setdefault(rule.id, rule)
    # Unlike equality, the text tells `1` from `True`.
    if before is not rule and repr(before) != repr(rule):
        _RULES[rule.id] = before = rule
    return before
