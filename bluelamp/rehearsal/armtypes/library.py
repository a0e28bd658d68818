"""A folder of type definitions in the layout of the repository Azure/bicep-types-az.

`<service>/<provider>/<version>/types.json` is a list of types that refer to each other by index. Files are read on
first use.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

Type = Mapping[str, Any]


_DEPTH: Final = 3
"""The depth of a definition file: service, provider and version."""


class LibraryError(Exception):
    """The folder contains no type definitions, or one of its files is invalid."""


class Types:
    """A definition file: its types by index, and its resource types by name."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @cached_property
    def _types(self) -> list[Type]:
        try:
            loaded = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise LibraryError(f"{self._file}: not a file of ARM types: {error}") from error
        if not isinstance(loaded, list) or not all(isinstance(one, dict) and "$type" in one for one in loaded):
            raise LibraryError(f"{self._file}: not a file of ARM types: a list of objects with $type is expected")
        return loaded

    @cached_property
    def bodies(self) -> Mapping[str, int]:
        """The index of each resource type's body, by the type's name in lower case."""
        found = (one for one in self._types if one["$type"] == "ResourceType")
        return {str(one["name"]).rpartition("@")[0].lower(): index_of(one["body"]) for one in found}

    @cached_property
    def literals(self) -> frozenset[str]:
        """All string literals in the types, in lower case."""
        return frozenset(str(one["value"]).lower() for one in self._types if one["$type"] == "StringLiteralType")

    def __getitem__(self, index: int) -> Type:
        return self._types[index] if index >= 0 else {"$type": "AnyType"}


@dataclass(frozen=True)
class Body:
    """The body of a resource type: the type at `index` of `types`, in the API version `version`."""

    types: Types
    index: int
    version: str


def _definitions(root: Path) -> Iterator[Path]:
    """The definition files below `root`. Raises `OSError` for an unreadable folder, which a glob would skip."""

    def fail(error: OSError) -> None:
        raise error

    if not root.exists():
        return
    for here, folders, names in os.walk(root, onerror=fail, followlinks=True):
        depth = len(Path(here).relative_to(root).parts)
        if depth == _DEPTH and "types.json" in names:
            yield Path(here, "types.json")
        if depth >= _DEPTH:
            folders.clear()


class Library:
    """The definitions in `directory` or its subfolder `generated`. Raises `LibraryError` if there are none."""

    def __init__(self, directory: Path) -> None:
        self._files: dict[str, dict[str, list[Types]]] = {}
        try:
            root = directory / "generated" if (directory / "generated").is_dir() else directory
            found = sorted(_definitions(root))
        except OSError as error:
            raise LibraryError(f"{error.filename or directory}: cannot be read: {error.strerror or error}") from error
        for file in found:
            provider, version = file.parts[-3].lower(), file.parts[-2]
            self._files.setdefault(provider, {}).setdefault(version, []).append(Types(file))
        if not self._files:
            raise LibraryError(
                f"{directory} holds no ARM type definitions: <service>/<provider>/<version>/types.json is expected, "
                "as in the folder generated of the repository Azure/bicep-types-az"
            )
        self._found: dict[tuple[str, str], Body | None] = {}

    def providers(self) -> list[str]:
        """The resource providers in the folder, in lower case."""
        return sorted(self._files)

    def versions(self, provider: str) -> list[str]:
        """The API versions of a provider."""
        return sorted(self._files.get(provider.lower(), {}))

    def resource_types(self, provider: str, version: str) -> list[str]:
        """The resource types of a provider in a version, in lower case."""
        return sorted(name for types in self._files.get(provider.lower(), {}).get(version, ()) for name in types.bodies)

    def body(self, resource_type: str, version: str) -> Body | None:
        """The definition of `resource_type` in `version`, or the nearest version that has it; None if none does."""
        key = (resource_type.lower(), version)
        if key not in self._found:
            self._found[key] = next(self._nearest(*key), None)
        return self._found[key]

    def _nearest(self, resource_type: str, version: str) -> Iterator[Body]:
        by_version = self._files.get(resource_type.partition("/")[0], {})
        wanted = _day(version)
        for found in sorted(by_version, key=lambda name: (name != version, abs((_day(name) - wanted).days), name)):
            for types in by_version[found]:
                if resource_type in types.bodies:
                    yield Body(types, types.bodies[resource_type], found)


def index_of(reference: Mapping[str, str]) -> int:
    """The index in a reference (`{"$ref": "#/12"}`); -1 (any type) if it points to another file."""
    target = reference["$ref"]
    return int(target[2:]) if target.startswith("#/") else -1


def _day(version: str) -> date:
    try:
        return date.fromisoformat(version[:10])
    except ValueError:
        return date.min
