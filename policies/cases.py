"""The cases of a rule, from the YAML file beside its module.

Each rule's id has a list of entries. In each entry, a verdict is the key of the judged resource's properties.
`!unknown` is an unknown value; `!unknown judged other-0` is one derived from the judged resource and from the first of
the others. An entry may also have

- `name`: a description of the case; by default its properties, shortened;
- `type`: the resource's type, if not the first one in the rule's `at`;
- `with`: the other resources of the estate, each as `type: properties`;
- `path`: the expected path of the judgement;
- `protect: true`: the judged resource is protected from deletion;
- `missing: true`: the property in question is missing, and the service's default decides;
- `parameters`: parameters that differ from the rule's own.
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


class _RuleWithCases(Protocol):
    """The part of a rule that its cases need."""

    @property
    def id(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def at(self) -> Mapping[str, Any]: ...


LONGEST: Final = 60
"""The maximum characters of the description of a case without a name."""


@dataclass(frozen=True)
class _Derived:
    """An unknown value derived from the resources with these names."""

    of: tuple[str, ...]


class _Loader(yaml.CSafeLoader):
    """YAML with `!unknown`, and with dates as text, as in JSON."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _unknown(loader: _Loader, node: yaml.ScalarNode) -> Any:
    names = tuple(str(loader.construct_scalar(node)).split())
    return _Derived(names) if names else UNKNOWN


_Loader.add_constructor("!unknown", _unknown)


def of(rule: _RuleWithCases) -> tuple[Case, ...]:
    """The cases of `rule`. Raises ValueError for an entry without exactly one verdict."""
    return tuple(_case(rule, number, entry) for number, entry in enumerate(entries(rule), 1))


def entries(rule: _RuleWithCases) -> Sequence[Mapping[str, Any]]:
    """The entries of `rule` in its file of cases, as parsed."""
    return _file(rule.module).get(rule.id, [])


def file_of(module: str) -> Path:
    """The file with the cases of the rules in `module`."""
    if module.startswith(OWN):
        return Path(str(sys.modules[module].__file__)).with_suffix(".yaml")
    return Path(__file__).parent.joinpath(*module.split(".")[2:]).with_suffix(".yaml")


@cache
def _file(module: str) -> dict[str, list[dict[str, Any]]]:
    path = file_of(module)
    with path.open("rb") as stream:
        loaded: dict[str, list[dict[str, Any]]] = yaml.load(stream, Loader=_Loader) or {}  # noqa: S506 - a safe loader
    return loaded


def _case(rule: _RuleWithCases, number: int, entry: Mapping[str, Any]) -> Case:
    verdicts = [verdict for verdict in Verdict if verdict in entry]
    if len(verdicts) != 1:
        raise ValueError(f"{rule.id}, case {number}: one of {', '.join(Verdict)} is wanted, not {len(verdicts)}")
    (verdict,) = verdicts
    type_ = entry.get("type") or next(iter(rule.at)).replace("*", "v1")
    resources = {"judged": (type_, entry[verdict])}
    others = [pair for each in entry.get("with", []) for pair in each.items()]
    resources |= {f"other-{index}": pair for index, pair in enumerate(others)}
    urns = {name: f"urn:pulumi:case::bluelamp::{other}::{name}" for name, (other, _) in resources.items()}
    return Case(
        rule=rule.id,
        name=f"{number} {verdict}, {entry.get('name') or _described(entry, entry[verdict])}",
        verdict=verdict,
        resources=tuple(
            _resource(other, name, properties, urns, protect=name == "judged" and bool(entry.get("protect")))
            for name, (other, properties) in resources.items()
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
    elif value is UNKNOWN or isinstance(value, _Derived):
        yield f"{key} unknown"
    elif value or value in (0, False):
        yield f"{key} {str(value).lower() if isinstance(value, bool) else value}"
    elif key:
        yield f"{key} empty"


def _resource(
    type_: str, name: str, properties: dict[str, Any] | None, urns: Mapping[str, str], *, protect: bool
) -> Resource:
    references: dict[str, tuple[str, ...]] = {}
    resolved = {}
    for key, value in (properties or {}).items():
        names: set[str] = set()
        resolved[key] = _resolved(value, names)
        if names:
            references[key] = tuple(urns[each] for each in sorted(names))
    return Resource(urns[name], type_, name, resolved, protect, references=references)


def _resolved(value: Any, names: set[str]) -> Any:
    """`value` with `UNKNOWN` for derived values; the names of their source resources are added to `names`."""
    if isinstance(value, _Derived):
        names.update(value.of)
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _resolved(item, names) for key, item in value.items()}
    return [_resolved(item, names) for item in value] if isinstance(value, list) else value
