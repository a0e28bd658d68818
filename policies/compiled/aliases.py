"""Azure Policy's names of the types and properties that rules use, from `aliases.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.policies.compiled.result import CannotCompile

FIELDS: Final = frozenset({"name", "kind", "location", "id", "tags", "identity.type"})
"""The fields that Azure Policy reads without an alias."""
_ALL: Final = "[*]"
_NESTED: Final = re.compile(r"(?<![^.])properties\.")


@dataclass(frozen=True, slots=True)
class Alias:
    """A property: its alias in Azure Policy (`name`), and its `path` in the resource.

    `verified` is whether the alias was found in a list of aliases or in several policies. Otherwise it is derived from
    the naming convention and not yet tested on a subscription.
    """

    name: str
    path: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Type:
    """A resource type: its name in Azure, and the properties that rules use, by their path in Pulumi's SDK."""

    name: str
    properties: Mapping[str, Alias]

    @property
    def paths(self) -> dict[str, str]:
        """The path of each property, and of each array that contains one, by alias."""
        found: dict[str, str] = {}
        for alias in self.properties.values():
            found[alias.name] = alias.path
            names, paths = alias.name.split(_ALL), alias.path.split(_ALL)
            for depth in range(1, len(names)):
                found[_ALL.join(names[:depth]) + _ALL] = _ALL.join(paths[:depth]) + _ALL
        return found

    def alias(self, path: str) -> Alias:
        """The property at `path`, which may contain `[*]`. Raises `CannotCompile` if its alias is not recorded."""
        if path in FIELDS:
            return Alias(path, path)
        if path not in self.properties:
            raise CannotCompile(f"nobody has looked up what Azure Policy calls {path} of {self.name}")
        return self.properties[path]


def type_of(token: str) -> Type:
    """The Azure type of Pulumi's `token`. Raises `CannotCompile` if it is not recorded."""
    known = _types()
    if token not in known:
        raise CannotCompile(f"nobody has looked up what Azure Policy calls {token}")
    return known[token]


@cache
def _types() -> Mapping[str, Type]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("aliases.yaml").read_bytes())
    return {token: _type(content) for token, content in loaded.items()}


def _type(content: Mapping[str, Any]) -> Type:
    verified = content.get("verified", {})
    found = {**verified, **content.get("unverified", {})}
    name = str(content["type"])
    aliases = {
        path: Alias(f"{name}/{_NESTED.sub('', where)}", where, path in verified) for path, where in found.items()
    }
    return Type(name, aliases)
