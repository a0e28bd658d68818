"""The individual settings of a force, each with its file and line and with alternative values for trials.

Lists, mappings and omitted sections count as settings too, as something can be added to them.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, cached_property, partial
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from bluelamp.core.problems import SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps, spell
from bluelamp.infra.force import Force, Settings
from bluelamp.infra.settings.address_file import ADDRESS_FILE, Kept, kept_of, steps_of
from bluelamp.infra.settings.budgets import fill_budgets, place_of
from bluelamp.infra.settings.defaults import fill
from bluelamp.infra.settings.fields import UK_REGIONS
from bluelamp.infra.settings.layers import PREFIX, STACK_FILE
from bluelamp.infra.settings.register import REGISTER
from bluelamp.infra.settings.stack_file import stack_source
from bluelamp.origins.examples import GUESSES, example

_REGISTER_FIELDS = frozenset({"name", "code", "allocation"})
"""The fields of a force's row in the register that the program may use."""


@dataclass(frozen=True)
class Leaf:
    """One setting: a plain value, a whole list or mapping, or an omitted section.

    `path` is its notation (`bluelamp:azure.hub.firewall.tier`). `file` and `line` are where it is written, or, if it is
    not `written`, where the model or the register has its default. `at` are the attributes and indexes that lead to it.
    `alternatives` computes `others`, which most callers do not need.
    """

    path: str
    value: Any
    file: str
    line: int
    written: bool
    at: tuple[str | int, ...]
    alternatives: Callable[[], Iterable[Any]] = field(repr=False, compare=False)

    @cached_property
    def others(self) -> tuple[Any, ...]:
        """Alternative values of the same kind."""
        return tuple(self.alternatives())


def leaves(force: Force, root: Path) -> list[Leaf]:
    """Every setting of `force`, including its row in the register."""
    stack, register = _stack(force, root), _source(root / REGISTER, root)
    row: Steps = ("forces", force.entry.force)
    found: list[Leaf] = []
    for name, info in type(force).model_fields.items():
        value = getattr(force, name)
        if name == "entry":
            for each, inner in type(value).model_fields.items():
                steps = (*row, inner.alias or each)
                if each == "slug":
                    line = register.at(row, key=True)[0]
                    other = partial(iter, (f"{value.slug}x",))
                    found.append(Leaf(spell(row), value.slug, register.file, line, True, (name, each), other))
                elif each in _REGISTER_FIELDS:
                    found += _within(getattr(value, each), inner.annotation, (name, each), steps, register, register)
        else:
            steps = ("config", PREFIX + (info.alias or name))
            found += _within(value, info.annotation, (name,), steps, stack, register, (type(force), name))
    addresses = _stored_addresses(force, root)
    return [leaf if leaf.line else _located(leaf, force, root, addresses, register, row) for leaf in found]


def changed(force: Force, leaf: Leaf, value: Any) -> Force:
    """`force` with another value for `leaf`, not validated."""
    result: Force = _with(force, leaf.at, value)
    return result


def _stack(force: Force, root: Path) -> Source:
    with suppress(SettingsError):
        return stack_source(force.entry, root)
    return Source(STACK_FILE.format(slug=force.slug))


class Variants:
    """The force with other settings, as if they were in its files: dependent defaults are recomputed."""

    def __init__(self, force: Force, root: Path) -> None:
        self._force = force
        self._root = root
        self._places = _stack(force, root).places
        self._stored_ranges = _stored_addresses(force, root).ranges

    def __call__(self, changes: Sequence[tuple[Leaf, Any]]) -> Force:
        """The force with these values. A single invalid value is set without validation and without dependent defaults.

        Raises `ValueError` if several values are invalid together.
        """
        variant = self._force
        changed_steps: set[Steps] = set()
        for leaf, value in changes:
            variant = changed(variant, leaf, value)
            changed_steps.add(leaf.at)
        written = variant.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"entry"})
        try:
            settings = self._written(written, variant, (), ("config",), changed_steps)
            fill(settings, variant.entry, self._stored_ranges)
            fill_budgets(settings, variant.entry, self._root)
            model = Settings.model_validate(settings)
        except (ValueError, TypeError, LookupError):
            if len(changes) > 1:
                raise ValueError("the settings are not valid together") from None
            return variant
        return Force(entry=variant.entry, **{name: getattr(model, name) for name in Settings.model_fields})

    def _written(self, dumped: Any, current: Any, at: Steps, steps: Steps, changed_steps: set[Steps]) -> Any:
        """The dump without defaults that were filled in."""
        if not isinstance(current, BaseModel):
            if isinstance(current, tuple):
                return [
                    self._written(item, current[index], (*at, index), (*steps, index), changed_steps)
                    for index, item in enumerate(dumped)
                ]
            return dumped
        found: dict[str, Any] = {}
        for name, info in type(current).model_fields.items():
            alias = info.alias or name
            if alias not in dumped:
                continue
            inner, place = (*at, name), (*steps, (PREFIX + alias if not at else alias))
            changed_here = any(inner == each[: len(inner)] or each == inner[: len(each)] for each in changed_steps)
            if place in self._places or changed_here:
                found[alias] = self._written(dumped[alias], getattr(current, name), inner, place, changed_steps)
        return found


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
        for name, info in type(value).model_fields.items():
            inner = (*steps, info.alias or name)
            current = getattr(value, name)
            yield from _within(current, info.annotation, (*at, name), inner, source, register, (type(value), name))
    elif isinstance(value, Mapping):
        kind = next(iter(get_args(annotation)[1:]), None)
        yield _leaf(value, partial(_more, value, annotation), at, steps, source, owner)
        for key, item in value.items():
            yield from _within(item, kind, (*at, str(key)), (*steps, str(key)), source, register, owner)
    elif isinstance(value, tuple):
        kind = next(iter(get_args(_plain(annotation))), None)
        yield _leaf(value, partial(_more, value, annotation), at, steps, source, owner)
        for index, item in enumerate(value):
            yield from _within(item, kind, (*at, index), (*steps, index), source, register, owner)
    elif value is None and _sections(annotation):
        yield _leaf(value, partial(_more, value, annotation), at, steps, source, owner)
    else:
        exact = _annotated(annotation, owner if owner and owner[1] == at[-1] else None)
        yield _leaf(value, partial(_valid, value, annotation, exact), at, steps, source, owner)


def _annotated(annotation: Any, owner: tuple[type[BaseModel], str] | None) -> Any:
    """The annotation with the field's constraints, which pydantic keeps separately."""
    notes = owner[0].model_fields[owner[1]].metadata if owner else ()
    return Annotated[annotation, *notes] if notes else annotation


def _valid(value: Any, annotation: Any, exact: Any) -> Iterator[Any]:
    """The valid alternatives: all for switches and choices, the first for numbers and strings.

    If no number or string is valid, the first is used regardless. `exact` is the annotation with the field's
    constraints.
    """
    alternatives = list(dict.fromkeys(_others(value, annotation)))
    if list(_choices(annotation)) or all(isinstance(each, (bool, NoneType)) for each in alternatives):
        yield from alternatives
        return
    adapter: TypeAdapter[Any] = TypeAdapter(exact)
    plain = [each for each in alternatives if each is not None]
    yield next((each for each in plain if _is_valid(adapter, each)), plain[0])
    if None in alternatives:
        yield None


def _is_valid(adapter: TypeAdapter[Any], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _leaf(
    value: Any,
    alternatives: Callable[[], Iterable[Any]],
    at: tuple[str | int, ...],
    steps: Steps,
    source: Source,
    owner: tuple[type[BaseModel], str] | None,
) -> Leaf:
    written = steps in source.places
    file, line = (source.file_at(steps), source.at(steps)[0]) if written else _default(owner)
    return Leaf(spell(steps), value, file, line, written, at, alternatives)


def _more(value: Any, annotation: Any) -> Iterator[Any]:
    """A list, mapping or section with one item more, if an example is known, and with one item less."""
    with suppress(LookupError):
        sample = TypeAdapter(annotation).validate_python(example(annotation))
        if isinstance(value, tuple):
            yield (*value, *sample[:1])
        elif isinstance(value, Mapping):
            yield {**value, **dict.fromkeys(("example", *UK_REGIONS), next(iter(sample.values())))}
        else:
            yield sample
    if isinstance(value, tuple) and value:
        yield value[:-1]
    elif isinstance(value, Mapping) and value:
        yield dict(list(value.items())[:-1])


def _plain(annotation: Any) -> Any:
    """The tuple type in an annotation that may be optional or annotated."""
    if get_origin(annotation) is tuple:
        return annotation
    return next((found for each in get_args(annotation) if get_origin(found := _plain(each)) is tuple), None)


def _default(owner: tuple[type[BaseModel], str] | None) -> tuple[str, int]:
    """The file and line of the default in the model; line 0 if there is none."""
    if owner is None:
        return "", 0
    model, name = owner
    declaring = next((each for each in model.__mro__ if name in inspect.get_annotations(each)), model)
    if model.model_fields[name].is_required():
        return "", 0
    lines, first = _lines(declaring)
    line = next((number for number, text in enumerate(lines, first) if re.match(rf"\s+{name}\s*:", text)), first)
    return declaring.__module__.removeprefix("bluelamp.").replace(".", "/") + ".py", line


@cache
def _lines(model: type[BaseModel]) -> tuple[list[str], int]:
    """The source lines of a model and the number of the first. Cached, as finding them parses the file."""
    return inspect.getsourcelines(model)


def _stored_addresses(force: Force, root: Path) -> Kept:
    with suppress(SettingsError):
        return kept_of(force.entry, root)
    return Kept(ADDRESS_FILE.format(slug=force.slug))


def _located(leaf: Leaf, force: Force, root: Path, addresses: Kept, register: Source, row: Steps) -> Leaf:
    """A required setting that is not written, with the file and line of the roadmap or address plan that it is from."""
    if leaf.at[-2:] == ("budget", "amount") and force.azure is not None:
        zone = force.azure.landing_zones[leaf.at[2]].name if isinstance(leaf.at[2], int) else None
        with suppress(SettingsError, LookupError):
            file, line = place_of(force, zone, root)
            return replace(leaf, file=file, line=line)
    for key, net in (addresses.ranges or {}).items():
        if net == leaf.value and addresses.source:
            return replace(leaf, file=addresses.file, line=addresses.source.at(steps_of(key))[0])
    line = register.at((*row, "addresses"))[0]
    return replace(leaf, file=register.file, line=line)


def _others(value: Any, annotation: Any) -> Iterator[Any]:
    choices = list(_choices(annotation))
    if isinstance(value, bool):
        yield not value
    elif choices:
        # The ends of a scale have the largest effect.
        ends = (choices[0], choices[-1])
        yield from (each for each in dict.fromkeys((*ends, *choices)) if each != value)
    elif isinstance(value, (int, float)):
        yield from (value + 1, value - 1, value * 2 + 7)
    elif isinstance(value, IPv4Address):
        yield IPv4Address(int(value) ^ 1)
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, IPv4Network):
        yield IPv4Network((int(value.network_address) ^ value.num_addresses, value.prefixlen))
    elif isinstance(value, str):
        yield from (_another(value), *GUESSES)
    elif value is None and _kinds(annotation) & {int, float}:
        yield 1
    elif value is None and date in _kinds(annotation):
        yield date(2100, 1, 1)
    elif value is None and str in _kinds(annotation):
        yield from GUESSES
    if value is not None and type(None) in _kinds(annotation):
        yield None


def _another(text: str) -> str:
    """A string of the same kind: another amount, version, id or word."""
    number = re.match(r"\d+", text)
    if re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", text):
        return text[:-1] + ("0" if text[-1] != "0" else "1")
    if number:
        return f"{int(number[0]) + 1}{text[number.end() :]}"
    # Of the same length, as some names have a maximum.
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
    """Whether the annotation allows a section or a list of sections."""
    kinds = _kinds(annotation)
    return any(inspect.isclass(each) and issubclass(each, BaseModel) for each in kinds)


def _with(current: Any, at: tuple[str | int, ...], value: Any) -> Any:
    if not at:
        return value
    step, rest = at[0], at[1:]
    if isinstance(step, int):
        return (*current[:step], _with(current[step], rest, value), *current[step + 1 :])
    if isinstance(current, Mapping):
        return {key: _with(item, rest, value) if str(key) == step else item for key, item in current.items()}
    return current.model_copy(update={step: _with(getattr(current, step), rest, value)})
