"""Checks of the force's changes to the policy baseline: values that Azure rejects, and missing reasons."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from bluelamp.core.problems import Problem
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.policy_baseline import DATA, NEEDED, assignments, initiatives
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.written import WrittenAssignment, WrittenAzure, WrittenSettings
from bluelamp.infra.settings.written_values import Group
from bluelamp.modules import naming
from bluelamp.modules.azure.hierarchy import ancestry, hierarchy

_STRENGTH: Final = {"disabled": 0, "manual": 1, "audit": 2, "auditifnotexists": 2}
"""The strength of each effect; all others, such as Deny, prevent or remediate and are the strongest."""
_STRONGEST: Final = 3
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "String": (str,),
    "Array": (list,),
    "Object": (dict,),
    "Boolean": (bool,),
    "Integer": (int,),
    "Float": (int, float),
    "DateTime": (str,),
}
_SHOWN: Final = 9


@cache
def _parameters(name: str) -> dict[str, list[Any]] | None:
    """The parameters of an assignment's definition: type, allowed values and default effect, the latter two if any.

    None if the definition is one of Bluelamp's own, which is created with the estate.
    """
    row = assignments()[name]
    if "custom" not in row:
        read = json.loads((DATA / "parameters.json").read_text("utf-8"))["assignments"]
        found: dict[str, list[Any]] | None = read.get(name)
        return found
    ours = initiatives().get(row["custom"]) or {}
    return {
        key: [each["type"], *([each["allowed"], each.get("default")] if "allowed" in each else [])]
        for key, each in ours.get("parameters", {}).items()
    }


def assignment_problems(settings: WrittenSettings) -> Iterator[Problem]:
    """Every mistake in `azure.policyAssignments`."""
    seen: dict[tuple[str, str], WrittenAssignment] = {}
    for change in settings.azure.policy_assignments:
        name = change.assignment.text
        if name is None:
            continue
        if name not in assignments():
            step = did_you_mean(name, assignments()) or "`bluelamp policy FORCE` lists the assignments"
            yield change.assignment.problem(f"{show(name)} is not an assignment of the baseline", name, "", step)
            continue
        if not is_on(settings.values, "policies"):
            message = "changes an assignment, but no policies are assigned"
            yield change.problem(message, next_step="write policies: hybrid under bluelamp:components, or remove it")
            return
        for argument, component in NEEDED.items():
            if argument in assignments()[name].get("needs", ()) and not is_on(settings.values, component):
                message = f"{name} is not assigned, as there is no {component}"
                yield change.assignment.problem(message, name, next_step="remove the entry")
        yield from _change(settings.azure, change, name)
        for group in _groups(change, name):
            if seen.setdefault((name, group), change) is not change:
                message = f"{show(name)} at {group} is already changed by an earlier entry"
                step = "put the changes into one entry, or name other groups with at"
                yield change.assignment.problem(message, name, next_step=step)
                break
    yield from _exempt(settings.azure, seen)


def _groups(change: WrittenAssignment, name: str) -> tuple[str, ...]:
    scopes = tuple(assignments()[name]["scopes"])
    return tuple(each.value for each in change.at if each.value in scopes) if len(change.at) else scopes


def _change(azure: WrittenAzure, change: WrittenAssignment, name: str) -> Iterator[Problem]:
    scopes = assignments()[name]["scopes"]
    parts = (change.enforcement, change.parameters, change.not_scopes, change.resource_selectors)
    written = [each for each in parts if each.value not in (None, "enforced", {}, [])]
    if not written:
        keys = ", ".join(str(each.steps[-1]) for each in parts)
        yield change.problem("changes nothing", next_step=f"set one of {keys}, or remove the entry")
    if change.enforcement.value == "off":
        for each in written[1:]:
            yield each.problem("has no effect: the assignment is off", next_step="remove it")
    for group in change.at:
        if group.text is not None and group.text not in scopes:
            message = f"{name} is not assigned at {show(group.text)}"
            allowed = f"groups: {', '.join(scopes)}"
            yield group.problem(message, group.text, allowed, did_you_mean(group.text, scopes))
    yield from _values(change.parameters, name)
    yield from _not_scopes(azure, change, name)
    yield from _selectors(change)
    loosening = _loosening(change, name)
    if loosening:
        for each, what in (
            (change.reason, "a sentence of 10 to 500 characters"),
            (change.expires_on, 'a day such as "2027-03-31"'),
        ):
            if not each.is_given:
                message = f"is missing: {loosening} loosens {name}"
                yield each.problem(message, next_step=f"add `{each.steps[-1]}`, {what}")


def _values(parameters: Group, name: str) -> Iterator[Problem]:
    known = _parameters(name)
    if known is None:
        return
    for key, value in parameters.values.items():
        parameter = parameters.child(key)
        if key not in known:
            word = str(key)  # YAML reads a key such as 1 as a number
            allowed = f"parameters: {_few(list(known))}" if known else "it has none"
            message = f"{name} has no parameter {show(word)}"
            yield parameter.problem(message, word, allowed, did_you_mean(word, known))
            continue
        kind, *rest = known[key]
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "Boolean"):
            yield parameter.problem(f"is not of the type {kind}", show(value, quote=False), f"type: {kind}")
            continue
        invalid = [each for each in (value if isinstance(value, list) else [value]) if rest and each not in rest[0]]
        if invalid:
            words = [str(each) for each in rest[0]]
            allowed = f"allowed: {_few(words)}"
            step = did_you_mean(str(invalid[0]), words)
            yield parameter.problem(f"{show(invalid[0])} is not allowed", show(invalid[0], quote=False), allowed, step)


def _few(words: Sequence[str]) -> str:
    return ", ".join(words[:_SHOWN]) + (" and more" if len(words) > _SHOWN else "")


def _not_scopes(azure: WrittenAzure, change: WrittenAssignment, name: str) -> Iterator[Problem]:
    groups = _groups(change, name)
    for each in change.not_scopes:
        scope = each.text
        if scope is None or scope.startswith("/"):
            continue
        below = [key for key in hierarchy() if any(group in ancestry(key)[:-1] for group in groups)]
        if scope not in below:
            allowed = f"groups below {', '.join(groups)}: {', '.join(below) or 'none'}"
            message = f"{show(scope)} is not a management group below one at which {name} is assigned"
            yield each.problem(message, scope, allowed, did_you_mean(scope, below))
        elif azure.management_groups.get(scope) is False:
            yield each.problem(f"the management group {scope} is off", scope, next_step="remove it")


def _selectors(change: WrittenAssignment) -> Iterator[Problem]:
    for selector in change.resource_selectors:
        kinds: list[object] = []
        for condition in selector.selectors:
            if bool(condition.include.value) == bool(condition.exclude.value):
                yield condition.problem("needs include or exclude, one of them", next_step="give one of them")
            kind = condition.kind.value
            if kind in kinds:
                yield condition.kind.problem(f"{show(kind)} is a duplicate in its selector", str(kind))
            kinds.append(kind)


def _loosening(change: WrittenAssignment, name: str) -> str:
    """The setting that weakens or could weaken the assignment; empty if the change only tightens it."""
    if change.enforcement.value in ("audit", "off"):
        return f"enforcement: {change.enforcement.value}"
    for each in (change.not_scopes, change.resource_selectors):
        if each.value:
            return str(each.steps[-1])
    known, usual = _parameters(name) or {}, assignments()[name].get("parameters", {})
    for key, value in change.parameters.values.items():
        if key in known and not _tightens(key, value, usual.get(key), known[key]):
            return f"parameters.{key}"
    return ""


def _tightens(key: str, value: object, usual: object, known: Sequence[Any]) -> bool:
    """Whether a parameter's value is as strict as the baseline's, or stricter; false if inconclusive."""
    if usual == "$locations":
        usual = list(naming.regions())
    if isinstance(value, list) and isinstance(usual, list):
        if "NotAllowed" in key:
            return set(map(str, value)) >= set(map(str, usual))
        return "Allowed" in key and bool(value) and set(map(str, value)) <= set(map(str, usual))
    default = usual if usual is not None else (known[2] if len(known) > 2 else None)
    if isinstance(value, str) and isinstance(default, str) and len(known) > 2:
        return _strength(value) >= _strength(default)
    return False


def _strength(effect: str) -> int:
    return _STRENGTH.get(effect.casefold(), _STRONGEST)


def _exempt(azure: WrittenAzure, changed: Mapping[tuple[str, str], WrittenAssignment]) -> Iterator[Problem]:
    """Exemptions from assignments that are off."""
    off = {key for key, change in changed.items() if change.enforcement.value == "off"}
    for exemption in azure.policy_exemptions:
        name = exemption.assignment.text
        if name is None or name not in assignments():
            continue
        left = [group for group in assignments()[name]["scopes"] if (name, group) not in off]
        if not left:
            message = f"{name} is off, so nothing needs an exemption from it"
            yield exemption.assignment.problem(message, name, next_step="remove one")
