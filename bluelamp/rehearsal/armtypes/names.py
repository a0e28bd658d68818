"""Maps the SDK's property names to Azure Resource Manager's.

The SDK flattens ARM's `properties` objects (with exceptions, such as `keyvault:Vault`), writes names in camel case
(`Application_Type` is `applicationType`), and renames some properties (`names.yaml`).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bluelamp.rehearsal.armtypes.library import Type, Types, index_of

_REQUIRED, _READ_ONLY = 1, 2
_OBJECTS = ("ObjectType", "DiscriminatedObjectType")


@dataclass(frozen=True)
class Spelling:
    """The SDK's naming rules for a resource provider; see `names.yaml` for the fields.

    `renamed` maps ARM's names (`Object.name`, or the name alone) to the SDK's.
    """

    flattened: frozenset[str] = frozenset({"properties"})
    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()

    def of(self, owner: str, name: str) -> str:
        """The SDK's name of the property `name` of ARM's object `owner`."""
        return self.renamed.get(f"{owner}.{name}") or self.renamed.get(name) or camel(name)


@dataclass(frozen=True)
class Member:
    """A property of an ARM object: its name in the SDK and the index of its type.

    `read_only` is whether only the service sets it. `container` is the object that it was flattened from, -1 if none.
    If the container is `optional`, its required properties are required once one of its properties is given.
    """

    name: str
    index: int
    required: bool
    read_only: bool
    container: int = -1
    optional: bool = False


@cache
def spelling(provider: str) -> Spelling:
    """The naming rules of a resource provider."""
    loaded = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
    own = loaded.get(provider.lower(), {})
    return Spelling(
        flattened=frozenset({"properties", *own.get("flattened", ())}),
        renamed={
            one: sdk for sdk, arm in own.get("renamed", {}).items() for one in ([arm] if isinstance(arm, str) else arm)
        },
        ignored=frozenset({*own.get("query", ()), *own.get("newer", ())}),
    )


@cache
def plain(name: str) -> str:
    """A name in lower case without punctuation, in which the SDK's and ARM's names do not differ."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def camel(name: str) -> str:
    """An ARM name in camel case: `Application_Type` is `applicationType`."""
    first, *rest = re.split(r"[^A-Za-z0-9]+", name.strip("@$_.-"))
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


class Names:
    """The SDK's names of the properties in a file of ARM types."""

    def __init__(self, types: Types, provider: str) -> None:
        self.spelling = spelling(provider)
        self._types = types
        self._known: dict[tuple[int, str, frozenset[str]], Mapping[str, Member]] = {}

    def members(self, index: int, tag: str, given: Collection[str]) -> Mapping[str, Member]:
        """The properties of the ARM object at `index` by plain SDK name, including flattened ones.

        `tag` selects the variant of a discriminated object. An object that the inputs `given` contain by its own name
        is not flattened.
        """
        type_ = self._types[index]
        stays = (name for name in self.spelling.flattened if name in given and not self._outer(type_, tag, name, given))
        kept = frozenset(stays)
        key = (index, tag, kept)
        if key not in self._known:
            found: dict[str, Member] = {}
            for member in self._members(index, tag, self.spelling.flattened - kept, container=-1, optional=False):
                known = found.get(plain(member.name))
                if known is None or (known.read_only and not member.read_only):
                    found[plain(member.name)] = member
            self._known[key] = found
        return self._known[key]

    def _outer(self, type_: Type, tag: str, name: str, given: Collection[str]) -> bool:
        """Whether `name` is flattened although it is given: it is then an inner property (`properties.properties`)."""
        own = properties(self._types, type_, tag)
        inner = properties(self._types, self._types[index_of(own[name]["type"])], tag) if name in own else {}
        own_names, inner_names = {plain(one) for one in own}, {plain(one) for one in inner}
        return name in inner and any(plain(one) in inner_names - own_names for one in given)

    def _members(
        self, at: int, tag: str, flattened: frozenset[str], *, container: int, optional: bool
    ) -> Iterator[Member]:
        inner: list[tuple[int, frozenset[str], bool]] = []
        type_ = self._types[at]
        for name, one in properties(self._types, type_, tag).items():
            flags, index = int(one.get("flags", 0)), index_of(one["type"])
            read_only = bool(flags & _READ_ONLY)
            required = bool(flags & _REQUIRED) and not read_only
            written = self.spelling.of(str(type_["name"]), name)
            if name in flattened and written == name and self._types[index]["$type"] in _OBJECTS:
                inner.append((index, flattened - {name}, optional or not required))
            else:
                yield Member(written, index, required, read_only, container, optional)
        for index, further, whether in inner:
            yield from self._members(index, tag, further, container=index, optional=whether)


def properties(types: Types, type_: Type, tag: str) -> Mapping[str, Any]:
    """The properties of an ARM object; for a discriminated object, those of the variant `tag`."""
    if type_["$type"] == "ObjectType":
        own: Mapping[str, Any] = type_["properties"]
        return own
    if type_["$type"] != "DiscriminatedObjectType":
        return {}
    kind = kinds(type_).get(tag.lower())
    chosen = types[index_of(kind)]["properties"] if kind else {}
    return {**type_["baseProperties"], **chosen}


def kinds(type_: Type) -> Mapping[str, Mapping[str, str]]:
    """The variants of a discriminated object, by tag in lower case."""
    return {str(name).lower(): reference for name, reference in type_["elements"].items()}
