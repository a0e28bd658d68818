"""Settings in layers: a stack's own file over the settings that the force's environments share.

The layers are merged as in JSON Merge Patch (RFC 7386): mappings by key, other values by replacement, and `null`
removes a value. In addition, lists whose items have a `name` are merged by item: an item changes the one with its name
or is appended, and `{name: records, remove: true}` removes one. An empty list removes all.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, show, spell
from bluelamp.infra.settings.register import Entry

STACK_FILE: Final = "stacks/Pulumi.{slug}.yaml"
"""The path of a stack file in the project."""

SHARED: Final = "stacks/{force}/settings.yaml"
"""The path of the settings that all environments of a force share, production too."""

OWN: Final[Mapping[Steps, str]] = {
    ("bluelamp:environment",): "is the stack's",
    ("bluelamp:azure", "subscriptionId"): "names the subscription of one environment",
    ("bluelamp:azure", "budget"): "limits the spend of one environment",
    ("bluelamp:azure", "breakGlass"): "names the accounts of one environment",
    ("bluelamp:azure", "policyExemptions"): "is approved for one environment",
    ("bluelamp:azure", "hub", "addressSpace"): "is the range of one environment",
    ("bluelamp:azure", "secondHub", "addressSpace"): "is the range of one environment",
    ("bluelamp:azure", "landingZones", "*", "addressSpace"): "is the range of one environment",
    ("bluelamp:azure", "landingZones", "*", "subscriptionId"): "names the subscription of one environment",
    ("bluelamp:onPremises",): "names the sites, clusters and servers of one environment",
}
"""The settings of one environment alone, with the reason: never inherited, and refused in the shared file."""

PREFIX: Final = "bluelamp:"
"""The prefix of settings' keys in a stack file."""
_REMOVE: Final = "remove"


def base_of(entry: Entry, root: Path) -> Source | None:
    """The settings under the stack's own settings; None if there are none.

    They are `stacks/<force>/settings.yaml`, if it exists; else, for an environment, the force's own stack file without
    the settings in `OWN`. Raises `SettingsError` where the file is not YAML, or misnamed.
    """
    shared = root / SHARED.format(force=entry.force)
    misnamed = shared.with_suffix(".yml")
    if misnamed.exists():
        name = misnamed.relative_to(root).as_posix()
        raise SettingsError([Problem(name, message="is not read", next_step=f"rename it to {shared.name}")])
    if shared.exists():
        source = parse(*content_of(shared, root), may_be_empty=True)
        for steps in list(_owned(source)):
            source.problems.append(
                source.problem(
                    ("config", *steps),
                    f"{OWN[_pattern(steps)]} and cannot be shared",
                    next_step=f"move it to {STACK_FILE.format(slug=entry.force)}, or to an environment's file",
                    key=True,
                )
            )
            source.unread.add(("config", *steps))
        return source
    stack = root / STACK_FILE.format(slug=entry.force)
    if not entry.environment or not stack.exists():
        return None
    source = parse(*content_of(stack, root))
    inherited = Source(source.file, {"config": {}}, {}, {}, list(source.problems), set())
    config = source.values.get("config") if isinstance(source.values, dict) else None
    if isinstance(config, dict):
        inherited.values["config"] = _without(
            config, {("config", *steps) for steps in _owned(source)}, source, inherited
        )
    inherited.problems = [each for each in inherited.problems if not _is_owned(each)]
    return inherited


def written_settings(entry: Entry, root: Path) -> dict[str, Any] | None:
    """A stack's settings as written, over the shared ones, by key without `bluelamp:`; None if it has none.

    Raises `SettingsError` where a file cannot be read.
    """
    source = parse(*content_of(root / STACK_FILE.format(slug=entry.slug), root))
    base = base_of(entry, root)
    merged = merge(base, source) if base is not None else source
    config = merged.values.get("config") if isinstance(merged.values, dict) else None
    if not isinstance(config, dict):
        return None
    return {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}


def merge(base: Source, own: Source) -> Source:
    """The settings of `own` over those of `base`, each with its file and position."""
    result = Source(own.file, dict(own.values) if isinstance(own.values, dict) else own.values)
    result.problems = [*base.problems, *own.problems]
    for steps in own.keys:
        if len(steps) == 1:
            result.keys[steps] = own.keys[steps]
    for steps, place in own.places.items():
        if len(steps) < 2:
            result.places[steps] = place
    result.unread |= {steps for steps in own.unread if len(steps) < 2}
    below = base.values.get("config") if isinstance(base.values, dict) else None
    above = own.values.get("config") if isinstance(own.values, dict) else None
    if isinstance(result.values, dict) and isinstance(below, dict) and isinstance(above, dict | None):
        if above is None:
            result.values.setdefault("config", {})
        result.values["config"] = _Merge(base, own, result).mapping(
            ("config",), below, ("config",), above or {}, ("config",)
        )
    else:
        _Merge(base, own, result).copy(own, ("config",), ("config",), above)
    return result


class _Merge:
    """A merge of two documents into `result`."""

    def __init__(self, base: Source, own: Source, result: Source) -> None:
        self._base, self._own, self._result = base, own, result

    def mapping(self, base_at: Steps, below: dict[str, Any], own_at: Steps, above: dict[str, Any], at: Steps) -> Any:
        """The merged mapping."""
        merged: dict[str, Any] = {}
        for key in dict.fromkeys([*below, *above]):
            steps = (*at, key)
            if key not in above:
                merged[key] = self.copy(self._base, (*base_at, key), steps, below[key])
            elif key not in below:
                value = self.copy(self._own, (*own_at, key), steps, above[key])
                if value is not None or (*own_at, key) in self._own.unread:
                    merged[key] = value
            else:
                self._note(self._own, (*own_at, key), steps)
                value = self._value((*base_at, key), below[key], (*own_at, key), above[key], steps)
                if value is not None or steps in self._result.unread:
                    merged[key] = value
        return merged

    def _value(self, base_at: Steps, below: Any, own_at: Steps, above: Any, at: Steps) -> Any:
        if isinstance(below, dict) and isinstance(above, dict):
            return self.mapping(base_at, below, own_at, above, at)
        if _named(below) and _named(above) and above:
            return self._list(base_at, below, own_at, above, at)
        return self.copy(self._own, own_at, at, above)

    def _list(self, base_at: Steps, below: list[Any], own_at: Steps, above: list[Any], at: Steps) -> list[Any]:
        merged: list[Any] = []
        wanted = {item["name"]: index for index, item in reversed(list(enumerate(above)))}
        for index, item in enumerate(below):
            position = wanted.get(item["name"])
            steps = (*at, len(merged))
            if position is None:
                merged.append(self.copy(self._base, (*base_at, index), steps, item))
            elif not _removes(above[position]):
                self._note(self._own, (*own_at, position), steps)
                merged.append(self.mapping((*base_at, index), item, (*own_at, position), above[position], steps))
        known = {item["name"] for item in below}
        for index, item in enumerate(above):
            if item["name"] not in known or wanted[item["name"]] != index:
                merged.append(self.copy(self._own, (*own_at, index), (*at, len(merged)), item))
                if _removes(item):
                    name = show(item["name"])
                    self._result.problems.append(
                        self._own.problem((*own_at, index), f"there is no {name} to remove", next_step="remove it")
                    )
                    self._result.unread.add((*at, len(merged) - 1))
        return merged

    def copy(self, source: Source, start: Steps, at: Steps, value: Any) -> Any:
        """Copies `value`, at the path `start` of `source`, to the path `at`."""
        self._note(source, start, at)
        if isinstance(value, dict):
            return {key: self.copy(source, (*start, key), (*at, key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.copy(source, (*start, index), (*at, index), item) for index, item in enumerate(value)]
        return value

    def _note(self, source: Source, start: Steps, at: Steps) -> None:
        for positions, found in ((self._result.keys, source.keys), (self._result.places, source.places)):
            if start in found:
                positions[at] = found[start]
        if start in source.unread:
            self._result.unread.add(at)
        if source is self._base:
            self._result.files[at] = source.file


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in value
    )


def _removes(item: Mapping[str, Any]) -> bool:
    return item.get(_REMOVE) is True and item.keys() == {"name", _REMOVE}


def _owned(source: Source) -> Iterator[Steps]:
    """The paths below `config:` that match `OWN`."""
    config = source.values.get("config") if isinstance(source.values, dict) else None
    for pattern in OWN:
        yield from _found(config, pattern, ())


def _found(value: Any, pattern: Steps, at: Steps) -> Iterator[Steps]:
    if not pattern:
        yield at
    elif pattern[0] == "*" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _found(item, pattern[1:], (*at, index))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _found(value[pattern[0]], pattern[1:], (*at, pattern[0]))


def _pattern(steps: Steps) -> Steps:
    return tuple("*" if isinstance(step, int) else step for step in steps)


def _is_owned(problem: Problem) -> bool:
    """Whether a mistake is in a setting that is not inherited, so that it does not concern the environment."""
    return any(_covers(spell(("config", *pattern)), problem.path) for pattern in OWN)


def _covers(pattern: str, path: str) -> bool:
    expression = re.escape(pattern).replace(re.escape(".*"), r"\[\d+\]")
    return re.match(rf"{expression}(?=$|[.\[])", path) is not None


def _without(value: Any, left: set[Steps], source: Source, target: Source, at: Steps = ("config",)) -> Any:
    """`value` without the paths in `left`; `target` receives the positions of the rest."""
    for positions, found in ((target.keys, source.keys), (target.places, source.places)):
        if at in found:
            positions[at] = found[at]
    if at in source.unread:
        target.unread.add(at)
    if isinstance(value, dict):
        return {
            key: _without(item, left, source, target, (*at, key))
            for key, item in value.items()
            if (*at, key) not in left
        }
    if isinstance(value, list):
        return [_without(item, left, source, target, (*at, index)) for index, item in enumerate(value)]
    return value
