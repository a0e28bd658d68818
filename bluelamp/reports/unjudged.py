"""Items that a report did not judge: resources without a rule, and items that the source left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final

from bluelamp.policies import Judgement, Resource, Rule, Verdict
from bluelamp.policies.estate import canonical
from bluelamp.resources.skipped import RESOURCE, Skipped

GENERAL: Final = 100
"""A rule for at least this number of types is general: it checks location, tags or cost, not configuration."""
NO_RULE: Final = "no rule concerns this kind"
GENERAL_ONLY: Final = "only rules on location, classification and cost concern this kind"
_NO_TYPE: Final = ":bluelamp.invalid/v0:NoSuchType"
"""The suffix of a type that no provider has."""
_PLURALS: Final = {"property": "properties"}


@dataclass(frozen=True, slots=True)
class Unjudged:
    """The resources of one kind that were not judged, or judged by general rules only, for one reason.

    `of` and `unread` have the same meaning as in `Skipped`.
    """

    kind: str
    why: str
    resources: tuple[Skipped, ...] = field(default=())
    of: str = RESOURCE
    unread: bool = False

    @property
    def counted(self) -> str:
        """`1 file`, `2 properties`."""
        return counted(len(self.resources), self.of)

    @property
    def general(self) -> bool:
        """Whether general rules judged them."""
        return self.why == GENERAL_ONLY

    @property
    def among_resources(self) -> bool:
        """Whether they are among the report's resources; otherwise the source left them out."""
        return self.why in (GENERAL_ONLY, NO_RULE)

    def as_dict(self) -> dict[str, Any]:
        """The kind as JSON values."""
        return {
            "kind": self.kind,
            "why": self.why,
            "of": self.of,
            "unread": self.unread,
            "count": len(self.resources),
            "resources": [each.as_dict() for each in self.resources],
        }


def unjudged(
    resources: Iterable[Resource],
    judgements: Iterable[Judgement],
    rules: Sequence[Rule],
    skipped: Iterable[Skipped] = (),
) -> tuple[Unjudged, ...]:
    """The unjudged items by kind: unreadable ones first, then kinds without a rule, then kinds with general rules only,
    the most numerous first.

    A resource is judged if one of `rules`, the whole baseline, is about its type or gave a verdict on it. Verdicts of
    general rules do not count, as they do not check configuration, nor does "not applicable".
    """
    general = {rule.id for rule in rules if is_general(rule)}
    particular = [rule for rule in rules if rule.id not in general]
    decided = {
        each.urn for each in judgements if each.verdict is not Verdict.NOT_APPLICABLE and each.rule not in general
    }
    concerned: dict[str, str] = {}
    found: dict[tuple[str, str, str, bool], list[Skipped]] = defaultdict(list)
    for each in resources:
        if each.urn in decided:
            continue
        type_ = canonical(each.type)
        why = concerned.get(type_)
        if why is None:
            why = concerned[type_] = _why(type_, particular, [rule for rule in rules if rule.id in general])
        if why:
            one = Skipped(each.type, each.name, why, each.urn, each.source)
            found[one.group].append(one)
    for left in skipped:
        found[left.group].append(left)
    ordered = sorted(found.items(), key=lambda each: (not each[0][3], *_order(each[0], len(each[1]))))
    return tuple(
        Unjudged(kind, why, tuple(sorted(alike, key=lambda one: (one.name, one.urn, one.source or ()))), of, unread)
        for (kind, why, of, unread), alike in ordered
    )


def counted(count: int, of: str) -> str:
    """`1 file`, `2 properties`."""
    return f"{count:,} {of if count == 1 else _PLURALS.get(of, f'{of}s')}"


def _order(group: tuple[str, str, str, bool], count: int) -> tuple[Any, ...]:
    kind, why, of, _ = group
    return why == GENERAL_ONLY, of != RESOURCE, -count, kind, why


def is_general(rule: Rule) -> bool:
    """Whether `rule` is about nearly all types of resources."""
    return len(rule.at) >= GENERAL


def _why(type_: str, particular: Iterable[Rule], general: Iterable[Rule]) -> str:
    if any(_names(rule.at, type_) for rule in particular):
        return ""
    return GENERAL_ONLY if any(rule.places(type_) for rule in general) else NO_RULE


def _names(at: Mapping[str, Any], type_: str) -> bool:
    """Whether the patterns `at` of a rule match `type_` specifically, and not just any type of its provider."""
    return type_ in at or any(
        fnmatchcase(type_, wanted)
        for wanted in at
        if "*" in wanted and not _matches_any_type(wanted, type_.partition(":")[0])
    )


@lru_cache(maxsize=4096)
def _matches_any_type(pattern: str, provider: str) -> bool:
    return fnmatchcase(provider + _NO_TYPE, pattern)
