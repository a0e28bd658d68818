"""The differences between two snapshots of a force."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from bluelamp.comparison.model import Action, ChangedProperty, ChangedResource, ChangedVerdict, VerdictStatus, ordered
from bluelamp.comparison.snapshot import MARK
from bluelamp.core.resource import ancestors, name_of, type_of
from bluelamp.paths import Steps, within
from bluelamp.reports.canonical import dense

Snapshot = Mapping[str, Any]
Forces = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Collection[str]]
"""The property paths of a resource's change (by URN, from inputs, to inputs) that force its replacement."""

_SHOWN: Final = {"unknown": "<unknown>", "secret": "[secret]", "file": "[file]"}
_ADDRESS: Final = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?\b")
_LEVELS: Final = ("mandatory", "advisory")
_SEVERITIES: Final = ("critical", "high", "medium", "low")
_NAMED: Final = re.compile(r"[A-Za-z_$][\w$-]*")


def resources(base: Snapshot, head: Snapshot, forces: Forces) -> tuple[ChangedResource, ...]:
    """The resources that differ. Aliases are followed: a renamed resource is not deleted and created."""
    old, new = base["resources"], head["resources"]
    components = {**base["components"], **head["components"]}
    known = {alias: urn for urn, each in new.items() if urn not in old for alias in each["aliases"]}
    found, matched = [], set()
    for urn, before in old.items():
        now = urn if urn in new else known.get(urn, "")
        if not now or now in matched:
            found.append(_changed_resource(Action.DELETED, urn, before, components))
            continue
        matched.add(now)
        if properties := tuple(changes(before, new[now])):
            after = new[now]
            forced = forces(now, before["inputs"], after["inputs"]) if before["custom"] else ()
            forced = [path for path in (*forced, *after["forced"]) if not within(path, after["ignore"])]
            marked = tuple(_forced(each, forced) for each in properties)
            what = Action.REPLACED if any(each.replaces for each in marked) else Action.UPDATED
            found.append(_changed_resource(what, now, new[now], components, marked))
    found += [
        _changed_resource(Action.CREATED, urn, each, components) for urn, each in new.items() if urn not in matched
    ]
    return ordered(found)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[ChangedProperty]:
    """The properties that differ, including unknown values that depend on other resources than before."""
    ignore = after["ignore"]
    for steps, old, new in differences(before["inputs"], after["inputs"]):
        if not within(path := path_of(steps), ignore):
            yield ChangedProperty(path, shown(old), shown(new))
    for name in after["references"].keys() & before["references"].keys():
        old, new = before["references"][name], after["references"][name]
        inputs = before["inputs"].get(name), after["inputs"].get(name)
        if old != new and inputs[0] == inputs[1] and _unknown(inputs[0]) and not within(path_of((name,)), ignore):
            was, now = (f"<unknown, from {', '.join(_names(each))}>" for each in (old, new))
            yield ChangedProperty(name, was, now)
    if before["protect"] != after["protect"]:
        yield ChangedProperty("protect", before["protect"], after["protect"])


def outputs(base: Snapshot, head: Snapshot) -> tuple[ChangedProperty, ...]:
    """The stack outputs that differ."""
    found = differences(base["outputs"], head["outputs"])
    return tuple(ChangedProperty(path_of(steps), shown(old), shown(new)) for steps, old, new in found)


def verdicts(base: Snapshot, head: Snapshot) -> tuple[ChangedVerdict, ...]:
    """The verdicts that are new or gone."""
    aliases = {alias: urn for urn, each in head["resources"].items() for alias in each["aliases"]}
    old: dict[tuple[str, ...], Mapping[str, Any]] = {}
    new: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for side, by_key in ((base, old), (head, new)):
        for each in side["verdicts"]:
            urn = each["urn"] if side is head or each["urn"] in head["resources"] else aliases.get(each["urn"], "")
            by_key.setdefault((each["rule"], urn or each["urn"], each["verdict"], each["level"], each["path"]), each)
    titles = {**base["titles"], **head["titles"]}
    found = [_changed_verdict(VerdictStatus.NEW, each, titles) for key, each in new.items() if key not in old]
    found += [_changed_verdict(VerdictStatus.GONE, each, titles) for key, each in old.items() if key not in new]
    return tuple(sorted(found, key=_rank))


def refused(base: Snapshot, head: Snapshot) -> tuple[str, ...]:
    """The new reasons why the cloud would refuse a resource."""
    old, new = (
        [f"{name_of(urn)}: {reason}" for urn, each in side["resources"].items() for reason in each["failures"]]
        for side in (base, head)
    )
    return tuple(dict.fromkeys(each for each in new if each not in set(old)))


def alike(
    found: Collection[ChangedResource],
    out: Collection[ChangedProperty],
    verdicts: Collection[ChangedVerdict],
    words: Collection[str],
) -> str:
    """A digest that is equal for forces with the same change.

    `words` are the force's own names and codes; they, addresses and unknown values are left out of the digest.
    """
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    own = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if longest_first else None

    def general(value: Any) -> Any:
        if isinstance(value, str):
            return _ADDRESS.sub("@", own.sub("#", value) if own else value)
        if isinstance(value, Mapping):
            return {general(key): general(item) for key, item in value.items()}
        return [general(item) for item in value] if isinstance(value, (list, tuple)) else value

    about = [
        [
            [each.what, each.type, each.name, [[p.path, p.before, p.after, p.replaces] for p in each.properties]]
            for each in found
        ],
        [[each.path, each.before, each.after] for each in out],
        [[each.turn, each.rule, each.level, each.verdict, each.type, each.name, each.path] for each in verdicts],
    ]
    return sha256(dense(general(about))).hexdigest()


def differences(old: Any, new: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any, Any]]:
    """The innermost paths at which two encoded values differ, with both values. None counts as absent."""
    if old == new and type(old) is type(new):
        return
    if _is_object(old) and _is_object(new):
        for key in {**old, **new}:
            yield from differences(old.get(key), new.get(key), (*steps, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            one, other = (each[index] if index < len(each) else None for each in (old, new))
            yield from differences(one, other, (*steps, index))
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield steps, old, new


def shown(value: Any) -> Any:
    """An encoded value for display: secrets, files and unknown values are placeholders."""
    if isinstance(value, Mapping):
        if MARK in value:
            return _SHOWN.get(str(value[MARK]), "[not shown]")
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def path_of(steps: Steps) -> str:
    """A property path in the engine's notation."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _NAMED.fullmatch(step):
            text += ("." if text else "") + step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and MARK not in value


def _unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get(MARK) == "unknown" or any(map(_unknown, value.values()))
    return isinstance(value, list) and any(map(_unknown, value))


def _forced(each: ChangedProperty, forced: Collection[str]) -> ChangedProperty:
    replaces = "*" in forced or within(each.path, forced)
    return ChangedProperty(each.path, each.before, each.after, replaces)


def _changed_resource(
    what: Action,
    urn: str,
    each: Mapping[str, Any],
    parents: Mapping[str, str],
    properties: tuple[ChangedProperty, ...] = (),
) -> ChangedResource:
    component = _component(each["parent"], parents)
    return ChangedResource(
        what,
        urn,
        type_of(urn),
        name_of(urn),
        name_of(component) if component else "",
        type_of(component) if component else "",
        properties,
        each["protect"],
        *(each["place"] or ("", 0)),
    )


def _component(parent: str, parents: Mapping[str, str]) -> str:
    """The URN of the nearest enclosing Bluelamp component; empty if there is none."""
    return next((urn for urn in ancestors(parent, parents) if type_of(urn).startswith("bluelamp:")), "")


def _changed_verdict(turn: VerdictStatus, each: Mapping[str, Any], titles: Mapping[str, str]) -> ChangedVerdict:
    place = each["place"] or ("", 0)
    names = ("level", "severity", "verdict", "urn", "type", "name", "path", "message")
    return ChangedVerdict(turn, each["rule"], titles.get(each["rule"], ""), *(each[name] for name in names), *place)


def _rank(each: ChangedVerdict) -> tuple[Any, ...]:
    levels = _LEVELS.index(each.level) if each.level in _LEVELS else len(_LEVELS)
    severity = _SEVERITIES.index(each.severity) if each.severity in _SEVERITIES else len(_SEVERITIES)
    return (each.turn is VerdictStatus.GONE, levels, severity, each.rule, each.urn, each.path, each.verdict)


def _names(urns: Collection[str]) -> list[str]:
    return sorted(map(name_of, urns)) or ["nothing"]
