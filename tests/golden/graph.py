"""A force's resource graph as an upgrade sees it: every URN, and the inputs whose change would replace the resource."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bluelamp.infra.force import ROOT, load
from bluelamp.infra.program.build import build
from bluelamp.planning import Plan, PlannedResource, plan_program
from bluelamp.planning.plan import stack_config
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import plain

HERE = Path(__file__).parent

FORCES = {
    "starter": "dyfed-powys",
    "hybrid": "kent",
    "full": "west-midlands",
    "full-in-the-cloud": "essex",
}
"""A force for each golden file."""

Graph = dict[str, dict[str, Any]]


def plan(slug: str, **settings: object) -> Plan:
    """The plan of a force, with some of its settings changed."""
    path = ROOT / "stacks" / f"Pulumi.{slug}.yaml"
    config = yaml.safe_load(path.read_text("utf-8"))["config"]
    force = load(slug, {**config, **{f"bluelamp:{key}": value for key, value in settings.items()}})
    return plan_program(slug, lambda: build(force), stack_config(path), root=ROOT)


def graph(planned: Plan) -> Graph:
    """Every resource but the engine's own, by URN, with its forcing inputs."""
    with_store = Store(":memory:")
    try:
        packages = Packages(with_store)
        return {
            resource.urn: _forcing(resource, packages, planned.stack)
            for resource in planned.resources
            if not resource.type.startswith("pulumi:")
        }
    finally:
        with_store.close()


def _forcing(resource: PlannedResource, packages: Packages, stack: str) -> dict[str, Any]:
    """The inputs, by path, that would replace the resource if they changed."""
    if not resource.custom:
        return {}
    provider = packages.provider(resource.type.partition(":")[0])
    changed = _other(resource.inputs)
    found = provider.diff(Instance(stack, "bluelamp"), resource.urn, "", resource.inputs, {}, changed)
    leaves = dict(_leaves(plain(resource.inputs), ""))
    return {path: leaves[path] for path in sorted(found.replaces) if path in leaves and _is_known(leaves[path])}


def _is_known(value: Any) -> bool:
    return isinstance(value, str | bool | int | float)


def _other(value: Any, key: str = "") -> Any:
    """A value of the same shape in which every leaf differs; discriminators of object types stay."""
    if isinstance(value, Mapping):
        return {name: _other(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_other(item) for item in value]
    if key in ("apiVersion", "kind") or key.startswith("__"):
        return value
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value}-other" if isinstance(value, str) else value


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            plain_key = key.replace("_", "").replace("-", "").isalnum() and "-" not in key
            step = f".{key}" if plain_key else f'["{key}"]'
            yield from _leaves(item, f"{path}{step}".removeprefix("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def broken(before: Graph, planned: Plan) -> list[str]:
    """What an upgrade from `before` would delete or replace, one line each; empty if nothing."""
    now = graph(planned)
    answers = {alias: resource.urn for resource in planned.resources for alias in resource.aliases}
    answers |= {urn: urn for urn in now}
    wrong = []
    for urn, forcing in before.items():
        kept = answers.get(urn)
        if kept is None:
            wrong.append(f"deleted: {urn}")
            continue
        wrong += [
            f"replaced: {urn}: {path} was {value!r} and would be {now[kept].get(path)!r}"
            for path, value in forcing.items()
            if path in now[kept] and now[kept][path] != value
        ]
    return wrong


def read(name: str) -> Graph:
    """Reads a golden file."""
    content: Graph = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    return content


def write(name: str, content: Graph) -> Path:
    """Writes a golden file with one line for each resource, so that its changes are easy to read."""
    path = HERE / f"{name}.json"
    lines = (f"{json.dumps(urn)}: {json.dumps(forcing, sort_keys=True)}" for urn, forcing in sorted(content.items()))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return path
