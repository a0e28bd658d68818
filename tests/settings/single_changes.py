"""Every change of one setting that the typed model allows, as the resulting settings, generated from the model."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import IPv4Network
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from bluelamp.infra.settings.model import Settings

Values = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One change: its path in the settings, the old and the new value, and all settings after it."""

    path: str
    was: Any
    now: Any
    settings: Values

    def __str__(self) -> str:
        return f"{self.path}: {_brief(self.was)} -> {_brief(self.now)}"


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()
"""A setting that is not written."""


def changes(settings: Values) -> Iterator[Change]:
    """Every change of one setting of `settings`, without the prefix `bluelamp:`; not all of them are valid."""
    for path, was, now in _model(Settings, settings, ()):
        after = deepcopy(settings)
        holder: Any = after
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        if now is ABSENT:
            del holder[path[-1]]
        else:
            holder[path[-1]] = now
        yield Change(_spell(path), was, now, after)


Found = Iterator[tuple[tuple[Any, ...], Any, Any]]


def _model(model: type[BaseModel], values: Mapping[str, Any], path: tuple[Any, ...]) -> Found:
    for name, info in model.model_fields.items():
        key = info.alias or name
        was = values.get(key, ABSENT)
        here = (*path, key)
        yield from _field(info.annotation, info.metadata, info.get_default(call_default_factory=True), was, here)
        if was is not ABSENT and not info.is_required():
            yield here, was, ABSENT


def _field(annotation: Any, metadata: list[Any], default: Any, was: Any, path: tuple[Any, ...]) -> Found:
    annotation, metadata = _bare(annotation, metadata)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _model(annotation, was if isinstance(was, dict) else {}, path)
    elif get_origin(annotation) is tuple and isinstance(was, list):
        yield from _items(get_args(annotation)[0], was, path)
    elif was is not ABSENT or default is not None or get_origin(annotation) is Literal:
        for now in _others(annotation, metadata, default if was is ABSENT else was):
            yield path, was, now


def _items(annotation: Any, was: list[Any], path: tuple[Any, ...]) -> Found:
    """A list: one item removed, another order, one item added in front, in the middle and at the end, and each changed."""
    for index in range(len(was)):
        yield path, was, was[:index] + was[index + 1 :]
    if len(was) > 1:
        yield path, was, was[::-1]
    for index in {0, len(was) // 2, len(was)} if was else ():
        added = _another(was[-1])
        if added is not None:
            yield path, was, [*was[:index], added, *was[index:]]
    bare, metadata = _bare(annotation, [])
    for index, item in enumerate(was):
        yield from _field(bare, metadata, None, item, (*path, index))


def _another(item: Any) -> Any:
    """An item like `item` with another name and without its range."""
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        dropped = {key: value for key, value in item.items() if key not in ("addressSpace", "devices")}
        return deepcopy({**dropped, "name": f"{item['name'][:12]}-more"})
    return None


def _others(annotation: Any, metadata: list[Any], was: Any) -> Iterator[Any]:
    """Other values of the same type."""
    if get_origin(annotation) is Literal:
        yield from (choice for choice in get_args(annotation) if choice != was)
    elif isinstance(was, bool):
        yield not was
    elif isinstance(was, int | float):
        yield was + 1
        if was > 1:
            yield was - 1
    elif isinstance(was, str):
        yield from _texts(was)


def _texts(was: str) -> Iterator[str]:
    if (day := _day(was)) is not None:
        yield (day + timedelta(days=30)).isoformat()
    elif "/" in was and (block := _network(was)) is not None:
        size = 2 ** (32 - block.prefixlen)
        yield str(IPv4Network((int(block.network_address) + 4 * size, block.prefixlen)))
        yield str(block.supernet())
    elif was.count(".") == 3 and was.replace(".", "").isdigit():
        first, _, last = was.rpartition(".")
        yield f"{first}.{int(last) + 1}"
    elif was.count("-") == 4 and len(was) == 36:
        yield f"{was[:-1]}{'0' if was[-1] != '0' else '1'}"
    elif "@" in was:
        yield f"other.{was}"
    elif was.replace(".", "").isdigit():
        yield f"{was[:-1]}{(int(was[-1]) + 1) % 10}"
    elif "." in was:
        yield f"new-{was}"
    else:
        yield f"{was}-2"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def _bare(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = [*metadata, *more]
        elif origin in (Union, UnionType):
            annotation = next(option for option in get_args(annotation) if option is not type(None))
        else:
            return annotation, metadata


def _spell(path: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _brief(value: Any) -> str:
    if isinstance(value, list):
        return (
            "["
            + ", ".join(str(item.get("name", item)) if isinstance(item, dict) else str(item) for item in value)
            + "]"
        )
    return str(value)
