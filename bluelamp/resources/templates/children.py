"""Merges template resources that the SDK has as settings of their parent; `children.yaml` lists them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.resources.located import Located, fold, folded
from bluelamp.resources.templates.declared import Declared
from bluelamp.resources.templates.expressions import Open, either, unknown
from bluelamp.resources.templates.ids import name_key

_PROPERTIES: Final = "properties"


@dataclass(frozen=True, slots=True)
class _Child:
    """A type of such resources; see `children.yaml`."""

    into: str
    lifted: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[Any, Any]] = field(default_factory=dict)


def merged_into_parents(resources: Iterable[Declared]) -> list[Declared]:
    """`resources`, in order, with such children merged into their parents.

    If the parent is not in the template, it is added with all other settings unknown. Raises `DuplicateName`.
    """
    result: list[Declared] = []
    children: list[tuple[Declared, _Child]] = []
    for each in resources:
        kind = _kind(each)
        if kind is None:
            result.append(each)
        else:
            children.append((each, kind))
    for child, kind in children:
        key = _key(replace(child, type=child.type.rpartition("/")[0], names=child.names[:-1]))
        found = [index for index, each in enumerate(result) if _key(each) == key]
        if not found:
            result.append(_implied_parent(child) if kind.lifted else child)
            found = [len(result) - 1] if kind.lifted else []
        for index in found:
            result[index] = _merged(result[index], child, kind)
    return result


def _key(resource: Declared) -> tuple[str, tuple[Any, ...], str]:
    return fold(resource.type), tuple(map(name_key, resource.names)), resource.group


def _kind(resource: Declared) -> _Child | None:
    name = resource.names[-1] if resource.names else ""
    return _kinds().get((fold(resource.type), fold(name))) if isinstance(name, str) else None


def _implied_parent(child: Declared) -> Declared:
    """The parent of `child`, with all other settings unknown."""
    open_ = unknown(f"what is not in the template of {'/'.join(map(str, child.names[:-1]))}")
    kept = ((key, value) for key, value in child.body.items() if fold(key) == "apiversion")
    body = Located(kept, start=child.start)
    body[_PROPERTIES] = open_
    return replace(child, type=child.type.rpartition("/")[0], names=child.names[:-1], body=body)


def _merged(parent: Declared, child: Declared, kind: _Child) -> Declared:
    settings = folded(child.body).get(_PROPERTIES)
    parent_settings = folded(parent.body).get(_PROPERTIES)
    unless = ", ".join(sorted(child.conditions - parent.conditions))
    if isinstance(settings, Mapping):
        values = {fold(old): {str(key): new for key, new in each.items()} for old, each in kind.values.items()}
        names = {fold(old): new for old, new in kind.names.items()}
        for name, value in settings.items():
            known = values.get(fold(name), {}).get(str(value), value)
            path = ".".join(filter(None, (kind.into, names.get(fold(name), name))))
            parent_settings = _with(parent_settings, path.split("."), known, unless)
    elif settings is not None:
        # The child's settings are unknown, and so are the parent's that it may overwrite.
        parent_settings = _with(parent_settings, kind.into.split("."), settings) if kind.into else settings
    body = Located(((key, value) for key, value in parent.body.items() if fold(key) != _PROPERTIES))
    body.start = parent.start
    if isinstance(parent_settings, Located) and isinstance(parent_settings.get(_PROPERTIES), Open):
        # Known members of an unknown object are added next to it, where the SDK has them as well.
        body |= parent_settings if kind.lifted else {_PROPERTIES: parent_settings[_PROPERTIES]}
    else:
        body[_PROPERTIES] = parent_settings
    return replace(parent, body=body)


def _with(whole: Any, steps: list[str], value: Any, unless: str = "") -> Any:
    """`whole` with `value` at the path `steps`; an open object keeps its unknown part as `properties`.

    If `value` depends on the unknown condition `unless`, only what it has in common with the present value is known.
    """
    head, *rest = steps
    old = whole if isinstance(whole, Mapping) else {_PROPERTIES: whole} if isinstance(whole, Open) else {}
    result = Located(((key, item) for key, item in old.items() if fold(key) != fold(head)))
    result.start = getattr(whole, "start", -1)
    inner = next((item for key, item in old.items() if fold(key) == fold(head)), None)
    if inner is None and isinstance(old.get(_PROPERTIES), Open) and rest:
        inner = old[_PROPERTIES]
    if rest:
        result[head] = _with(inner, rest, value, unless)
    else:
        result[head] = either(value, inner, f"if({unless}, {value}, {inner})") if unless else value
    return result


@cache
def _kinds() -> Mapping[tuple[str, str], _Child]:
    listed = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_bytes())
    return {(each.pop("type"), each.pop("name")): _Child(**each) for each in listed}
