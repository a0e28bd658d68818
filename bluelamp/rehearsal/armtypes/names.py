"""From an SDK's names to Azure Resource Manager's.

The SDK lifts what ARM nests under `properties` to the level of the object that has it (mostly: `keyvault:Vault` keeps
it), writes names in camel case (`Application_Type` is `applicationType`), and renames a few (`names.yaml`).
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
    """How one provider's names are written in the SDK; see `names.yaml` for what each part means.

    `renamed` gives the SDK's name by ARM's (`Object.name`, or the name alone).
    """

    lifted: frozenset[str] = frozenset({"properties"})
    renamed: Mapping[str, str] = field(default_factory=dict)
    passed: frozenset[str] = frozenset()

    def of(self, owner: str, name: str) -> str:
        """The SDK's name of the property `name` of ARM's object `owner`."""
        return self.renamed.get(f"{owner}.{name}") or self.renamed.get(name) or camel(name)


@dataclass(frozen=True)
class Member:
    """A property of an ARM object: its name in the SDK, where its type is, and what may be done with it.

    `required` says that it must be given, `read_only` that only the service writes it. `inside` is the object that it
    was lifted from, -1 where it was not; where that is `optional`, what it requires counts once any of it is given.
    """

    name: str
    index: int
    required: bool
    read_only: bool
    inside: int = -1
    optional: bool = False


@cache
def spelling(provider: str) -> Spelling:
    """The spelling of a resource provider's names."""
    loaded = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
    own = loaded.get(provider.lower(), {})
    return Spelling(
        lifted=frozenset({"properties", *own.get("lifted", ())}),
        renamed={
            one: sdk for sdk, arm in own.get("renamed", {}).items() for one in ([arm] if isinstance(arm, str) else arm)
        },
        passed=frozenset({*own.get("query", ()), *own.get("newer", ())}),
    )


@cache
def plain(name: str) -> str:
    """A name without what the two spellings differ in."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def camel(name: str) -> str:
    """An ARM name in camel case: `Application_Type` is `applicationType`."""
    first, *rest = re.split(r"[^A-Za-z0-9]+", name.strip("@$_.-"))
    return first[:1].lower() + first[1:] + "".join(part[:1].upper() + part[1:] for part in rest)


class Names:
    """The SDK's names of what is in one file of ARM types."""

    def __init__(self, types: Types, provider: str) -> None:
        self.spelling = spelling(provider)
        self._types = types
        self._known: dict[tuple[int, str, frozenset[str]], Mapping[str, Member]] = {}

    def members(self, index: int, tag: str, given: Collection[str]) -> Mapping[str, Member]:
        """The properties of the ARM object at `index` by plain SDK name, with those that the SDK lifts to it.

        `tag` chooses among the kinds of an object that has several. An object that is among the `given` inputs by its
        own name stays where it is, and nothing of it is lifted.
        """
        type_ = self._types[index]
        stays = (name for name in self.spelling.lifted if name in given and not self._outer(type_, tag, name, given))
        kept = frozenset(stays)
        key = (index, tag, kept)
        if key not in self._known:
            found: dict[str, Member] = {}
            for member in self._members(index, tag, self.spelling.lifted - kept, inside=-1, optional=False):
                known = found.get(plain(member.name))
                if known is None or (known.read_only and not member.read_only):
                    found[plain(member.name)] = member
            self._known[key] = found
        return self._known[key]

    def _outer(self, type_: Type, tag: str, name: str, given: Collection[str]) -> bool:
        """Whether `name` is lifted although it is given: then what is given is inside it (`properties.properties`)."""
        own = properties(self._types, type_, tag)
        inner = properties(self._types, self._types[index_of(own[name]["type"])], tag) if name in own else {}
        outside, inside = {plain(one) for one in own}, {plain(one) for one in inner}
        return name in inner and any(plain(one) in inside - outside for one in given)

    def _members(self, at: int, tag: str, lifted: frozenset[str], *, inside: int, optional: bool) -> Iterator[Member]:
        inner: list[tuple[int, frozenset[str], bool]] = []
        type_ = self._types[at]
        for name, one in properties(self._types, type_, tag).items():
            flags, index = int(one.get("flags", 0)), index_of(one["type"])
            read_only = bool(flags & _READ_ONLY)
            required = bool(flags & _REQUIRED) and not read_only
            written = self.spelling.of(str(type_["name"]), name)
            if name in lifted and written == name and self._types[index]["$type"] in _OBJECTS:
                inner.append((index, lifted - {name}, optional or not required))
            else:
                yield Member(written, index, required, read_only, inside, optional)
        for index, further, whether in inner:
            yield from self._members(index, tag, further, inside=index, optional=whether)


def properties(types: Types, type_: Type, tag: str) -> Mapping[str, Any]:
    """The properties of an ARM object as written; of one that has several kinds, those of the kind `tag`."""
    if type_["$type"] == "ObjectType":
        own: Mapping[str, Any] = type_["properties"]
        return own
    if type_["$type"] != "DiscriminatedObjectType":
        return {}
    kind = kinds(type_).get(tag.lower())
    chosen = types[index_of(kind)]["properties"] if kind else {}
    return {**type_["baseProperties"], **chosen}


def kinds(type_: Type) -> Mapping[str, Mapping[str, str]]:
    """The kinds of an object that has several, by their tag in lower case."""
    return {str(name).lower(): reference for name, reference in type_["elements"].items()}
