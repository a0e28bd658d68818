"""The force's changes to the policy baseline: what Azure would refuse, and what needs a reason."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from bluelamp.core.problems import Problem, did_you_mean
from bluelamp.core.source import Steps, problem_at, show
from bluelamp.infra.settings.policy_baseline import DATA, assignments, initiatives
from bluelamp.infra.settings.profiles import is_on
from bluelamp.infra.settings.raw import dig
from bluelamp.modules import naming
from bluelamp.modules.azure.hierarchy import ancestry, hierarchy

_STRENGTH: Final = {"disabled": 0, "manual": 1, "audit": 2, "auditifnotexists": 2}
"""How strong an effect is; every other one, such as Deny, prevents or repairs and is the strongest."""
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
_CHANGES: Final = ("enforcement", "parameters", "notScopes", "resourceSelectors")
_SHOWN: Final = 9
_NEEDED: Final = {"ddos_plan_id": "ddosPlan", "private_dns_zone_ids": "privateDns"}
"""The component that makes what an assignment cannot be made without."""


@cache
def _parameters(name: str) -> dict[str, list[Any]] | None:
    """The parameters of an assignment's definition: type, allowed values and default effect, the latter two if any.

    None where the definition is one of ours that is made with the estate.
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


def assignment_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Every mistake in `azure.policyAssignments`."""
    listed = dig(settings, "azure", "policyAssignments")
    seen: dict[tuple[str, str], int] = {}
    for index, change in enumerate(listed if isinstance(listed, list) else ()):
        name = dig(change, "assignment")
        if not isinstance(name, str):
            continue
        steps: Steps = ("azure", "policyAssignments", index)
        if name not in assignments():
            step = did_you_mean(name, assignments()) or "`bluelamp policy FORCE` lists the assignments"
            yield problem_at((*steps, "assignment"), f"{show(name)} is no assignment of the baseline", name, "", step)
            continue
        if not is_on(settings, "policies"):
            message = "changes an assignment, and none are made"
            yield problem_at(steps, message, next_step="write policies: hybrid under bluelamp:components, or remove it")
            return
        for argument, component in _NEEDED.items():
            if argument in assignments()[name].get("needs", ()) and not is_on(settings, component):
                message = f"{name} is not assigned, since there is no {component}"
                yield problem_at((*steps, "assignment"), message, name, next_step="remove the entry")
        yield from _change(settings, steps, change, name)
        for group in _groups(change, name):
            first = seen.setdefault((name, group), index)
            if first != index:
                message = f"{show(name)} at {group} is changed by an entry before it"
                step = "put the changes into one entry, or name other groups with at"
                yield problem_at((*steps, "assignment"), message, name, next_step=step)
                break
    yield from _exempt(settings, seen)


def _groups(change: object, name: str) -> tuple[str, ...]:
    written = dig(change, "at")
    scopes = tuple(assignments()[name]["scopes"])
    return tuple(each for each in written if each in scopes) if isinstance(written, list) and written else scopes


def _change(settings: Mapping[str, Any], steps: Steps, change: Mapping[str, Any], name: str) -> Iterator[Problem]:
    scopes = assignments()[name]["scopes"]
    written = [key for key in _CHANGES if change.get(key) not in (None, "enforced", {}, [])]
    if not written:
        message = "changes nothing"
        yield problem_at(steps, message, next_step=f"set one of {', '.join(_CHANGES)}, or remove the entry")
    if change.get("enforcement") == "off":
        for key in written[1:]:
            yield problem_at((*steps, key), "says how an assignment works that is off", next_step="remove it")
    at = change.get("at")
    for index, group in enumerate(at if isinstance(at, list) else ()):
        if isinstance(group, str) and group not in scopes:
            message = f"{name} is not assigned at {show(group)}"
            allowed = f"groups: {', '.join(scopes)}"
            yield problem_at((*steps, "at", index), message, group, allowed, did_you_mean(group, scopes))
    yield from _values(steps, change, name)
    yield from _not_scopes(settings, steps, change, name)
    yield from _selectors(steps, change)
    loosening = _loosening(change, name)
    if loosening:
        for key, what in (
            ("reason", "a sentence of 10 to 500 characters"),
            ("expiresOn", 'a day such as "2027-03-31"'),
        ):
            if change.get(key) is None:
                message = f"is missing: {loosening} loosens {name}"
                yield problem_at((*steps, key), message, next_step=f"add `{key}`, {what}")


def _values(steps: Steps, change: Mapping[str, Any], name: str) -> Iterator[Problem]:
    given, known = change.get("parameters"), _parameters(name)
    if not isinstance(given, dict) or known is None:
        return
    for key, value in given.items():
        at: Steps = (*steps, "parameters", key)
        if key not in known:
            allowed = f"parameters: {_few(list(known))}"
            message = f"{name} has no parameter {show(key)}"
            yield problem_at(at, message, key, allowed if known else "it has none", did_you_mean(key, known))
            continue
        kind, *rest = known[key]
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind != "Boolean"):
            yield problem_at(at, f"is not of the type {kind}", show(value, quote=False), f"type: {kind}")
            continue
        wrong = [each for each in (value if isinstance(value, list) else [value]) if rest and each not in rest[0]]
        if wrong:
            words = [str(each) for each in rest[0]]
            allowed = f"allowed: {_few(words)}"
            step = did_you_mean(str(wrong[0]), words)
            yield problem_at(at, f"{show(wrong[0])} is not allowed", show(wrong[0], quote=False), allowed, step)


def _few(words: Sequence[str]) -> str:
    return ", ".join(words[:_SHOWN]) + (" and more" if len(words) > _SHOWN else "")


def _not_scopes(settings: Mapping[str, Any], steps: Steps, change: Mapping[str, Any], name: str) -> Iterator[Problem]:
    given = change.get("notScopes")
    groups = _groups(change, name)
    for index, scope in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(scope, str) or scope.startswith("/"):
            continue
        at: Steps = (*steps, "notScopes", index)
        below = [key for key in hierarchy() if any(group in ancestry(key)[:-1] for group in groups)]
        if scope not in below:
            allowed = f"groups below {', '.join(groups)}: {', '.join(below) or 'none'}"
            message = f"{show(scope)} is no management group below one at which {name} is assigned"
            yield problem_at(at, message, scope, allowed, did_you_mean(scope, below))
        elif dig(settings, "azure", "managementGroups", scope) is False:
            yield problem_at(at, f"the management group {scope} is off", scope, next_step="remove it")


def _selectors(steps: Steps, change: Mapping[str, Any]) -> Iterator[Problem]:
    listed = change.get("resourceSelectors")
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        conditions, kinds = dig(each, "selectors"), set()
        for place, one in enumerate(conditions if isinstance(conditions, list) else ()):
            at: Steps = (*steps, "resourceSelectors", index, "selectors", place)
            if bool(dig(one, "include")) == bool(dig(one, "exclude")):
                yield problem_at(at, "needs include or exclude, one of them", next_step="give one of them")
            kind = dig(one, "kind")
            if kind in kinds:
                yield problem_at((*at, "kind"), f"{show(kind)} is a duplicate in its selector", str(kind))
            kinds.add(kind)


def _loosening(change: Mapping[str, Any], name: str) -> str:
    """What of a change makes the assignment weaker, or could; empty for one that only tightens it."""
    if change.get("enforcement") in ("audit", "off"):
        return f"enforcement: {change['enforcement']}"
    for key in ("notScopes", "resourceSelectors"):
        if change.get(key):
            return key
    given, known = change.get("parameters"), _parameters(name) or {}
    usual = assignments()[name].get("parameters", {})
    for key, value in given.items() if isinstance(given, dict) else ():
        if key in known and not _tightens(key, value, usual.get(key), known[key]):
            return f"parameters.{key}"
    return ""


def _tightens(key: str, value: object, usual: object, known: Sequence[Any]) -> bool:
    """Whether a parameter's value is as strict as the baseline's, or stricter. Where it cannot be told, it is not."""
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


def _exempt(settings: Mapping[str, Any], changed: Mapping[tuple[str, str], int]) -> Iterator[Problem]:
    """Exemptions from assignments that are off."""
    changes = dig(settings, "azure", "policyAssignments")
    exemptions = dig(settings, "azure", "policyExemptions")
    off = {key for key, index in changed.items() if dig(changes, index, "enforcement") == "off"}
    for index, exemption in enumerate(exemptions if isinstance(exemptions, list) else ()):
        name = dig(exemption, "assignment")
        if not isinstance(name, str) or name not in assignments():
            continue
        left = [group for group in assignments()[name]["scopes"] if (name, group) not in off]
        if not left:
            message = f"{name} is off, so nothing needs an exemption from it"
            yield problem_at(("azure", "policyExemptions", index, "assignment"), message, name, next_step="remove one")
