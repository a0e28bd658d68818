"""The parts of an ARM template: its parameters and their types, variables, functions, resources and outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bluelamp.resources.located import DuplicateName, Located, fold, folded
from bluelamp.resources.templates.expressions import unknown

_SECURE: Final = frozenset({"securestring", "secureobject"})
_LEVELS: Final = {
    "subscriptiondeploymenttemplate": "subscription",
    "managementgroupdeploymenttemplate": "managementgroup",
    "tenantdeploymenttemplate": "tenant",
}
_DEFINITIONS: Final = "#/definitions/"
_DEEPEST: Final = 20
"""The maximum nesting depth of a template's types."""


def level_of(template: Mapping[str, Any]) -> str | None:
    """A template's deployment scope (`group`, `subscription`, …) by its schema; None if it is not a template."""
    schema = " ".join(str(value).lower() for name, value in template.items() if fold(str(name)) == "$schema")
    if "deploymenttemplate" not in schema:
        return None
    return next((level for word, level in _LEVELS.items() if word in schema), "group")


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A user-defined function: the names of its parameters, and the expression of its value."""

    parameters: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class Template:
    """The parts of a template, by folded name, as ARM's names are case-insensitive.

    `loops` are the variables created by loops; `spelled` has the parameters' names as written; `symbols` are the
    resources by symbolic name, in templates of language version 2 (`second`).
    """

    parameters: Mapping[str, Any]
    spelled: Mapping[str, str]
    variables: Mapping[str, Any]
    loops: Mapping[str, Mapping[str, Any]]
    resources: Any
    definitions: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, UserFunction] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    symbols: Mapping[str, Any] = field(default_factory=dict)
    second: bool = False

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Template":
        """The parts of `raw`. Raises `DuplicateName` for names that differ in case only."""
        parts = folded(raw)
        variables = folded(parts.get("variables"))
        loops: dict[str, Mapping[str, Any]] = {}
        if isinstance(variables.get("copy"), list):
            for loop in map(folded, variables.pop("copy")):
                name = str(loop.get("name", ""))
                if fold(name) in loops or fold(name) in variables:
                    raise DuplicateName(name, name, getattr(parts.get("variables"), "start", -1))
                loops[fold(name)] = loop
        parameters = parts.get("parameters")
        spelled = {fold(name): name for name in parameters} if isinstance(parameters, Mapping) else {}
        resources = parts.get("resources")
        return cls(
            folded(parameters),
            spelled,
            variables,
            loops,
            resources,
            folded(parts.get("definitions")),
            _functions(parts.get("functions")),
            folded(parts.get("outputs")),
            folded(resources),
            isinstance(resources, Mapping) or str(parts.get("languageversion", "")).strip()[:1] == "2",
        )

    def type_of(self, definition: Any) -> dict[str, Any]:
        """The definition of a parameter, with its referenced type resolved."""
        resolved = folded(definition)
        for _ in range(_DEEPEST):
            reference = resolved.pop("$ref", None)
            if not isinstance(reference, str) or not reference.lower().startswith(_DEFINITIONS):
                break
            resolved = {**folded(self.definitions.get(fold(reference[len(_DEFINITIONS) :]))), **resolved}
        return resolved

    def without_secrets(self, value: Any, definition: Any, name: str, depth: int = 0) -> Any:
        """`value`, which has the type `definition`, with secure members unknown."""
        resolved = self.type_of(definition)
        if depth > _DEEPEST or str(resolved.get("type", "")).lower() in _SECURE:
            return unknown(f"parameters({name})")
        if isinstance(value, Mapping):
            members, more = folded(resolved.get("properties")), resolved.get("additionalproperties")
            if not members and not isinstance(more, Mapping):
                return value
            result = Located(start=getattr(value, "start", 0))
            for key, item in value.items():
                result[key] = self.without_secrets(item, members.get(fold(str(key)), more), f"{name}.{key}", depth + 1)
            return result
        if isinstance(value, list) and isinstance(resolved.get("items"), Mapping):
            kind = resolved["items"]
            return [self.without_secrets(each, kind, f"{name}[{at}]", depth + 1) for at, each in enumerate(value)]
        return value

    def has_secrets(self, definition: Any, depth: int = 0) -> bool:
        """Whether the type `definition` has secure members."""
        resolved = self.type_of(definition)
        if str(resolved.get("type", "")).lower() in _SECURE:
            return True
        if depth > _DEEPEST:
            return False
        inner = [
            *folded(resolved.get("properties")).values(),
            resolved.get("items"),
            resolved.get("additionalproperties"),
        ]
        return any(self.has_secrets(each, depth + 1) for each in inner if isinstance(each, Mapping))


def _functions(namespaces: Any) -> dict[str, UserFunction]:
    """The user-defined functions, by name in lower case (`contoso.name`)."""
    result: dict[str, UserFunction] = {}
    for namespace in map(folded, namespaces if isinstance(namespaces, list) else []):
        for name, member in folded(namespace.get("members")).items():
            parts = folded(member)
            parameters = parts.get("parameters")
            names = tuple(
                fold(str(folded(each).get("name", ""))) for each in (parameters if isinstance(parameters, list) else [])
            )
            value = folded(parts.get("output")).get("value")
            result[f"{str(namespace.get('namespace', '')).lower()}.{name.lower()}"] = UserFunction(names, value)
    return result
