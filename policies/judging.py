"""Judges resources: one judgement for each rule and resource that it concerns, even if the rule raises an error."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any, Final

from bluelamp.core.memo import Memo
from bluelamp.core.resource import Resource
from bluelamp.core.text import cut
from bluelamp.policies import rule_output
from bluelamp.policies.discovery import rules as discovered
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.interrupts import Interrupts
from bluelamp.policies.judgement_cache import cached, reused_rules
from bluelamp.policies.model import Judgement, Verdict
from bluelamp.policies.placeholders import without_placeholders
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, Rule
from bluelamp.policies.value import (
    NOT_CONCLUSIVE,
    SECRET,
    UNTIL_DEPLOYED,
    UnknownValue,
    Value,
    depends_on_unknown,
    root,
    secret_key,
    stepped,
)
from bluelamp.policies.views import TEMPLATE, Context, Subject, View

_WITHHELD: Final = "[withheld]"
Scrub = Callable[[str], str]
_MAX_PLACES: Final = 100
"""The maximum number of failing places that a judgement's message names."""
_WORST_FIRST: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_WITHOUT_PLACEHOLDERS: Final[Memo[Resource]] = Memo()
_NOT_PASSED: Final = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN})
_SATISFIED: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})


class Baseline:
    """A set of rules prepared for judging; reuse it to judge many times."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = reused_rules(rules)
        own_rules = tuple(rule for rule in self.rules if rule.own)
        # A force's own rules are evaluated last, on copies, so that they cannot affect the baseline's rules.
        self._parts = (
            (Baseline(rule for rule in self.rules if not rule.own), Baseline._separate(own_rules))
            if own_rules
            else None
        )
        self._cached = True
        self._by_type: dict[str, tuple[tuple[Rule, tuple[str, ...]], ...]] = {}

    def concerning(self, type_: str) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        """The rules that concern resources of `type_`, each with the paths that it checks."""
        type_ = canonical(type_)
        found = self._by_type.get(type_)
        if found is None:
            found = tuple((rule, paths) for rule in self.rules if (paths := rule.places(type_)))
            self._by_type[type_] = found
        return found

    @classmethod
    def _separate(cls, rules: Iterable[Rule]) -> "Baseline":
        """A set of rules that is not split into the baseline's and a force's own, and is not cached."""
        made = cls(())
        made.rules, made._cached = tuple(rules), False
        return made

    def judge(self, resources: Iterable[Resource], context: Context | None = None) -> list[Judgement]:
        """Judge `resources` together: one judgement for each rule and each resource it concerns, in their order.

        `context` has all resources, without placeholders, if `resources` are only some of them.
        """
        if self._parts:
            listed_copy = list(resources)
            copies = deepcopy((listed_copy, context))
            return [*self._parts[0].judge(listed_copy, context), *self._parts[1].judge(*copies)]
        read = _without_placeholders if self._cached else without_placeholders
        listed = list(resources) if context else [read(resource) for resource in resources]
        context = context or Context(listed)
        with Interrupts() as interrupts:
            return [judgement for resource in listed for judgement in self._judge(resource, context, interrupts)]

    def _judge(self, resource: Resource, context: Context, interrupts: Interrupts) -> Iterable[Judgement]:
        try:
            subject = context.subject(resource)
        except BaseException as error:
            interrupts.check()
            # An unreadable resource may contain a pod.
            rules = {rule.id: rule for type_ in (resource.type, TEMPLATE) for rule, _ in self.concerning(type_)}
            return [_error(rule, resource, error, context.estate) for rule in rules.values()]
        if subject is None:
            earlier = cached(resource) if self._cached else None
            return self._verdicts(View(resource, resource.type), context, interrupts, earlier)
        return self._combined(subject, context, interrupts)

    def _verdicts(
        self,
        view: View,
        context: Context,
        interrupts: Interrupts,
        earlier: dict[str, tuple[Rule, Judgement]] | None = None,
    ) -> Iterable[Judgement]:
        resource, estate = view.resource, view.estate or context.estate
        shared = {"": [root(resource)], **{place: list(values) for place, values in view.seeds.items()}}
        certain = context.certain(resource)
        for rule, patterns in self.concerning(view.type):
            single = None if rule.estate else earlier
            if single is not None and (found := single.get(rule.id)) and found[0] is rule:
                yield found[1]
                continue
            judgement = _attempted(rule, patterns, resource, shared, estate)
            if rule.estate and certain is not None and judgement.verdict in _SATISFIED:
                judgement = _without(judgement, _attempted(rule, patterns, resource, shared, certain))
            interrupts.check()
            if single is not None:
                single[rule.id] = rule, judgement
            yield judgement

    def _combined(self, subject: Subject, context: Context, interrupts: Interrupts) -> Iterable[Judgement]:
        """The judgements of a resource with several views, one for each rule."""
        found = self._worst(subject.views, context, interrupts)
        if subject.of:
            steps = [
                (self._worst(before, context, interrupts), self._worst(after, context, interrupts))
                for before, after in subject.steps
            ]
            rules = {**found, **{rule: None for _, after in steps for rule in after}}
            found = {rule: _patch_judgement(subject.of, found.get(rule), steps, rule) for rule in rules}
        return [found[rule.id] for rule in self.rules if rule.id in found]

    def _worst(self, views: Iterable[View], context: Context, interrupts: Interrupts) -> dict[str, Judgement]:
        found: dict[str, list[Judgement]] = {}
        for view in views:
            for judgement in self._verdicts(view, context, interrupts):
                found.setdefault(judgement.rule, []).append(judgement)
        return {rule: _worst_of(judgements) for rule, judgements in found.items()}


def _without_placeholders(resource: Resource) -> Resource:
    return _WITHOUT_PLACEHOLDERS.of(resource.urn, (resource,), lambda: without_placeholders(resource))


def judge(resources: Iterable[Resource], rules: Iterable[Rule] | None = None) -> list[Judgement]:
    """Judge `resources` together by `rules`, or by all rules: one judgement for each rule and resource it concerns.

    The verdict is fail if any place fails; otherwise error if the rule raised an error; otherwise unknown if the rule
    needed an unknown value; otherwise pass; and not applicable if the rule applies to no place of the resource. An
    error in one rule or resource does not affect others; only a signal to the process, such as Ctrl-C, stops judging.
    """
    return Baseline(discovered() if rules is None else rules).judge(resources)


def _worst_of(judgements: list[Judgement]) -> Judgement:
    """The worst of several judgements by one rule on one resource, with the messages of all with that verdict."""
    if len(judgements) == 1:
        return judgements[0]
    worst = min(judgements, key=lambda each: _WORST_FIRST.index(each.verdict))
    messages = dict.fromkeys(each.message for each in judgements if each.verdict is worst.verdict and each.message)
    return replace(worst, message="; ".join(messages))


def _patch_judgement(
    of: str, single: Judgement | None, steps: list[tuple[dict[str, Judgement], dict[str, Judgement]]], rule: str
) -> Judgement:
    """The judgement of a patch of `of`: that of the patch's own values if conclusive, or else of the patched objects.

    A failure that existed before the patch is not a failure of the patch.
    """
    if single is not None and (single.verdict is not Verdict.UNKNOWN or not steps):
        decided = single
    else:
        decided = _worst_of(
            [_changed_by_patch(before.get(rule), after[rule]) for before, after in steps if rule in after]
        )
    return replace(decided, message=f"patch of {of}: {decided.message}".removesuffix(": "))


def _changed_by_patch(before: Judgement | None, after: Judgement) -> Judgement:
    if before is None or after.verdict not in _NOT_PASSED or after.verdict != before.verdict:
        return after
    if after.message != before.message:
        return after
    return Judgement(
        after.rule, after.urn, Verdict.NOT_APPLICABLE, message=f"the patch does not change this; {after.message}"
    )


def _places(resource: Resource, pattern: str, shared: dict[str, list[Value]]) -> list[Value]:
    """The places in `resource` that match `pattern`; `shared` caches them by pattern and prefix.

    If a property does not have the type that the pattern requires, the result is one place with the exception as value.
    """
    found = shared.get(pattern)
    if found is None:
        head, step = _split(pattern)
        found = _places(resource, head, shared)
        if found:
            try:
                found = [inner for value in found for inner in stepped(value, step)]
            except BaseException as error:
                found = [Value(resource, error)]
        shared[pattern] = found
    return found


@cache
def _split(pattern: str) -> tuple[str, str]:
    """A pattern without its last step, and that step."""
    head, _, step = pattern.rpartition(".")
    return head, step


def _without(judgement: Judgement, certain: Judgement) -> Judgement:
    """`judgement`, which no rule objects to; unknown if it depends on resources that may not be deployed.

    `certain` is the judgement among the other resources only.
    """
    if certain.verdict is not Verdict.FAIL:
        return certain if certain.verdict in _NOT_PASSED else judgement
    said = f"it is not known whether resources that this depends on are deployed; without them: {certain.message}"
    message = cut(said, rule_output.MAX_MESSAGE)
    return Judgement(
        judgement.rule, judgement.urn, Verdict.UNKNOWN, "", "<unknown>", message=message, reasons=(UNTIL_DEPLOYED,)
    )


def _attempted(
    rule: Rule, patterns: tuple[str, ...], resource: Resource, shared: dict[str, list[Value]], estate: Estate
) -> Judgement:
    """The judgement, also if the rule raises an error."""
    try:
        return _judged(rule, patterns, resource, shared, estate)
    except BaseException as error:
        return _error(rule, resource, error, estate)


def _judged(
    rule: Rule, patterns: tuple[str, ...], resource: Resource, shared: dict[str, list[Value]], estate: Estate
) -> Judgement:
    # Runs for every judgement, so it avoids creating objects.
    failed: list[Fail] = []
    raised: list[BaseException] = []
    passed: Value | None = None
    reason = ""
    check, parameters, seen = rule.check, rule.parameters, (estate,) if rule.estate else ()
    for pattern in patterns:
        places = shared.get(pattern)
        for place in _places(resource, pattern, shared) if places is None else places:
            if isinstance(place.raw, BaseException):
                raised.append(place.raw)
                continue
            try:
                outcome: Outcome = check(place, *seen, **parameters)
                if outcome is None:
                    passed = passed or place
                elif isinstance(outcome, Fail):
                    failed.append(outcome)
                else:
                    text = _reason(outcome)
                    reason = reason or text
            except BaseException as error:
                raised.append(error)
    if failed:
        return _failure(rule, resource, failed, estate)
    if raised:
        return _undecided(rule, resource, raised, estate)
    if passed is not None:
        return _success(rule, resource, passed)
    reason = cut(_scrub(rule, resource, estate)(reason), rule_output.MAX_MESSAGE)
    return Judgement(rule.id, resource.urn, Verdict.NOT_APPLICABLE, message=reason or "there is nothing to judge")


def _reason(outcome: Any) -> str:
    """The reason of a `NotApplicable`. Raises TypeError for an outcome of another type, such as a generator."""
    if isinstance(outcome, NotApplicable):
        return rule_output.exact(outcome.reason)
    close = getattr(outcome, "close", None)
    if callable(close):
        with suppress(BaseException):
            close()
    raise TypeError(f"it returned a {type(outcome).__name__}, not None, Fail or NotApplicable")


def _undecided(rule: Rule, resource: Resource, raised: list[BaseException], estate: Estate) -> Judgement:
    for error in raised:
        if not isinstance(error, UnknownValue):
            return _error(rule, resource, error, estate)
    return _unknown(rule, resource, [error for error in raised if isinstance(error, UnknownValue)])


def _unknown(rule: Rule, resource: Resource, doubts: list[UnknownValue]) -> Judgement:
    doubts = sorted(doubts, key=lambda doubt: doubt.value.resource.urn != resource.urn)
    first = doubts[0].value
    single = first.printable_path if first.resource.urn == resource.urn else ""
    paths: dict[str, list[str]] = {}
    for doubt in doubts:
        value = doubt.value
        owner = "" if value.resource.urn == resource.urn else f" of {value.resource.name}"
        paths.setdefault(_why_unknown(doubt), []).append(f"{value.printable_path}{owner}".strip())
    named = {why: ", ".join(filter(None, dict.fromkeys(found))) for why, found in paths.items()}
    details = "; ".join(f"{where}: {why}" if where else why for why, where in named.items())
    message = cut(rule_output.exact(details), rule_output.MAX_MESSAGE)
    return Judgement(rule.id, resource.urn, Verdict.UNKNOWN, single, "<unknown>", message=message, reasons=tuple(named))


def _why_unknown(doubt: UnknownValue) -> str:
    reasons = doubt.value.resource.reasons
    why = reasons.get(doubt.value.path, doubt.reason) if reasons else doubt.reason
    return NOT_CONCLUSIVE if why == UNTIL_DEPLOYED and not depends_on_unknown(doubt.value.raw) else why


def _error(rule: Rule, resource: Resource, error: BaseException, estate: Estate) -> Judgement:
    try:
        scrub = _scrub(rule, resource, estate)
    except BaseException:
        # The error text may contain a secret that cannot be redacted.
        return Judgement(rule.id, resource.urn, Verdict.ERROR, message=f"rule {rule.id} raised an error")
    return Judgement(
        rule.id,
        resource.urn,
        Verdict.ERROR,
        message=f"rule {rule.id} raised an error: {rule_output.error_text(error, scrub)}",
    )


def _success(rule: Rule, resource: Resource, place: Value) -> Judgement:
    if rule.must is None:
        return Judgement(rule.id, resource.urn, Verdict.PASS, place.printable_path)
    found = place.at(rule.must.path)
    return Judgement(rule.id, resource.urn, Verdict.PASS, found.printable_path, found.shown(), rule.must.expected)


def _failure(rule: Rule, resource: Resource, failed: list[Fail], estate: Estate) -> Judgement:
    scrub = _scrub(rule, resource, estate)
    named = failed[:_MAX_PLACES]
    observed = [fail.at.shown() if fail.show else _WITHHELD for fail in named]
    expected = [rule_output.plain(fail.expected, scrub) for fail in named]
    sentences = "; ".join(_sentence(*each, scrub) for each in zip(named, observed, expected, strict=True))
    if len(failed) > len(named):
        sentences += f"; and {len(failed) - len(named):,} more"
    message = cut(rule_output.exact(sentences), rule_output.MAX_MESSAGE)
    path = failed[0].at.printable_path
    return Judgement(rule.id, resource.urn, Verdict.FAIL, path, observed[0], expected[0], message)


def _sentence(fail: Fail, observed: Any, expected: Any, scrub: Scrub) -> str:
    if fail.at.raw is None and fail.at.outer is None:
        return f"lacks {_brief(expected)}"
    found = "nothing" if observed is None else _brief(observed)
    why = f" ({scrub(rule_output.exact(fail.why))})" if fail.why else ""
    where = fail.at.printable_path
    return f"{where}: found {found}, expected {_brief(expected)}{why}".removeprefix(": ")


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


def _scrub(rule: Rule, resource: Resource, estate: Estate) -> Scrub:
    """A function that redacts secrets: the resource's own, and those of all resources if the rule reads the estate."""
    others = estate.once(_secrets_of_all) if rule.estate else frozenset()
    if not resource.secrets and not others:
        return _unchanged
    return rule_output.scrubber({*_secret_texts(root(resource)), *others}, SECRET)


def _unchanged(text: str) -> str:
    return text


def _secrets_of_all(estate: Estate) -> frozenset[str]:
    """The secrets of all resources, except texts so short that they occur in ordinary words."""
    found = (text for value in estate.all() if value.resource.secrets for text in _secret_texts(value))
    return frozenset(text for text in found if len(text) >= rule_output.SHORT_SECRET)


def _secret_texts(value: Value, inside: bool = False) -> set[str]:
    inside = inside or value.path in value.resource.secrets
    if isinstance(value.raw, (Mapping, list, tuple)):
        keys = {key for key in value.raw if secret_key(key)} if inside and isinstance(value.raw, Mapping) else set()
        return keys | {text for item in value.each() for text in _secret_texts(item, inside)}
    return {str(value.raw)} if inside and type(value.raw) in (str, int, float) else set()
