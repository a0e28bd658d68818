"""Exemptions: leave to break one rule in one place for a time, and what makes one hold.

An exemption that does not hold changes nothing: the failure stays one, and says why it was not excused.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from policies.model import Judgement, Severity, Verdict
from policies.rule import Rule

if TYPE_CHECKING:
    from policies.settings import Exemption

LONGEST: Final = {
    Severity.CRITICAL: timedelta(days=31),
    Severity.HIGH: timedelta(days=92),
    Severity.MEDIUM: timedelta(days=184),
    Severity.LOW: timedelta(days=366),
}
"""How long an exemption from a rule of each severity may last from its first to its last day."""
_SHORTEST_NAME: Final = 3


class Status(StrEnum):
    """Whether an exemption holds, and if not, why."""

    HOLDS = "in force"
    NOT_STARTED = "not yet started"
    EXPIRED = "expired"
    TOO_LONG = "too long"
    TOO_BROAD = "too broad"
    SELF_APPROVED = "self-approved"
    MATCHES_NOTHING = "matches nothing"


@dataclass(frozen=True, slots=True)
class Use:
    """An exemption, whether it holds, how many failures it excuses, and why it does not hold where it does not."""

    exemption: "Exemption"
    status: Status
    matched: int = 0
    why: str = ""


def standing(exemption: "Exemption", rule: Rule, today: date) -> tuple[Status, str]:
    """Whether `exemption` from `rule` holds on the day `today`, and why not where it does not."""
    requester = exemption.requester or exemption.owner
    longest = LONGEST[rule.severity]
    lasts = exemption.expiry - exemption.start
    if _same(exemption.approver, requester):
        return Status.SELF_APPROVED, f"{exemption.approver} approved what {requester} asked for"
    if _broad(exemption.scope):
        return Status.TOO_BROAD, f"its scope must name a type and begin a name: {exemption.scope}"
    if lasts > longest:
        most = f"at most {longest.days} from a rule of {rule.severity} severity"
        return Status.TOO_LONG, f"it lasts {lasts.days} days, {most}"
    if today > exemption.expiry:
        return Status.EXPIRED, f"it expired on {exemption.expiry}"
    if today < exemption.start:
        return Status.NOT_STARTED, f"it starts on {exemption.start}"
    return Status.HOLDS, ""


def excused(
    judgements: Iterable[Judgement], exemptions: Sequence["Exemption"], rules: Mapping[str, Rule], today: date
) -> tuple[list[Judgement], tuple[Use, ...]]:
    """`judgements` with the failures that an exemption excuses as exempt, and what became of each exemption.

    Only a failure can be excused: what is unknown or in error stays so. A failure whose exemption does not hold says
    so. Exemptions from rules that are not among `rules` are left out.
    """
    judged = list(judgements)
    if not exemptions:
        return judged, ()
    used = [each for each in exemptions if each.rule in rules]
    holding = {each.id: standing(each, rules[each.rule], today) for each in used}
    by_rule: dict[str, list[Exemption]] = {}
    for each in used:
        by_rule.setdefault(each.rule, []).append(each)
    matched: Counter[str] = Counter()
    for index, judgement in enumerate(judged):
        if judgement.verdict is not Verdict.FAIL or judgement.rule not in by_rule:
            continue
        matching = [each for each in by_rule[judgement.rule] if _pattern(each.scope).fullmatch(judgement.urn)]
        good = [each for each in matching if holding[each.id][0] is Status.HOLDS]
        matched.update(each.id for each in matching)
        if good:
            judged[index] = replace(judgement, verdict=Verdict.EXEMPT, exemption=good[0].id)
        elif matching:
            said = "; ".join(f"exemption {each.id} does not hold: {holding[each.id][1]}" for each in matching)
            judged[index] = replace(judgement, message=f"{judgement.message}; {said}")
    return judged, tuple(_use(each, *holding[each.id], matched[each.id]) for each in used)


def _use(exemption: "Exemption", status: Status, why: str, matched: int) -> Use:
    if status is Status.HOLDS and not matched:
        return Use(exemption, Status.MATCHES_NOTHING, 0, f"nothing in its scope breaks {exemption.rule}")
    return Use(exemption, status, matched, why)


@lru_cache(maxsize=1024)
def _pattern(scope: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in scope.split("*")), re.DOTALL)


def _broad(scope: str) -> bool:
    """Whether `scope` covers more than somebody can have thought of: URNs are stack::project::type::name."""
    parts = scope.split("::", 3)
    if len(parts) < 4 or not parts[0].startswith("urn:pulumi:"):
        return True
    stack, _, type_, name = parts
    return "*" in stack or not type_.strip("*:$") or len(name.split("*")[0]) < _SHORTEST_NAME


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
