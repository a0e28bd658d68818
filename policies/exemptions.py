"""Exemptions from one rule, for one scope and a limited time, and their conditions.

An exemption that is not in force changes no verdict: the failure remains, and its message has the reason.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bluelamp.core.resource import Resource
from bluelamp.policies.approval import FILE, Approvers, is_same_person
from bluelamp.policies.model import Judgement, Severity, Verdict
from bluelamp.policies.rule import Rule
from bluelamp.policies.scope import scope

if TYPE_CHECKING:
    from bluelamp.policies.settings import Exemption

LONGEST: Final = {
    Severity.CRITICAL: timedelta(days=31),
    Severity.HIGH: timedelta(days=92),
    Severity.MEDIUM: timedelta(days=184),
    Severity.LOW: timedelta(days=366),
}
"""The maximum duration of an exemption, and the minimum break before the next one for the same failure."""
REVIEWED: Final = timedelta(days=92)
"""The maximum time since the last review."""
MOST_RESOURCES: Final = 10
"""The maximum number of resources that all patterns for one rule cover, whether or not the rule concerns them."""
FEW_RESOURCES: Final = 3
"""The number of resources that a pattern may always cover."""
LARGEST_SHARE: Final = 4
"""Above `FEW_RESOURCES`, patterns may cover one in this many of all resources, and of those that the rule concerns."""


class Status(StrEnum):
    """Whether an exemption is in force, or why it is not."""

    HOLDS = "in force"
    NOT_STARTED = "not yet started"
    EXPIRED = "expired"
    TOO_LONG = "too long"
    TOO_BROAD = "too broad"
    SELF_APPROVED = "self-approved"
    NOT_APPROVED = "not approved"
    NOT_REVIEWED = "not reviewed"
    MATCHES_NOTHING = "matches nothing"


StatusAndReason = tuple[Status, str]


@dataclass(frozen=True, slots=True)
class Use:
    """An exemption with its status, the number of failures in its scope, and the reason (`why`) if not in force."""

    exemption: "Exemption"
    status: Status
    matched: int = 0
    why: str = ""


@dataclass(frozen=True)
class Extent:
    """The resources against which the breadth of scopes is measured.

    `urns` are the resources that any rule concerns; `concerned` those that each rule with exemptions concerns.
    """

    urns: frozenset[str]
    concerned: Mapping[str, frozenset[str]]


def extent(resources: Iterable[Resource], rules: Iterable[Rule], measured: Iterable[Rule]) -> Extent:
    """The resources that any of `rules` concerns, and those that each rule of `measured` concerns."""
    from bluelamp.policies.estate import canonical

    by_type: dict[str, list[str]] = {}
    for each in resources:
        by_type.setdefault(canonical(each.type), []).append(each.urn)
    all_rules = tuple(rules)

    def urns_of(selected: Iterable[Rule]) -> frozenset[str]:
        wanted = tuple(selected)
        return frozenset(
            urn for type_, urns in by_type.items() if any(rule.places(type_) for rule in wanted) for urn in urns
        )

    return Extent(urns_of(all_rules), {rule.id: urns_of((rule,)) for rule in measured})


def status_of(exemption: "Exemption", rule: Rule, today: date, approvers: Approvers | None) -> StatusAndReason:
    """The status of `exemption` from `rule` on the day `today`, regardless of other exemptions, and the reason if it
    is not in force."""
    longest = LONGEST[rule.severity]
    duration = exemption.expiry - exemption.start
    unapproved = _unapproved(exemption, rule, approvers)
    if unapproved:
        return unapproved
    if problem := scope(exemption.scope).problem:
        return Status.TOO_BROAD, f"{problem}: {exemption.scope}"
    if duration > longest:
        most = f"at most {longest.days} from a rule of {rule.severity} severity"
        return Status.TOO_LONG, f"it lasts {duration.days} days, {most}"
    return _current(exemption, today)


def _current(exemption: "Exemption", today: date) -> StatusAndReason:
    if today > exemption.expiry:
        return Status.EXPIRED, f"it expired on {exemption.expiry}"
    if exemption.last_review > today:
        return Status.NOT_REVIEWED, f"its last review, {exemption.last_review}, is in the future"
    if today < exemption.start:
        return Status.NOT_STARTED, f"it starts on {exemption.start}"
    if today - exemption.last_review > REVIEWED:
        age = (today - exemption.last_review).days
        return Status.NOT_REVIEWED, f"its last review was {age} days ago, at most {REVIEWED.days} are allowed"
    return Status.HOLDS, ""


def _unapproved(exemption: "Exemption", rule: Rule, approvers: Approvers | None) -> StatusAndReason | None:
    if approvers is None:
        return Status.NOT_APPROVED, f"{FILE} is missing, so nobody may approve exemptions"
    approver = approvers.named(exemption.approver)
    if approver is None:
        return Status.NOT_APPROVED, f"{exemption.approver} is not in {FILE}"
    for what, person in (("asked for", exemption.requester), ("owns", exemption.owner)):
        if person and is_same_person(person, approver):
            return Status.SELF_APPROVED, f"{approver.id} approved what {person} {what}"
    refused = approvers.refusal(approver, exemption, rule.severity)
    return (Status.NOT_APPROVED, refused) if refused else None


def exempted(
    judgements: Iterable[Judgement],
    exemptions: Sequence["Exemption"],
    rules: Mapping[str, Rule],
    today: date,
    approvers: Approvers | None = None,
    measured: Extent | None = None,
) -> tuple[list[Judgement], tuple[Use, ...]]:
    """`judgements` with exempt failures, and the use of each exemption.

    Only failures can be exempt: unknown and error verdicts remain. If an exemption is not in force, the failure's
    message has the reason. Exemptions from other rules than `rules` are left out. `measured` is the extent of all
    judged resources, by default that of `judgements`; `approvers` is None without a register of approvers.
    """
    judged = list(judgements)
    used = [each for each in exemptions if each.rule in rules]
    if not used:
        return judged, ()
    by_rule: dict[str, list[Exemption]] = {}
    for each in used:
        by_rule.setdefault(each.rule, []).append(each)
    statuses = {each.id: status_of(each, rules[each.rule], today, approvers) for each in used}
    measured = measured or _extent_of(judged, by_rule)
    for rule, matching_exemptions in by_rule.items():
        statuses |= _too_broad(rule, matching_exemptions, statuses, measured)
    matching = {
        index: [each for each in by_rule[judgement.rule] if scope(each.scope).matches(judgement.urn)]
        for index, judgement in enumerate(judged)
        if judgement.verdict is Verdict.FAIL and judgement.rule in by_rule
    }
    for index, matching_exemptions in matching.items():
        for id_, why in _extending(matching_exemptions, rules[judged[index].rule]).items():
            if statuses[id_][0] in {Status.HOLDS, Status.NOT_STARTED}:
                statuses[id_] = (Status.TOO_LONG, why)
    matched: Counter[str] = Counter()
    for index, matching_exemptions in matching.items():
        judgement = judged[index]
        in_force = [each for each in matching_exemptions if statuses[each.id][0] is Status.HOLDS]
        matched.update(each.id for each in matching_exemptions)
        if in_force:
            judged[index] = replace(judgement, verdict=Verdict.EXEMPT, exemption=min(in_force, key=_patterns_last).id)
        elif matching_exemptions:
            reasons = "; ".join(
                f"exemption {each.id} does not hold: {statuses[each.id][1]}" for each in matching_exemptions
            )
            judged[index] = replace(judgement, message=f"{judgement.message}; {reasons}")
    return judged, tuple(_use(each, *statuses[each.id], matched[each.id]) for each in used)


def needs_all_resources(
    judgement: Judgement,
    exemptions: Iterable["Exemption"],
    rules: Mapping[str, Rule],
    today: date,
    approvers: Approvers | None,
) -> bool:
    """Whether a pattern in force covers the failure `judgement`, so that its exemption depends on all resources."""
    return judgement.verdict is Verdict.FAIL and any(
        each.rule == judgement.rule
        and scope(each.scope).is_pattern
        and scope(each.scope).matches(judgement.urn)
        and status_of(each, rules[each.rule], today, approvers)[0] is Status.HOLDS
        for each in exemptions
    )


def _extent_of(judgements: Iterable[Judgement], rules: Iterable[str]) -> Extent:
    concerned: dict[str, set[str]] = {rule: set() for rule in rules}
    urns = set()
    for each in judgements:
        urns.add(each.urn)
        if each.rule in concerned:
            concerned[each.rule].add(each.urn)
    return Extent(frozenset(urns), {rule: frozenset(found) for rule, found in concerned.items()})


def _too_broad(
    rule: str, exemptions: Iterable["Exemption"], statuses: Mapping[str, StatusAndReason], measured: Extent
) -> dict[str, StatusAndReason]:
    """The exemptions from `rule` whose patterns, alone or together, cover too many resources."""
    patterns = [each for each in exemptions if statuses[each.id][0] is Status.HOLDS and scope(each.scope).is_pattern]
    covered = {each.id: {urn for urn in measured.urns if scope(each.scope).matches(urn)} for each in patterns}
    concerned = measured.concerned.get(rule, frozenset())
    excess_of = {id_: _excess(rule, urns, measured.urns, concerned) for id_, urns in covered.items()}
    broad = {id_: (Status.TOO_BROAD, f"its scope covers {why}") for id_, why in excess_of.items() if why}
    narrow = [id_ for id_ in covered if id_ not in broad]
    together = _excess(rule, {urn for id_ in narrow for urn in covered[id_]}, measured.urns, concerned)
    if together:
        reason = f"the scopes of {', '.join(narrow)} together cover {together}"
        broad |= {id_: (Status.TOO_BROAD, reason) for id_ in narrow if covered[id_]}
    return broad


def _excess(rule: str, covered: set[str], urns: frozenset[str], concerned: frozenset[str]) -> str:
    """The limit that the scopes of `covered` exceed, with its numbers; empty if none."""
    if len(covered) > MOST_RESOURCES:
        return f"{len(covered)} of {len(urns)} resources, at most {MOST_RESOURCES} are allowed"
    for found, of, what in ((covered, urns, "resources"), (covered & concerned, concerned, f"that {rule} concerns")):
        if len(found) > FEW_RESOURCES and len(found) * LARGEST_SHARE > len(of):
            return f"{len(found)} of {len(of)} {what}, at most one in {LARGEST_SHARE} is allowed"
    return ""


def _extending(exemptions: Iterable["Exemption"], rule: Rule) -> dict[str, str]:
    """The exemptions of one failure that extend earlier ones beyond the maximum days_, each with the reason.

    An exemption continues earlier ones, in force or not, unless the break between them is longer than the maximum
    duration: the days from the first start to its expiry count.
    """
    longest = LONGEST[rule.severity]
    excess: dict[str, str] = {}
    first: Exemption | None = None
    last = date.min
    for each in sorted(exemptions, key=lambda each: (each.start, each.expiry, each.id)):
        if first is None or each.start - last > longest:
            first, last = each, each.expiry
            continue
        last = max(last, each.expiry)
        total = each.expiry - first.start
        if total > longest:
            excess[each.id] = (
                f"with {first.id} from {first.start} it lasts {total.days} days, at most {longest.days} from a rule of "
                f"{rule.severity} severity; after {longest.days} days without one the failure may be exempt again"
            )
    return excess


def _patterns_last(exemption: "Exemption") -> bool:
    return scope(exemption.scope).is_pattern


def _use(exemption: "Exemption", status: Status, why: str, matched: int) -> Use:
    if status is Status.HOLDS and not matched:
        return Use(exemption, Status.MATCHES_NOTHING, 0, f"nothing in its scope breaks {exemption.rule}")
    return Use(exemption, status, matched, why)
