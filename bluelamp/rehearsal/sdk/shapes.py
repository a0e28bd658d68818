"""The types of values in an SDK. They are resolved lazily, as types are recursive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal[
    "any", "string", "integer", "number", "boolean", "asset", "json", "array", "map", "object", "enum", "union"
]


@dataclass(frozen=True)
class Shape:
    """The type of a value.

    `item` is the type of an array's or map's items, `object` the type of an object, `values` are those of an enum. An
    `open` enum allows any other string too. `options` are the members of a union.
    """

    kind: Kind
    item: "Shape | None" = None
    object: "ObjectShape | None" = None
    values: tuple[Any, ...] = ()
    open: bool = False
    options: tuple["Shape", ...] = ()


@dataclass(frozen=True)
class PropertyShape:
    """A property: `name` is the engine's (camelCase), `python_name` the SDK's.

    `default` is the SDK's default, `constant` the fixed value of an input class (a discriminator); None if there is
    none. `deprecated` is the deprecation message, empty if the property is not deprecated.
    """

    name: str
    python_name: str
    shape: Shape
    required: bool = False
    description: str = ""
    deprecated: str = ""
    default: Any = None
    constant: Any = None


class ObjectShape:
    """A named set of properties, read from the SDK on first use."""

    def __init__(self, name: str, load: Callable[[], Mapping[str, PropertyShape]]) -> None:
        self.name = name
        self._load = load

    @cached_property
    def properties(self) -> Mapping[str, PropertyShape]:
        """The properties by the engine's names, in the SDK's order, required ones first."""
        return self._load()

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The names of required properties."""
        return tuple(name for name, one in self.properties.items() if one.required)

    @cached_property
    def constants(self) -> Mapping[str, Any]:
        """The constant values, which discriminate the members of a union."""
        return {name: one.constant for name, one in self.properties.items() if one.constant is not None}

    def __repr__(self) -> str:
        return f"ObjectShape({self.name})"


@dataclass(frozen=True)
class ResourceShape:
    """A resource type.

    `python_class` is the dotted name of its class. `outputs` has all output properties. `api_version` is the Azure REST
    API version that the class documents, None for other packages.
    """

    token: str
    package: str
    module: str
    name: str
    python_class: str
    inputs: ObjectShape
    outputs: ObjectShape
    description: str = ""
    api_version: str | None = None
    replace_on_changes: tuple[str, ...] = ()
    secret_outputs: tuple[str, ...] = ()
    is_component: bool = False

    @property
    def defaults(self) -> dict[str, Any]:
        """The SDK's default and constant inputs, by the engine's names."""
        found = {name: one.default for name, one in self.inputs.properties.items() if one.default is not None}
        return found | dict(self.inputs.constants)


@dataclass(frozen=True)
class FunctionShape:
    """A function (invoke)."""

    token: str
    inputs: ObjectShape
    outputs: ObjectShape
    description: str = ""
    api_version: str | None = None
