"""Judging: every rule on every resource it concerns, one judgement each, whatever goes wrong in between."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from policies.discovery import rules as discovered
from policies.estate import Estate, canonical
from policies.model import Judgement, Resource, Verdict
from policies.rule import Fail, Outcome, Rule
from policies.value import SECRET, UnknownValue, Value, root, stepped

_SHORTEST_SECRET: Final = 4
_WITHHELD: Final = "[withheld]"
_MOST_TOLD: Final = 100
"""How many places that break a rule one judgement names."""


class Baseline:
    """A set of rules made ready for judging; keep one to judge many times."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_type: dict[str, tuple[tuple[Rule, tuple[str, ...]], ...]] = {}

    def concerning(self, type_: str) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        """The rules that concern resources of `type_`, each with the places it looks at."""
        type_ = canonical(type_)
        found = self._by_type.get(type_)
        if found is None:
            found = tuple((rule, paths) for rule in self.rules if (paths := rule.places(type_)))
            self._by_type[type_] = found
        return found

    def judge(self, resources: Iterable[Resource]) -> list[Judgement]:
        """Judge `resources` together: one judgement for each rule and each resource it concerns, in their order."""
        listed = list(resources)
        estate = Estate(listed)
        return [judgement for resource in listed for judgement in self._judge(resource, estate)]

    def _judge(self, resource: Resource, estate: Estate) -> Iterable[Judgement]:
        shared = {"": [root(resource)]}
        for rule, patterns in self.concerning(resource.type):
            try:
                yield _judged(rule, patterns, resource, shared, estate)
            except Exception as error:
                yield _error(rule, resource, error)


def judge(resources: Iterable[Resource], rules: Iterable[Rule] | None = None) -> list[Judgement]:
    """Judge `resources` together by `rules`, or by all rules: one judgement for each rule and resource it concerns.

    The verdict is fail when any place fails, otherwise error when the rule broke down, otherwise unknown when
    something it had to read is not known yet, otherwise pass; not applicable when no place of the resource is the
    rule's business. Nothing that happens in one rule or resource keeps another from being judged.
    """
    return Baseline(discovered() if rules is None else rules).judge(resources)


def _places(resource: Resource, pattern: str, shared: dict[str, list[Value]]) -> list[Value]:
    """The places that `pattern` names in `resource`; rules mostly look near one another, so each step is taken once.

    A property that is not what a pattern takes it for is the outcome of every rule that looks there: one place, which
    holds the exception.
    """
    found = shared.get(pattern)
    if found is None:
        head, step = _parted(pattern)
        found = _places(resource, head, shared)
        if found:
            try:
                found = [inner for value in found for inner in stepped(value, step)]
            except Exception as error:
                found = [Value(resource, error)]
        shared[pattern] = found
    return found


@cache
def _parted(pattern: str) -> tuple[str, str]:
    """A pattern without its last step, and that step."""
    head, _, step = pattern.rpartition(".")
    return head, step


def _judged(
    rule: Rule, patterns: tuple[str, ...], resource: Resource, shared: dict[str, list[Value]], estate: Estate
) -> Judgement:
    # Everything that is judged comes through here: what is not needed is not made.
    failed: list[Fail] = []
    broken: list[Exception] = []
    passed: Value | None = None
    reason = ""
    check, parameters, seen = rule.check, rule.parameters, (estate,) if rule.estate else ()
    for pattern in patterns:
        places = shared.get(pattern)
        for place in _places(resource, pattern, shared) if places is None else places:
            if isinstance(place.raw, Exception):
                broken.append(place.raw)
                continue
            try:
                outcome: Outcome = check(place, *seen, **parameters)
            except Exception as error:
                broken.append(error)
                continue
            if outcome is None:
                passed = passed or place
            elif isinstance(outcome, Fail):
                failed.append(outcome)
            else:
                reason = reason or outcome.reason
    if failed:
        return _failure(rule, resource, failed)
    if broken:
        return _undecided(rule, resource, broken)
    if passed is not None:
        return _success(rule, resource, passed)
    return Judgement(rule.id, resource.urn, Verdict.NOT_APPLICABLE, message=reason or "there is nothing to judge")


def _undecided(rule: Rule, resource: Resource, broken: list[Exception]) -> Judgement:
    for error in broken:
        if not isinstance(error, UnknownValue):
            return _error(rule, resource, error)
    return _unknown(rule, resource, [error.value for error in broken if isinstance(error, UnknownValue)])


def _unknown(rule: Rule, resource: Resource, values: list[Value]) -> Judgement:
    own = [value.path for value in values if value.resource.urn == resource.urn]
    others = [f"{value.path} of {value.resource.name}" for value in values if value.resource.urn != resource.urn]
    said = f"{', '.join(dict.fromkeys(own + others))}: unknown until deployed"
    return Judgement(rule.id, resource.urn, Verdict.UNKNOWN, own[0] if own else "", "<unknown>", message=said)


def _error(rule: Rule, resource: Resource, error: Exception) -> Judgement:
    said = _scrubbed(f"rule {rule.id} broke down: {type(error).__name__}: {error}", resource)
    return Judgement(rule.id, resource.urn, Verdict.ERROR, message=said)


def _success(rule: Rule, resource: Resource, place: Value) -> Judgement:
    if rule.must is None:
        return Judgement(rule.id, resource.urn, Verdict.PASS, place.path)
    asked = place.at(rule.must.path)
    return Judgement(rule.id, resource.urn, Verdict.PASS, asked.path, asked.shown(), rule.must.expected)


def _failure(rule: Rule, resource: Resource, failed: list[Fail]) -> Judgement:
    told = failed[:_MOST_TOLD]
    observed = [fail.at.shown() if fail.show else _WITHHELD for fail in told]
    more = f"; and {len(failed) - len(told):,} more" if len(failed) > len(told) else ""
    said = "; ".join(map(_sentence, told, observed)) + more
    first = failed[0]
    return Judgement(
        rule.id,
        resource.urn,
        Verdict.FAIL,
        first.at.path,
        observed[0],
        _jsonable(first.expected),
        _scrubbed(said, resource),
    )


def _sentence(fail: Fail, observed: Any) -> str:
    if fail.at.raw is None and not fail.at.path:
        return f"lacks {_brief(fail.expected)}"
    found = "nothing" if observed is None else _brief(observed)
    why = f" ({fail.why})" if fail.why else ""
    return f"{fail.at.path}: found {found}, expected {_brief(fail.expected)}{why}"


def _brief(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int, float)) for item in value):
        return " or ".join(str(item) for item in value) if value else "an empty list"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_brief(item)}" for key, item in sorted(value.items())) + "}"
    return "[" + ", ".join(map(_brief, value)) + "]" if isinstance(value, (list, tuple)) else str(value)


def _jsonable(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value


def _scrubbed(text: str, resource: Resource) -> str:
    """`text` without the resource's secrets, which an exception or a rule's own words may carry."""
    if not resource.secrets:
        return text
    for secret in sorted(_secret_texts(root(resource)), key=len, reverse=True):
        text = text.replace(secret, SECRET)
    return text


def _secret_texts(value: Value, inside: bool = False) -> set[str]:
    inside = inside or value.path in value.resource.secrets
    if isinstance(value.raw, (Mapping, list, tuple)):
        return {text for item in value.each() for text in _secret_texts(item, inside)}
    text = str(value.raw)
    return {text} if inside and len(text) >= _SHORTEST_SECRET else set()
