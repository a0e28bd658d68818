"""The cases of a rule, from the YAML file beside its module.

Each rule's id has a list. In each entry the key that is a verdict holds the properties of the resource that is judged.
`!unknown` is a value that is not known yet; `!unknown judged other-0` one that is made from the resource that is judged
and from the first of the others. An entry may also have

- `name`: what the case shows; by default its properties, shortened;
- `type`: the resource's type, when it is not the first one that the rule concerns;
- `with`: the other resources of the estate, each as `type: properties`;
- `path`: the place that the judgement names;
- `protect: true`: the resource that is judged is protected from deletion;
- `missing: true`: the property in question is left out, and the service's default decides;
- `parameters`: other parameters than the rule's own.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import yaml

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.policies.model import OWN, Case, Verdict


class _Held(Protocol):
    """The part of a rule that its cases need."""

    @property
    def id(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def at(self) -> Mapping[str, Any]: ...


LONGEST: Final = 60
"""Characters of the description of a case without a name."""


@dataclass(frozen=True)
class _Made:
    """A value that is not known yet, made from the resources of these names."""

    of: tuple[str, ...]


class _Loader(yaml.CSafeLoader):
    """YAML with `!unknown`, and with dates as text, as in JSON."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _unknown(loader: _Loader, node: yaml.ScalarNode) -> Any:
    names = tuple(str(loader.construct_scalar(node)).split())
    return _Made(names) if names else UNKNOWN


_Loader.add_constructor("!unknown", _unknown)


def of(rule: _Held) -> tuple[Case, ...]:
    """The cases of `rule`. Raises ValueError for an entry that has no verdict."""
    return tuple(_case(rule, number, entry) for number, entry in enumerate(entries(rule), 1))


def entries(rule: _Held) -> Sequence[Mapping[str, Any]]:
    """The entries of `rule` in its file of cases."""
    return _file(rule.module).get(rule.id, [])


def file_of(module: str) -> Path:
    """The file of the cases of the rules in `module`."""
    if module.startswith(OWN):
        return Path(str(sys.modules[module].__file__)).with_suffix(".yaml")
    return Path(__file__).parent.joinpath(*module.split(".")[2:]).with_suffix(".yaml")


@cache
def _file(module: str) -> dict[str, list[dict[str, Any]]]:
    path = file_of(module)
    with path.open("rb") as stream:
        loaded: dict[str, list[dict[str, Any]]] = yaml.load(stream, Loader=_Loader) or {}  # noqa: S506 - a safe loader
    return loaded


def _case(rule: _Held, number: int, entry: Mapping[str, Any]) -> Case:
    verdicts = [verdict for verdict in Verdict if verdict in entry]
    if len(verdicts) != 1:
        raise ValueError(f"{rule.id}, case {number}: one of {', '.join(Verdict)} is wanted, not {len(verdicts)}")
    (verdict,) = verdicts
    type_ = entry.get("type") or next(iter(rule.at)).replace("*", "v1")
    declared = {"judged": (type_, entry[verdict])}
    others = [pair for each in entry.get("with", []) for pair in each.items()]
    declared |= {f"other-{index}": pair for index, pair in enumerate(others)}
    urns = {name: f"urn:pulumi:case::bluelamp::{other}::{name}" for name, (other, _) in declared.items()}
    return Case(
        rule=rule.id,
        name=f"{number} {verdict}, {entry.get('name') or _described(entry, entry[verdict])}",
        verdict=verdict,
        resources=tuple(
            _resource(other, name, properties, urns, protect=name == "judged" and bool(entry.get("protect")))
            for name, (other, properties) in declared.items()
        ),
        missing=bool(entry.get("missing")),
        path=entry.get("path"),
        parameters=entry.get("parameters", {}),
    )


def _described(entry: Mapping[str, Any], properties: Any) -> str:
    """The innermost properties of a case without a name, shortened to one line."""
    found = "property missing" if entry.get("missing") else ", ".join(_leaves(properties, "")) or "no properties"
    if "type" in entry:
        found = f"{entry['type'].rpartition(':')[2]}: {found}"
    return found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"


def _leaves(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, str(name))
    elif isinstance(value, list) and value:
        for item in value:
            yield from _leaves(item, key)
    elif value is UNKNOWN or isinstance(value, _Made):
        yield f"{key} unknown"
    elif value or value in (0, False):
        yield f"{key} {str(value).lower() if isinstance(value, bool) else value}"
    elif key:
        yield f"{key} empty"


def _resource(
    type_: str, name: str, properties: dict[str, Any] | None, urns: Mapping[str, str], *, protect: bool
) -> Resource:
    references: dict[str, tuple[str, ...]] = {}
    opened = {}
    for key, value in (properties or {}).items():
        names: set[str] = set()
        opened[key] = _opened(value, names)
        if names:
            references[key] = tuple(urns[each] for each in sorted(names))
    return Resource(urns[name], type_, name, opened, protect, references=references)


def _opened(value: Any, names: set[str]) -> Any:
    """`value` with `UNKNOWN` for what is made from other resources, whose names are added to `names`."""
    if isinstance(value, _Made):
        names.update(value.of)
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _opened(item, names) for key, item in value.items()}
    return [_opened(item, names) for item in value] if isinstance(value, list) else value
