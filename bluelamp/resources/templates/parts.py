"""The parts of an ARM template: its parameters and their types, variables, functions, resources and outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bluelamp.resources.located import Located, Twice, fold, folded
from bluelamp.resources.templates.expressions import unknown

_SECURE: Final = frozenset({"securestring", "secureobject"})
_LEVELS: Final = {
    "subscriptiondeploymenttemplate": "subscription",
    "managementgroupdeploymenttemplate": "managementgroup",
    "tenantdeploymenttemplate": "tenant",
}
_DEFINITIONS: Final = "#/definitions/"
_DEEPEST: Final = 20
"""How deep the types of a template are looked into."""


def level_of(template: Mapping[str, Any]) -> str | None:
    """What a template is deployed to (`group`, `subscription`, …) as its schema says; None where it is no template."""
    schema = " ".join(str(value).lower() for name, value in template.items() if fold(str(name)) == "$schema")
    if "deploymenttemplate" not in schema:
        return None
    return next((level for word, level in _LEVELS.items() if word in schema), "group")


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function that a template defines: the names of its parameters, and the expression of its value."""

    parameters: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class Template:
    """The parts of a template, by folded names: ARM compares the names of everything in it without case.

    `loops` are the variables that a loop makes; `spelled` gives the parameters' names as they are written; `symbols`
    are the resources by their symbolic names, which templates of language version 2 have (`second`).
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
        """The parts of `raw`. Raises `Twice` where a name is there in two spellings."""
        parts = folded(raw)
        variables = folded(parts.get("variables"))
        loops: dict[str, Mapping[str, Any]] = {}
        if isinstance(variables.get("copy"), list):
            for loop in map(folded, variables.pop("copy")):
                name = str(loop.get("name", ""))
                if fold(name) in loops or fold(name) in variables:
                    raise Twice(name, name, getattr(parts.get("variables"), "start", -1))
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

    def type_of(self, said: Any) -> dict[str, Any]:
        """What a parameter says of itself, with what the type that it refers to says."""
        made = folded(said)
        for _ in range(_DEEPEST):
            reference = made.pop("$ref", None)
            if not isinstance(reference, str) or not reference.lower().startswith(_DEFINITIONS):
                break
            made = {**folded(self.definitions.get(fold(reference[len(_DEFINITIONS) :]))), **made}
        return made

    def without_secrets(self, value: Any, said: Any, name: str, depth: int = 0) -> Any:
        """`value`, which has the type `said`, with what that type keeps secure unknown."""
        about = self.type_of(said)
        if depth > _DEEPEST or str(about.get("type", "")).lower() in _SECURE:
            return unknown(f"parameters({name})")
        if isinstance(value, Mapping):
            members, more = folded(about.get("properties")), about.get("additionalproperties")
            if not members and not isinstance(more, Mapping):
                return value
            made = Located(start=getattr(value, "start", 0))
            for key, item in value.items():
                made[key] = self.without_secrets(item, members.get(fold(str(key)), more), f"{name}.{key}", depth + 1)
            return made
        if isinstance(value, list) and isinstance(about.get("items"), Mapping):
            kind = about["items"]
            return [self.without_secrets(each, kind, f"{name}[{at}]", depth + 1) for at, each in enumerate(value)]
        return value

    def has_secrets(self, said: Any, depth: int = 0) -> bool:
        """Whether the type `said` keeps anything secure."""
        about = self.type_of(said)
        if str(about.get("type", "")).lower() in _SECURE:
            return True
        if depth > _DEEPEST:
            return False
        inner = [*folded(about.get("properties")).values(), about.get("items"), about.get("additionalproperties")]
        return any(self.has_secrets(each, depth + 1) for each in inner if isinstance(each, Mapping))


def _functions(said: Any) -> dict[str, UserFunction]:
    """The functions of a template's own, by their names in lower case (`contoso.name`)."""
    made: dict[str, UserFunction] = {}
    for space in map(folded, said if isinstance(said, list) else []):
        for name, about in folded(space.get("members")).items():
            parts = folded(about)
            listed = parts.get("parameters")
            names = tuple(
                fold(str(folded(each).get("name", ""))) for each in (listed if isinstance(listed, list) else [])
            )
            value = folded(parts.get("output")).get("value")
            made[f"{str(space.get('namespace', '')).lower()}.{name.lower()}"] = UserFunction(names, value)
    return made
