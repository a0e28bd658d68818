"""The Kubernetes kinds that a rule concerns, as admission names them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.policies.rule import Rule

_EPHEMERAL: Final = "/ephemeralcontainers"
_OTHER_CONTAINERS: Final = re.compile(r"(^|\.)(c|initC)ontainers\[\*\]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that a rule concerns, with the paths that it looks at there."""

    name: str
    group: str
    version: str
    resources: tuple[str, ...]
    paths: tuple[str, ...]


def kinds_of(rule: Rule) -> tuple[Kind, ...]:
    """The kinds of `rule` that an API server has. Raises KeyError for one that `kinds.yaml` does not know."""
    found: dict[Kind, None] = {}
    for type_, paths in rule.at.items():
        _, versioned, name = type_.split(":")
        group = versioned.split("/")[0]
        said = _file()[f"{group}/{name}"]
        if "gone" not in said:
            served = "" if group == "core" else group
            # The server shows a policy every version of a kind as the one that it asks for.
            found[Kind(name, served, said["version"], _resources(said["resources"], paths), paths)] = None
    return tuple(found)


def resource_rules(kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """What a policy matches in order to be asked about `kinds`."""
    ordered = sorted(kinds, key=lambda kind: (kind.group, kind.version))
    return [
        {
            "apiGroups": [group],
            "apiVersions": [version],
            "operations": ["CREATE", "UPDATE"],
            "resources": sorted({resource for kind in each for resource in kind.resources}),
        }
        for (group, version), each in groupby(ordered, key=lambda kind: (kind.group, kind.version))
    ]


def _resources(served: list[str], paths: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the `served` resources through which what stands at `paths` may be changed.

    `kubectl debug` changes ephemeral containers only: a rule about the others must not keep it from a running pod.
    """
    others = all(_OTHER_CONTAINERS.search(path) for path in paths)
    return tuple(each for each in served if not (others and each.endswith(_EPHEMERAL)))


@cache
def _file() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_bytes())
    return loaded
