"""Validates SDK inputs against ARM's type definitions: names, required and read-only properties, and values."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bluelamp.rehearsal.armtypes import values
from bluelamp.rehearsal.armtypes.library import Library, Type, Types, index_of
from bluelamp.rehearsal.armtypes.names import Member, Names, kinds, plain
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import did_you_mean, join_path, listing
from bluelamp.rehearsal.sdk.validate import found
from bluelamp.rehearsal.values import UNKNOWN, Secret

_IGNORED_BY_ARM = frozenset({"id", "name", "type", "etag", "apiversion"})
"""Read-only properties that ARM ignores in a request, as in references and copied resources."""


class ArmTypes:
    """The definitions in a folder with the layout of Azure/bicep-types-az. Raises `LibraryError` if there are none."""

    def __init__(self, directory: Path) -> None:
        self._library = Library(directory)
        self._known: dict[Types, Names] = {}

    def types(self) -> frozenset[str]:
        """The resource types of all versions, in lower case."""
        library = self._library
        return frozenset(
            name
            for provider in library.providers()
            for version in library.versions(provider)
            for name in library.resource_types(provider, version)
        )

    def version(self, arm_type: str, api_version: str) -> str | None:
        """The API version that `arm_type` is checked against: the same or the nearest; None for an unknown type."""
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
        """The failures of `inputs` of a resource of `arm_type` (`Microsoft.Network/virtualNetworks/subnets`).

        The inputs have the SDK's names and the provider's defaults. `path_parameters` are the inputs in the resource's
        id, which are not in the body; `own_name` is the one with the resource's own name, None if the name is fixed.
        Unknown types have no failures.
        """
        body = self._library.body(arm_type, api_version)
        if body is None:
            return []
        validator = _Validator(body.types, self._names(body.types, arm_type.partition("/")[0]))
        own = {key: value for key, value in inputs.items() if not _is_provider_input(key)}
        # The name is part of the URL, so it is not checked with the body.
        failures = [
            *validator.name(body.index, inputs, own_name),
            *validator.object(body.index, own, "", frozenset(path_parameters)),
        ]
        if body.version == api_version:
            return failures
        note = f" (checked against API version {body.version}, the nearest available to {api_version})"
        return [replace(one, reason=one.reason + note) for one in failures]

    def names(self, arm_type: str, api_version: str, value: str) -> bool:
        """Whether the file with the definition of `arm_type` contains the literal `value`; case-insensitive.

        True for unknown types.
        """
        body = self._library.body(arm_type, api_version)
        return body is None or value.lower() in body.types.literals

    def _names(self, types: Types, provider: str) -> Names:
        if types not in self._known:
            self._known[types] = Names(types, provider)
        return self._known[types]


def _is_provider_input(name: str) -> bool:
    return name.startswith("__") or name in ("azureApiVersion", "resourceGroupName", "subscriptionId")


@dataclass(frozen=True)
class _Validator:
    types: Types
    names: Names
    hidden: bool = False

    def name(self, index: int, inputs: Mapping[str, Any], own_name: str | None) -> Iterator[Failure]:
        known = self.names.members(index, self._tag(index, inputs), ("properties",)).get("name")
        if known is not None and own_name is not None:
            yield from self.value(known.index, inputs.get(own_name), own_name)

    def object(
        self, index: int, given: Mapping[str, Any], path: str, path_names: frozenset[str] | None = None
    ) -> Iterator[Failure]:
        """Validates an object; `path_names` are a resource's path parameters, None for an object inside a resource."""
        type_ = self.types[index]
        tag = ""
        if type_["$type"] == "DiscriminatedObjectType":
            tag = self._tag(index, given)
            failure = self._kind(index, tag, given, path)
            if failure is not None or not tag:
                yield from [failure] if failure else []
                return
        top = path_names is not None
        given = {name: value for name, value in given.items() if value is not None and name not in (path_names or ())}
        known = self.names.members(index, tag, given)
        rest = type_.get("additionalProperties")
        if not known and rest is None:
            return
        seen = {plain(name) for name in path_names or ()}
        begun: set[int] = set()
        for name, value in given.items():
            member = known.get(plain(name))
            if member is not None and member.name == name:
                seen.add(plain(name))
                begun.add(member.container)
                yield from self._given(member, value, path, name, top=top)
            elif rest is not None:
                yield from self.value(index_of(rest), value, join_path(path, name))
            elif name not in self.names.spelling.ignored and not _is_provider_input(name):
                hint = did_you_mean(name, [one.name for one in known.values()])
                yield Failure(join_path(path, name), f"unknown property '{name}'{hint}")
        for key, member in known.items():
            due = member.required and (not member.optional or member.container in begun)
            if due and key not in seen and not (top and key in _IGNORED_BY_ARM):
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
        """Whether the SDK represents this map as a list of its keys, as the service writes the values."""
        rest = type_.get("additionalProperties")
        return rest is not None and self.types[index_of(rest)]["$type"] == "ObjectType"

    def _given(self, member: Member, value: Any, path: str, name: str, *, top: bool) -> Iterator[Failure]:
        if member.read_only:
            if plain(member.name) not in _IGNORED_BY_ARM:
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
