"""The cases of a rule, from the YAML file beside its module.

Under the rule's id stands a list. In each entry the key that is a verdict holds the properties of the resource that is
judged, `!unknown` stands for a value that is not known yet, and beside it may stand

- `type`: the resource's type, when it is not the first one that the rule concerns;
- `name`, `urn`: of the resource, when they matter;
- `with`: the other resources of the estate, each as `type: properties`;
- `path`: the place that the judgement names;
- `missing: true`: the property in question is left out, and the service's default decides;
- `parameters`: other parameters than the rule's own.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.model import UNKNOWN, Case, Resource, Verdict
from policies.rule import Rule


class _Loader(yaml.CSafeLoader):
    """YAML with `!unknown`, and with dates as text: what stands in a case is JSON."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_constructor("!unknown", lambda _loader, _node: UNKNOWN)


def of(rule: Rule) -> tuple[Case, ...]:
    """The cases of `rule`. Raises ValueError for an entry that has no verdict."""
    return tuple(_case(rule, number, entry) for number, entry in enumerate(_file(rule.module).get(rule.id, []), 1))


@cache
def _file(module: str) -> dict[str, list[dict[str, Any]]]:
    path = Path(__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".yaml")
    with path.open("rb") as stream:
        loaded: dict[str, list[dict[str, Any]]] = yaml.load(stream, Loader=_Loader) or {}  # noqa: S506 - a safe loader
    return loaded


def _case(rule: Rule, number: int, entry: dict[str, Any]) -> Case:
    verdicts = [verdict for verdict in Verdict if verdict in entry]
    if len(verdicts) != 1:
        raise ValueError(f"{rule.id}, case {number}: one of {', '.join(Verdict)} is wanted, not {len(verdicts)}")
    (verdict,) = verdicts
    type_ = entry.get("type") or next(iter(rule.at)).replace("*", "v1")
    judged = _resource(type_, entry[verdict], entry.get("name", "judged"))
    others = [
        _resource(other, properties, f"other-{index}")
        for index, each in enumerate(entry.get("with", []))
        for other, properties in each.items()
    ]
    return Case(
        rule=rule.id,
        name=f"{number} {verdict}{' (missing)' if entry.get('missing') else ''}",
        verdict=verdict,
        resources=(judged, *others),
        missing=bool(entry.get("missing")),
        path=entry.get("path"),
        parameters=entry.get("parameters", {}),
    )


def _resource(type_: str, properties: dict[str, Any] | None, name: str) -> Resource:
    return Resource(f"urn:pulumi:case::bluelamp::{type_}::{name}", type_, name, properties or {})
