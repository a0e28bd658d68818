"""The Kubernetes kinds that a rule concerns, in the terms of admission."""

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
    """A kind that a rule concerns, with the paths that the rule checks."""

    name: str
    group: str
    version: str
    resources: tuple[str, ...]
    paths: tuple[str, ...]


def kinds_of(rule: Rule) -> tuple[Kind, ...]:
    """The kinds of `rule` that API servers still have. Raises KeyError for one that is not in `kinds.yaml`."""
    found: dict[Kind, None] = {}
    for type_, paths in rule.at.items():
        _, versioned, name = type_.split(":")
        group = versioned.split("/")[0]
        kind = _known_kinds()[f"{group}/{name}"]
        if "gone" not in kind:
            served = "" if group == "core" else group
            # The server converts every version of a kind to the one in the policy.
            found[Kind(name, served, kind["version"], _resources(kind["resources"], paths), paths)] = None
    return tuple(found)


def resource_rules(kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """The match rules of a policy on `kinds`."""
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
    """The `served` resources through which the values at `paths` can change.

    `kubectl debug` changes ephemeral containers only, so rules on other containers must not block it.
    """
    others = all(_OTHER_CONTAINERS.search(path) for path in paths)
    return tuple(each for each in served if not (others and each.endswith(_EPHEMERAL)))


@cache
def _known_kinds() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_bytes())
    return loaded
