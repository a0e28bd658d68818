"""How Azure Policy names the types and the properties that rules look at; the names are in `aliases.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.policies.compiled.result import CannotCompile

FIELDS: Final = frozenset({"name", "kind", "location", "id", "tags", "identity.type"})
"""What Azure Policy reads of every type without an alias."""
_ALL: Final = "[*]"
_NESTED: Final = re.compile(r"(?<![^.])properties\.")


@dataclass(frozen=True, slots=True)
class Alias:
    """A property: the `name` that Azure Policy has for it, and the `path` where Azure keeps it.

    `verified` says that the name was read in a list of aliases or in several policies; where it is False it follows
    from how aliases are made and has still to be tried on a subscription.
    """

    name: str
    path: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Type:
    """A resource type by its name in Azure, with the properties that rules look at by their path in Pulumi's SDK."""

    name: str
    properties: Mapping[str, Alias]

    @property
    def paths(self) -> dict[str, str]:
        """Where Azure keeps each property, and each array that one of them is in, by its alias."""
        found: dict[str, str] = {}
        for alias in self.properties.values():
            found[alias.name] = alias.path
            names, paths = alias.name.split(_ALL), alias.path.split(_ALL)
            for depth in range(1, len(names)):
                found[_ALL.join(names[:depth]) + _ALL] = _ALL.join(paths[:depth]) + _ALL
        return found

    def alias(self, path: str) -> Alias:
        """The property at `path`, which may go through `[*]`. Raises `CannotCompile` for one that nobody looked up."""
        if path in FIELDS:
            return Alias(path, path)
        if path not in self.properties:
            raise CannotCompile(f"nobody has looked up what Azure Policy calls {path} of {self.name}")
        return self.properties[path]


def type_of(token: str) -> Type:
    """The Azure type of Pulumi's `token`. Raises `CannotCompile` for one that nobody looked up."""
    known = _types()
    if token not in known:
        raise CannotCompile(f"nobody has looked up what Azure Policy calls {token}")
    return known[token]


@cache
def _types() -> Mapping[str, Type]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("aliases.yaml").read_bytes())
    return {token: _type(said) for token, said in loaded.items()}


def _type(said: Mapping[str, Any]) -> Type:
    verified = said.get("verified", {})
    found = {**verified, **said.get("unverified", {})}
    name = str(said["type"])
    aliases = {
        path: Alias(f"{name}/{_NESTED.sub('', where)}", where, path in verified) for path, where in found.items()
    }
    return Type(name, aliases)
