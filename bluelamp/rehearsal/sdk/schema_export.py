"""Generates a package schema in Pulumi's format, for language hosts that request it from the provider, such as YAML's.

An installed SDK does not contain its schema, so it is generated from the SDK's types. Of a large package, only the
types that the program uses are included.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read
from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken
from bluelamp.rehearsal.sdk.shapes import ObjectShape, PropertyShape, Shape

_SMALL: Final = 100
"""A package with at most this many types is exported as a whole."""
_LARGEST: Final = 2_000_000
_TOKEN: Final = re.compile(r"[a-z][a-z0-9-]*(?::[A-Za-z0-9_./-]+)?:[A-Za-z]\w*")
_PLAIN: Final = {"string": "string", "enum": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


def tokens_in(root: Path) -> set[str]:
    """The tokens of types and functions in the YAML files of the program at `root`."""
    found: set[str] = set()
    for path in sorted([*root.glob("*.yaml"), *root.glob("*.yml"), *root.glob("*.json")]):
        with suppress(OSError):
            found.update(_TOKEN.findall(read(path, _LARGEST).decode("utf-8", "replace")))
    return found


def schema_of(catalogue: Catalogue, named: Iterable[str]) -> str:
    """The package schema, in JSON: the provider, and the types and functions that are `named`."""
    writer = _SchemaWriter(catalogue)
    words = {word for word in named if word.partition(":")[0] == catalogue.package}
    tokens = catalogue.tokens()
    wanted = tokens if len(tokens) <= _SMALL else [one for one in tokens if any(_means(word, one) for word in words)]
    content = {
        "name": catalogue.package,
        "version": catalogue.version,
        "resources": {token: writer.resource(token) for token in wanted},
        "functions": {token: found for word in sorted(words) for token, found in writer.functions(word)},
    }
    with suppress(UnknownToken):
        content["provider"] = writer.resource(f"pulumi:providers:{catalogue.package}")
    return json.dumps(content | {"types": writer.types})


def _means(word: str, token: str) -> bool:
    """Whether a short token (`random:RandomPet`) is short for the token (`random:index/randomPet:RandomPet`)."""
    _, *middle, name = word.split(":")
    _, module, last = token.split(":")
    wanted = middle[0] if middle else "index"
    return name == last and (module == wanted or module.startswith(f"{wanted}/"))


class _SchemaWriter:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._tokens: dict[ObjectShape, str] = {}
        self.types: dict[str, Any] = {}

    def resource(self, token: str) -> dict[str, Any]:
        shape = self._catalogue.resource(token)
        module = shape.module.partition("/")[0] or "index"
        # A schema does not list `id` and `urn`, which every resource has.
        inputs, outputs = (
            {name: one for name, one in properties.properties.items() if name not in ("id", "urn")}
            for properties in (shape.inputs, shape.outputs)
        )
        return {
            "description": shape.description,
            "isComponent": shape.is_component,
            "inputProperties": self._properties(inputs, module),
            "requiredInputs": [name for name, one in inputs.items() if one.required],
            "properties": self._properties(outputs, module),
            "required": [name for name, one in outputs.items() if one.required],
        }

    def functions(self, word: str) -> Iterator[tuple[str, dict[str, Any]]]:
        package, *middle, name = word.split(":")
        if not name[:1].islower():
            return
        module = middle[0] if middle else "index"
        for token in dict.fromkeys((f"{package}:{module}:{name}", f"{package}:{module}/{name}:{name}")):
            with suppress(UnknownToken):
                function = self._catalogue.function(token)
                yield token, {"inputs": self._object(function.inputs), "outputs": self._object(function.outputs)}

    def _object(self, shape: ObjectShape) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": self._properties(shape.properties, "index"),
            "required": list(shape.required),
        }

    def _properties(self, properties: Mapping[str, PropertyShape], module: str) -> dict[str, Any]:
        return {
            name: self._type(one.shape, module) | ({"const": one.constant} if one.constant is not None else {})
            for name, one in properties.items()
        }

    def _type(self, shape: Shape, module: str) -> dict[str, Any]:
        if shape.kind in _PLAIN:
            return {"type": _PLAIN[shape.kind]}
        if shape.kind == "array" and shape.item is not None:
            return {"type": "array", "items": self._type(shape.item, module)}
        if shape.kind == "map" and shape.item is not None:
            return {"type": "object", "additionalProperties": self._type(shape.item, module)}
        if shape.kind == "object" and shape.object is not None:
            return {"$ref": f"#/types/{self._token(shape.object, module)}"}
        if shape.kind == "union" and shape.options:
            return {"oneOf": [self._type(one, module) for one in shape.options]}
        return {"$ref": "pulumi.json#/Asset" if shape.kind == "asset" else "pulumi.json#/Any"}

    def _token(self, shape: ObjectShape, module: str) -> str:
        found = self._tokens.get(shape)
        if found is None:
            base = f"{self._catalogue.package}:{module}:{shape.name}"
            taken = set(self._tokens.values())
            found = next(one for one in (base, *(f"{base}{n}" for n in range(2, 1000))) if one not in taken)
            self._tokens[shape] = found
            self.types[found] = {}
            self.types[found] = {
                "type": "object",
                "properties": self._properties(shape.properties, module),
                "required": list(shape.required),
            }
        return found
