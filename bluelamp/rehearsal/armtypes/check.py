"""Judges an SDK's inputs by ARM's own definitions: names, required and read-only properties, values, at one version."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.armtypes import values
from bluelamp.rehearsal.armtypes.library import Library, Type, Types, index_of
from bluelamp.rehearsal.armtypes.names import Member, Names, kinds, plain
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.validate import found
from bluelamp.rehearsal.sdk.words import did_you_mean, join_path, listing
from bluelamp.rehearsal.values import UNKNOWN, Secret

_HARMLESS = frozenset({"id", "name", "type", "etag", "apiversion"})
"""Read-only properties that people give because a reference or a copied resource has them; ARM ignores them."""


class ArmTypes:
    """The definitions in a folder of Azure/bicep-types-az's layout. Raises `LibraryError` where there are none."""

    def __init__(self, directory: Path) -> None:
        self._library = Library(directory)
        self._known: dict[Types, Names] = {}

    def types(self) -> frozenset[str]:
        """Every resource type that is defined at any version, in lower case."""
        library = self._library
        return frozenset(
            name
            for provider in library.providers()
            for version in library.versions(provider)
            for name in library.resource_types(provider, version)
        )

    def version(self, arm_type: str, api_version: str) -> str | None:
        """The API version at which `arm_type` is judged: the same or the nearest; None where the type is not known."""
        body = self._library.body(arm_type, api_version)
        return body.version if body else None

    def check(
        self,
        arm_type: str,
        api_version: str,
        inputs: Mapping[str, Any],
        path_parameters: Collection[str] = (),
        *,
        own_name: str | None = None,
    ) -> list[Failure]:
        """What is wrong with `inputs` of a resource of `arm_type` (`Microsoft.Network/virtualNetworks/subnets`).

        The inputs are in the SDK's shape and with the provider's defaults in. `path_parameters` are the inputs that go
        into the resource's id and not into its body; `own_name` is the one of them that names the resource itself, None
        where its name is fixed. A type that the folder does not have passes.
        """
        body = self._library.body(arm_type, api_version)
        if body is None:
            return []
        judge = _Judge(body.types, self._names(body.types, arm_type.partition("/")[0]))
        own = {key: value for key, value in inputs.items() if not _ours(key)}
        # The name goes into the address, so its rules stand apart from the body's.
        failures = [
            *judge.name(body.index, inputs, own_name),
            *judge.object(body.index, own, "", frozenset(path_parameters)),
        ]
        if body.version == api_version:
            return failures
        note = f" (judged at API version {body.version}, the nearest to {api_version} that there is)"
        return [replace(one, reason=one.reason + note) for one in failures]

    def names(self, arm_type: str, api_version: str, value: str) -> bool:
        """Whether the definitions of `arm_type` and its neighbours name `value`, whatever its case.

        True also where they do not have the type.
        """
        body = self._library.body(arm_type, api_version)
        return body is None or value.lower() in body.types.literals

    def _names(self, types: Types, provider: str) -> Names:
        if types not in self._known:
            self._known[types] = Names(types, provider)
        return self._known[types]


def _ours(name: str) -> bool:
    return name.startswith("__") or name in ("azureApiVersion", "resourceGroupName", "subscriptionId")


@dataclass(frozen=True)
class _Judge:
    types: Types
    names: Names
    hidden: bool = False

    def name(self, index: int, inputs: Mapping[str, Any], own_name: str | None) -> Iterator[Failure]:
        known = self.names.members(index, self._tag(index, inputs), ("properties",)).get("name")
        if known is not None and own_name is not None:
            yield from self.value(known.index, inputs.get(own_name), own_name)

    def object(
        self, index: int, given: Mapping[str, Any], path: str, elsewhere: frozenset[str] | None = None
    ) -> Iterator[Failure]:
        """Judges an object; `elsewhere` are the names that a whole resource has in its address instead, None inside."""
        type_ = self.types[index]
        tag = ""
        if type_["$type"] == "DiscriminatedObjectType":
            tag = self._tag(index, given)
            failure = self._kind(index, tag, given, path)
            if failure is not None or not tag:
                yield from [failure] if failure else []
                return
        top = elsewhere is not None
        given = {name: value for name, value in given.items() if value is not None and name not in (elsewhere or ())}
        known = self.names.members(index, tag, given)
        rest = type_.get("additionalProperties")
        if not known and rest is None:
            return
        seen = {plain(name) for name in elsewhere or ()}
        begun: set[int] = set()
        for name, value in given.items():
            member = known.get(plain(name))
            if member is not None and member.name == name:
                seen.add(plain(name))
                begun.add(member.inside)
                yield from self._given(member, value, path, name, top=top)
            elif rest is not None:
                yield from self.value(index_of(rest), value, join_path(path, name))
            elif name not in self.names.spelling.passed and not _ours(name):
                hint = did_you_mean(name, [one.name for one in known.values()])
                yield Failure(join_path(path, name), f"unknown property '{name}'{hint}")
        for key, member in known.items():
            due = member.required and (not member.optional or member.inside in begun)
            if due and key not in seen and not (top and key in _HARMLESS):
                yield Failure(join_path(path, member.name), f"missing required property '{member.name}'")

    def value(self, index: int, value: Any, path: str) -> Iterator[Failure]:
        type_ = self.types[index]
        kind = type_["$type"]
        if value is None or value is UNKNOWN or kind == "AnyType":
            return
        if isinstance(value, Secret):
            yield from replace(self, hidden=True).value(index, value.value, path)
        elif kind == "ArrayType" and isinstance(value, list):
            yield from values.length(type_, value, path)
            for number, item in enumerate(value):
                yield from self.value(index_of(type_["itemType"]), item, join_path(path, number))
        elif kind in ("ObjectType", "DiscriminatedObjectType") and isinstance(value, Mapping):
            yield from self.object(index, value, path)
        elif isinstance(value, list) and self._is_set(type_):
            yield from (
                Failure(join_path(path, number), f"expected a string, found {found(item, hidden=self.hidden)}")
                for number, item in enumerate(value)
                if not isinstance(item, str) and item is not UNKNOWN
            )
        elif kind == "UnionType":
            yield from self._union(index, value, path)
        else:
            yield from values.simple(type_, value, path, hidden=self.hidden)

    def _is_set(self, type_: Type) -> bool:
        """Whether it is a map of things that only the service writes: the SDK has it as a list of its keys."""
        rest = type_.get("additionalProperties")
        return rest is not None and self.types[index_of(rest)]["$type"] == "ObjectType"

    def _given(self, member: Member, value: Any, path: str, name: str, *, top: bool) -> Iterator[Failure]:
        if member.read_only:
            if plain(member.name) not in _HARMLESS:
                yield Failure(join_path(path, name), f"the property '{name}' is read-only")
        elif not (top and plain(name) in ("id", "type")):
            yield from self.value(member.index, value, join_path(path, name))

    def _tag(self, index: int, given: Mapping[str, Any]) -> str:
        wanted = plain(str(self.types[index].get("discriminator", "")))
        for name, value in given.items():
            opened = value.value if isinstance(value, Secret) else value
            if plain(name) == wanted and isinstance(opened, str):
                return opened
        return ""

    def _kind(self, index: int, tag: str, given: Mapping[str, Any], path: str) -> Failure | None:
        type_ = self.types[index]
        name = self.names.spelling.of(str(type_["name"]), str(type_["discriminator"]))
        allowed = list(type_["elements"])
        if not tag and UNKNOWN not in given.values():
            return Failure(join_path(path, name), f"missing required property '{name}': one of {listing(allowed)}")
        if not tag or tag.lower() in kinds(type_):
            return None
        return Failure(join_path(path, name), f"'{tag}' is not one of {listing(allowed)}{did_you_mean(tag, allowed)}")

    def _union(self, index: int, value: Any, path: str) -> Iterator[Failure]:
        options = [index_of(one) for one in self.types[index]["elements"]]
        literals = [self.types[one]["value"] for one in options if self.types[one]["$type"] == "StringLiteralType"]
        if value in literals or any(
            not list(self.value(one, value, path)) for one in options if self.types[one]["$type"] != "StringLiteralType"
        ):
            return
        yield values.enum(literals, value, path, hidden=self.hidden)
