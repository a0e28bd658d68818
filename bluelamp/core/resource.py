"""A declared resource, as rules, prices and reports read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_STACK: Final = "pulumi:pulumi:Stack"


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "<unknown>"

    def __copy__(self) -> "_Unknown":
        return self

    def __deepcopy__(self, _memo: object) -> "_Unknown":
        return self

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""The value of a property that is known only after deployment. Reading it makes the verdict unknown."""

UNKNOWN_VERSION: Final = "unknown"
"""The API version of a resource declared with an unknown API version."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as declared: its inputs, not a cloud's response.

    `type` is Pulumi's token (`azure-native:storage:StorageAccount`, `kubernetes:apps/v1:Deployment`), `properties` the
    engine's inputs in camelCase, as plain JSON values in which an unknown value is `UNKNOWN`. `secrets` has the paths
    (`data.password`, `spec.rules[0].key`) whose values are never shown; they and everything below them are redacted in
    every judgement. `parent` is a URN, or empty. `references` maps a top-level property to the URNs of the resources
    that its value depends on, as the engine records them; they are the source of a value that is not known yet.
    `source` is the file and the line (from 1) that it was read from, or None. `reasons` maps paths whose value is
    `UNKNOWN` to the reason, unless the value is known after deployment. `within` is the path of this object in the
    resource that contains it, empty for a resource of its own. `ancestors` has the URNs of the components around it,
    innermost first; empty if only `parent` is known. `api_version` is the date of the API version in its declaration
    (`2023-01-01`), `UNKNOWN_VERSION` if it is unknown, and empty if its type has it or it is the SDK's own.
    `conditions` are the unknown conditions of its deployment, each identified by its expression; empty if it is
    certainly deployed.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    protect: bool = False
    parent: str = ""
    secrets: frozenset[str] = frozenset()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    source: tuple[str, int] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    within: str = ""
    ancestors: tuple[str, ...] = ()
    api_version: str = ""
    conditions: frozenset[str] = frozenset()


def ancestors(parent: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    """The URNs of `parent` and its ancestors, innermost first, from the `parents` of each URN.

    The stack itself is left out.
    """
    found: list[str] = []
    while parent and parent not in found and type_of(parent) != _STACK:
        found.append(parent)
        parent = parents.get(parent, "")
    return tuple(found)


def type_of(urn: str) -> str:
    """The type in a URN, without those of the resources around it."""
    return urn.split("::")[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    """The logical name in a URN."""
    return urn.split("::", 3)[-1]


def stack_of(urn: str) -> str:
    """The stack in a URN (`urn:pulumi:STACK::PROJECT::TYPE::NAME`), empty for any other text."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0] if urn.startswith("urn:pulumi:") else ""


def project_of(urn: str) -> str:
    """The project in a URN."""
    return urn.split("::")[1]
