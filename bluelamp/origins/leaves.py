"""The settings of a force one by one, each with its place in a file, and each to be changed for a trial."""

import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, spell
from bluelamp.infra.finding import STACK_FILE
from bluelamp.infra.force import PROJECT, Force
from bluelamp.infra.register import REGISTER

_GUID = "00000000-0000-4000-8000-00000000000"
_REGISTERED = frozenset({"name", "code", "allocation"})
"""What of a force's row in the register its estate can be made of."""


@dataclass(frozen=True)
class Leaf:
    """One setting that holds a plain value.

    `path` is how it is spelt (`bluelamp:azure.hub.firewall.tier`), `file` and `line` where it is written. One that is
    not `written` has the default that stands there in the model or the register. `at` are the attributes and indexes
    that lead to it, `others` values of the same kind to try instead.
    """

    path: str
    value: Any
    file: str
    line: int
    written: bool
    at: tuple[str | int, ...]
    others: tuple[Any, ...]


def leaves(force: Force, root: Path) -> list[Leaf]:
    """Every setting of `force` that holds a plain value, and what its row in the register says."""
    stack, register = _source(root / STACK_FILE.format(slug=force.slug), root), _source(root / REGISTER, root)
    row: Steps = ("forces", force.slug)
    found: list[Leaf] = []
    for name, field in type(force).model_fields.items():
        value = getattr(force, name)
        if name == "entry":
            for each, inner in type(value).model_fields.items():
                steps = (*row, inner.alias or each)
                if each == "slug":
                    line = register.at(row, key=True)[0]
                    found.append(
                        Leaf(spell(row), value.slug, register.file, line, True, (name, each), (f"{value.slug}x",))
                    )
                elif each in _REGISTERED:
                    found += _within(getattr(value, each), inner.annotation, (name, each), steps, register, register)
        else:
            steps = ("config", PROJECT + (field.alias or name))
            found += _within(value, field.annotation, (name,), steps, stack, register, (type(force), name))
    return [leaf if leaf.line else _by_plan(leaf, register, row) for leaf in found]


def changed(force: Force, leaf: Leaf, value: Any) -> Force:
    """`force` with another value for `leaf`; nothing is validated."""
    made: Force = _with(force, leaf.at, value)
    return made


def _source(path: Path, root: Path) -> Source:
    with suppress(SettingsError):
        return parse(*content_of(path, root))
    return Source(path.name)


def _within(
    value: Any,
    annotation: Any,
    at: tuple[str | int, ...],
    steps: Steps,
    source: Source,
    register: Source,
    owner: tuple[type[BaseModel], str] | None = None,
) -> Iterator[Leaf]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            inner = (*steps, field.alias or name)
            held = getattr(value, name)
            yield from _within(held, field.annotation, (*at, name), inner, source, register, (type(value), name))
    elif isinstance(value, Mapping):
        kind = next(iter(get_args(annotation)[1:]), None)
        for key, item in value.items():
            yield from _within(item, kind, (*at, str(key)), (*steps, str(key)), source, register, owner)
    elif isinstance(value, tuple):
        kind = next(iter(get_args(_plain(annotation))), None)
        for index, item in enumerate(value):
            yield from _within(item, kind, (*at, index), (*steps, index), source, register, owner)
    elif value is not None or not _sections(annotation):
        written = steps in source.places
        file, line = (source.file, source.at(steps)[0]) if written else _default(owner)
        others = tuple(_others(value, annotation))
        yield Leaf(spell(steps), value, file, line, written, at, others)


def _plain(annotation: Any) -> Any:
    """The tuple of an annotation that may be optional or annotated."""
    if get_origin(annotation) is tuple:
        return annotation
    return next((found for each in get_args(annotation) if get_origin(found := _plain(each)) is tuple), None)


def _default(owner: tuple[type[BaseModel], str] | None) -> tuple[str, int]:
    """Where the model says the default; line 0 where there is none."""
    if owner is None:
        return "", 0
    model, name = owner
    declared = next((each for each in model.__mro__ if name in inspect.get_annotations(each)), model)
    if model.model_fields[name].is_required():
        return "", 0
    lines, first = inspect.getsourcelines(declared)
    line = next((number for number, text in enumerate(lines, first) if re.match(rf"\s+{name}\s*:", text)), first)
    return declared.__module__.replace(".", "/") + ".py", line


def _by_plan(leaf: Leaf, register: Source, row: Steps) -> Leaf:
    """A setting that must be there and is not written: the address plan gives it."""
    line = register.at((*row, "addresses"))[0]
    return Leaf(leaf.path, leaf.value, register.file, line, leaf.written, leaf.at, leaf.others)


def _others(value: Any, annotation: Any) -> Iterator[Any]:
    choices = list(_choices(annotation))
    if isinstance(value, bool):
        yield not value
    elif choices:
        yield from (each for each in choices if each != value)
    elif isinstance(value, (int, float)):
        yield from (value + 1, value * 2 + 7)
    elif isinstance(value, IPv4Address):
        yield IPv4Address(int(value) ^ 1)
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, IPv4Network):
        yield IPv4Network((int(value.network_address) ^ value.num_addresses, value.prefixlen))
    elif isinstance(value, str):
        yield _another(value)
    elif value is None and _kinds(annotation) & {int, float}:
        yield 1
    elif value is None and date in _kinds(annotation):
        yield date(2100, 1, 1)
    elif value is None and str in _kinds(annotation):
        yield f"{_GUID}1"
    if value is not None and type(None) in _kinds(annotation):
        yield None


def _another(text: str) -> str:
    """A text of the same kind: another amount, version or id, or another word."""
    number = re.match(r"\d+", text)
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        return text[:-1] + ("0" if text[-1] != "0" else "1")
    if number:
        return f"{int(number[0]) + 1}{text[number.end() :]}"
    # As long as it was: some names may be no longer.
    return ("x" if text[:1] != "x" else "y") + text[1:]


def _choices(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for each in get_args(annotation):
            yield from _choices(each)


def _kinds(annotation: Any) -> set[Any]:
    inner = get_args(annotation)
    return {annotation}.union(*map(_kinds, inner)) if inner else {annotation}


def _sections(annotation: Any) -> bool:
    """Whether more settings, or a list of them, may stand here: what is left out holds no value."""
    kinds = _kinds(annotation)
    return any(inspect.isclass(each) and issubclass(each, BaseModel) for each in kinds)


def _with(held: Any, at: tuple[str | int, ...], value: Any) -> Any:
    if not at:
        return value
    step, rest = at[0], at[1:]
    if isinstance(step, int):
        return (*held[:step], _with(held[step], rest, value), *held[step + 1 :])
    if isinstance(held, Mapping):
        return {key: _with(item, rest, value) if str(key) == step else item for key, item in held.items()}
    return held.model_copy(update={step: _with(getattr(held, step), rest, value)})
