"""Two snapshots of a force compared."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from bluelamp.comparison.model import Judged, Property, Resource, Turn, What, ordered
from bluelamp.comparison.snapshot import MARK
from bluelamp.core.resource import ancestors, name_of, type_of
from bluelamp.paths import Steps, within
from bluelamp.reports.canonical import dense

Snapshot = Mapping[str, Any]
Forces = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Collection[str]]
"""The property paths of a change of a resource (by URN, from inputs, to inputs) that make the cloud replace it."""

_SHOWN: Final = {"unknown": "<unknown>", "secret": "[secret]", "file": "[file]"}
_ADDRESS: Final = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?\b")
_LEVELS: Final = ("mandatory", "advisory")
_SEVERITIES: Final = ("critical", "high", "medium", "low")
_NAMED: Final = re.compile(r"[A-Za-z_$][\w$-]*")


def resources(base: Snapshot, head: Snapshot, forces: Forces) -> tuple[Resource, ...]:
    """The resources that differ; a resource whose new URN has the old one among its aliases is the same resource."""
    old, new = base["resources"], head["resources"]
    components = {**base["components"], **head["components"]}
    known = {alias: urn for urn, each in new.items() if urn not in old for alias in each["aliases"]}
    found, kept = [], set()
    for urn, before in old.items():
        now = urn if urn in new else known.get(urn, "")
        if not now or now in kept:
            found.append(_made(What.DELETED, urn, before, components))
            continue
        kept.add(now)
        if properties := tuple(changes(before, new[now])):
            after = new[now]
            forced = forces(now, before["inputs"], after["inputs"]) if before["custom"] else ()
            forced = [path for path in (*forced, *after["forced"]) if not within(path, after["ignore"])]
            marked = tuple(_forced(each, forced) for each in properties)
            what = What.REPLACED if any(each.replaces for each in marked) else What.UPDATED
            found.append(_made(what, now, new[now], components, marked))
    found += [_made(What.CREATED, urn, each, components) for urn, each in new.items() if urn not in kept]
    return ordered(found)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Property]:
    """The properties that differ, also where an unknown value is made from other resources than before."""
    ignore = after["ignore"]
    for steps, old, new in differences(before["inputs"], after["inputs"]):
        if not within(path := spelt(steps), ignore):
            yield Property(path, shown(old), shown(new))
    for name in after["references"].keys() & before["references"].keys():
        old, new = before["references"][name], after["references"][name]
        inputs = before["inputs"].get(name), after["inputs"].get(name)
        if old != new and inputs[0] == inputs[1] and _unknown(inputs[0]) and not within(spelt((name,)), ignore):
            was, now = (f"<unknown, from {', '.join(_names(each))}>" for each in (old, new))
            yield Property(name, was, now)
    if before["protect"] != after["protect"]:
        yield Property("protect", before["protect"], after["protect"])


def outputs(base: Snapshot, head: Snapshot) -> tuple[Property, ...]:
    """The stack outputs that differ."""
    found = differences(base["outputs"], head["outputs"])
    return tuple(Property(spelt(steps), shown(old), shown(new)) for steps, old, new in found)


def verdicts(base: Snapshot, head: Snapshot) -> tuple[Judged, ...]:
    """The verdicts that are new or gone."""
    aliases = {alias: urn for urn, each in head["resources"].items() for alias in each["aliases"]}
    old: dict[tuple[str, ...], Mapping[str, Any]] = {}
    new: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for side, kept in ((base, old), (head, new)):
        for each in side["verdicts"]:
            urn = each["urn"] if side is head or each["urn"] in head["resources"] else aliases.get(each["urn"], "")
            kept.setdefault((each["rule"], urn or each["urn"], each["verdict"], each["level"], each["path"]), each)
    titles = {**base["titles"], **head["titles"]}
    found = [_judged(Turn.NEW, each, titles) for key, each in new.items() if key not in old]
    found += [_judged(Turn.GONE, each, titles) for key, each in old.items() if key not in new]
    return tuple(sorted(found, key=_rank))


def refused(base: Snapshot, head: Snapshot) -> tuple[str, ...]:
    """Why the cloud would refuse a resource, as far as that is new."""
    old, new = (
        [f"{name_of(urn)}: {reason}" for urn, each in side["resources"].items() for reason in each["failures"]]
        for side in (base, head)
    )
    return tuple(dict.fromkeys(each for each in new if each not in set(old)))


def alike(
    found: Collection[Resource], out: Collection[Property], judged: Collection[Judged], words: Collection[str]
) -> str:
    """The digest that forces with the same change share; `words` are the names and codes that tell a force from others.

    Addresses do not count, and neither do the values of what is unknown.
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
        [[each.turn, each.rule, each.level, each.verdict, each.type, each.name, each.path] for each in judged],
    ]
    return sha256(dense(general(about))).hexdigest()


def differences(old: Any, new: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any, Any]]:
    """The innermost places where two encoded values differ, with both; None counts as absent."""
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
    """An encoded value as people may read it."""
    if isinstance(value, Mapping):
        if MARK in value:
            return _SHOWN.get(str(value[MARK]), "[not shown]")
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def spelt(steps: Steps) -> str:
    """A property path as the engine writes it."""
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


def _forced(each: Property, forced: Collection[str]) -> Property:
    replaces = "*" in forced or within(each.path, forced)
    return Property(each.path, each.before, each.after, replaces)


def _made(
    what: What, urn: str, each: Mapping[str, Any], parents: Mapping[str, str], properties: tuple[Property, ...] = ()
) -> Resource:
    component = _component(each["parent"], parents)
    return Resource(
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
    """The URN of the nearest component of Bluelamp's own."""
    return next((urn for urn in ancestors(parent, parents) if type_of(urn).startswith("bluelamp:")), "")


def _judged(turn: Turn, each: Mapping[str, Any], titles: Mapping[str, str]) -> Judged:
    place = each["place"] or ("", 0)
    names = ("level", "severity", "verdict", "urn", "type", "name", "path", "message")
    return Judged(turn, each["rule"], titles.get(each["rule"], ""), *(each[name] for name in names), *place)


def _rank(each: Judged) -> tuple[Any, ...]:
    levels = _LEVELS.index(each.level) if each.level in _LEVELS else len(_LEVELS)
    severity = _SEVERITIES.index(each.severity) if each.severity in _SEVERITIES else len(_SEVERITIES)
    return (each.turn is Turn.GONE, levels, severity, each.rule, each.urn, each.path, each.verdict)


def _names(urns: Collection[str]) -> list[str]:
    return sorted(map(name_of, urns)) or ["nothing"]
