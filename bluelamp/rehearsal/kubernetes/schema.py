"""Validates a value against an OpenAPI schema, as the API server's strict field validation does.

A JSON Schema validator supports neither unknown values nor secrets, and suggests no field names. The same validation
applies to built-in kinds and custom resources.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bluelamp.core.suggestions import did_you_mean, did_you_mean_or
from bluelamp.rehearsal.kubernetes import formats
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, Secret, has_unknown

Node = Mapping[str, Any]

_NEARLY = 1e-9
_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "object": ((Mapping,), "an object"),
    "array": ((list,), "a list"),
    "string": ((str,), "a string"),
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "true or false"),
}


def join(path: str, key: str | int) -> str:
    """`path` one step deeper, in the engine's path syntax (`spec.ports[0]["a/b"]`)."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}" if path else key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'{path}["{escaped}"]'


@dataclass(frozen=True)
class Schema:
    """A schema and the definitions that it refers to.

    `strict` rejects fields that the schema does not have. `partial` does not require required fields, for a patch.
    """

    root: Node
    definitions: Mapping[str, Node]
    strict: bool = True
    partial: bool = False

    def failures(self, value: Any, path: str = "") -> Iterator[Failure]:
        """The failures of `value`. Unknown values are not checked."""
        yield from self._walk(value, self.root, path, secret=False)

    def resolve(self, node: Node) -> Node:
        """`node`, or the definition that it refers to."""
        while "$ref" in node:
            node = self.definitions[str(node["$ref"]).rpartition("/")[2]]
        return node

    def _walk(self, value: Any, node: Node, path: str, *, secret: bool) -> Iterator[Failure]:
        if isinstance(value, Secret):
            value, secret = value.value, True
        if value is UNKNOWN:
            return
        node = self.resolve(node)
        wrong = _mistyped(value, node, secret=secret)
        if wrong:
            yield Failure(path, wrong)
            return
        if value is None:
            return
        for reason in _broken(value, node, secret=secret):
            yield Failure(path, reason)
        if isinstance(value, Mapping):
            yield from self._object(value, node, path, secret=secret)
        elif isinstance(value, list):
            yield from self._list(value, node, path, secret=secret)
        yield from self._combined(value, node, path)

    def _object(self, value: Mapping[str, Any], node: Node, path: str, *, secret: bool) -> Iterator[Failure]:
        fields: Mapping[str, Node] = node.get("properties") or {}
        others = node.get("additionalProperties")
        names = node.get("propertyNames")
        for key, item in value.items():
            reason = formats.wrong(str(names), key) if names else ""
            if reason:
                yield Failure(join(path, key), f'the key "{key}" {reason}')
            if key in fields:
                yield from self._walk(item, fields[key], join(path, key), secret=secret)
            elif isinstance(others, Mapping):
                yield from self._walk(item, others, join(path, key), secret=secret)
            elif self.strict and _closed(node) and not (path == "" and key in ("apiVersion", "kind", "metadata")):
                yield Failure(join(path, key), "unknown field" + _suggestion(key, fields))
        choice = node.get("x-bluelamp-one-of")
        if choice and sum(value.get(key) is not None for key in choice) != 1:
            yield Failure(path, f"needs exactly one of {', '.join(choice)}")
        for options in node.get("x-bluelamp-at-most-one") or ():
            given = [key for key in options if value.get(key) is not None]
            if len(given) > 1:
                yield Failure(join(path, given[1]), f"cannot be combined with {given[0]}")
        if not self.partial:
            for key in node.get("required", ()):
                if value.get(key) is None:
                    yield Failure(join(path, key), "required")

    def _list(self, value: list[Any], node: Node, path: str, *, secret: bool) -> Iterator[Failure]:
        items = node.get("items")
        if isinstance(items, Mapping):
            for index, item in enumerate(value):
                yield from self._walk(item, items, join(path, index), secret=secret)
            yield from self._duplicates(value, node, items, path)

    def _duplicates(self, value: list[Any], node: Node, items: Node, path: str) -> Iterator[Failure]:
        """Duplicate items of lists of type map or set, which server-side apply merges by key."""
        kind, keys = node.get("x-kubernetes-list-type"), node.get("x-kubernetes-list-map-keys", ())
        if kind not in ("map", "set") and not node.get("uniqueItems"):
            return
        fields = self.resolve(items).get("properties", {}) if kind == "map" else {}
        seen: dict[Any, int] = {}
        for index, item in enumerate(value):
            if kind == "map":
                if not isinstance(item, Mapping):
                    continue
                found = [item.get(key, self.resolve(fields.get(key, {})).get("default")) for key in keys]
                name = ", ".join(f"{key} {each!r}" for key, each in zip(keys, found, strict=True) if each is not None)
            else:
                found, name = [item], repr(item)
            if any(isinstance(each, (Secret, Mapping, list)) or each is UNKNOWN for each in found):
                continue
            first = seen.setdefault(tuple(found), index)
            if first != index:
                yield Failure(join(path, index), f"duplicate value {name}, already at {join(path, first)}")

    def _combined(self, value: Any, node: Node, path: str) -> Iterator[Failure]:
        def holds(option: Node) -> bool:
            return not any(Schema(option, self.definitions, strict=False).failures(value, path))

        for option in node.get("allOf", ()):
            yield from Schema(option, self.definitions, strict=False).failures(value, path)
        if "anyOf" in node and not any(map(holds, node["anyOf"])):
            yield Failure(path, "matches none of the schema's alternatives (anyOf)")
        # An unknown value matches every alternative, so too many matches are no failure then.
        most = len(node.get("oneOf", ())) if has_unknown(value) else 1
        if "oneOf" in node and not 1 <= sum(map(holds, node["oneOf"])) <= most:
            yield Failure(path, "must match exactly one of the schema's alternatives (oneOf)")
        if "not" in node and not has_unknown(value) and holds(node["not"]):
            yield Failure(path, "matches a schema that is not allowed (not)")


def with_defaults(value: Any, node: Node) -> Any:
    """`value` with the defaults of a custom resource's schema, which the server applies before validation."""
    if isinstance(value, Secret):
        return Secret(with_defaults(value.value, node))
    if isinstance(value, Mapping):
        fields, others = node.get("properties") or {}, node.get("additionalProperties")
        missing = {key: field["default"] for key, field in fields.items() if "default" in field and key not in value}
        found = {**value, **deepcopy(missing)}
        return {
            key: with_defaults(item, below) if isinstance(below := fields.get(key, others), Mapping) else item
            for key, item in found.items()
        }
    if isinstance(value, list) and isinstance(node.get("items"), Mapping):
        return [with_defaults(item, node["items"]) for item in value]
    return value


def _closed(node: Node) -> bool:
    """Whether an object can have only the fields in the schema."""
    if node.get("x-kubernetes-preserve-unknown-fields") or node.get("additionalProperties") is True:
        return False
    return "properties" in node or node.get("additionalProperties") is False


def _suggestion(key: str, fields: Mapping[str, Any]) -> str:
    return did_you_mean(key.replace("_", ""), fields, before="; ")


def _mistyped(value: Any, node: Node, *, secret: bool) -> str:
    if node.get("x-kubernetes-int-or-string"):
        allowed = ["integer", "string"]
    else:
        declared = node.get("type", [])
        allowed = [declared] if isinstance(declared, str) else list(declared)
    if value is None:
        return "" if not allowed or "null" in allowed or node.get("nullable") else "must not be null"
    kinds = [kind for kind in allowed if kind != "null"]
    if not kinds or any(_is(value, kind) for kind in kinds):
        return ""
    wanted = " or ".join(_TYPES[kind][1] for kind in kinds)
    return f"must be {wanted}, not {shown(value, secret=secret)}"


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind][0])


def shown(value: Any, *, secret: bool = False) -> str:
    """`value` for an error message; secrets are not shown."""
    if isinstance(value, (Mapping, list)):
        return "an object" if isinstance(value, Mapping) else "a list"
    if secret:
        return "this secret value"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 80 else f'"{value[:77]}..."'
    return f"the number {value}"


def _broken(value: Any, node: Node, *, secret: bool) -> Iterator[str]:
    """The constraints of `node` that `value` itself violates, without its items."""
    if value == "" and node.get("x-bluelamp-empty") and not node.get("minLength"):
        return
    allowed = node.get("enum")
    if allowed is not None and value not in allowed:
        names = [str(each) for each in allowed]
        hint = did_you_mean_or("" if secret else str(value), names, lead="allowed:")
        yield f"{shown(value, secret=secret)} is not allowed; {hint}"
    if isinstance(value, str):
        yield from _bounds(len(value), node, "minLength", "maxLength", "characters")
        pattern = node.get("pattern")
        if pattern and not formats.matches(str(pattern), value):
            yield f"{shown(value, secret=secret)} does not match {pattern}"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _range(value, node)
    elif isinstance(value, list):
        yield from _bounds(len(value), node, "minItems", "maxItems", "items")
    elif isinstance(value, Mapping):
        yield from _bounds(len(value), node, "minProperties", "maxProperties", "entries")
    for name in (node.get("format"), node.get("x-bluelamp-format")):
        reason = formats.wrong(str(name), value) if name else ""
        if reason:
            yield reason if isinstance(value, Mapping) else f"{shown(value, secret=secret)} {reason}"


def _bounds(length: int, node: Node, least: str, most: str, unit: str) -> Iterator[str]:
    if length < node.get(least, 0):
        yield f"must have at least {node[least]} {unit}, not {length}"
    if most in node and length > node[most]:
        yield f"must have at most {node[most]} {unit}, not {length}"


def _range(value: float, node: Node) -> Iterator[str]:
    least, most = node.get("minimum"), node.get("maximum")
    if least is not None and (value < least or (node.get("exclusiveMinimum") is True and value == least)):
        yield f"must be at least {least}, not {value}"
    if most is not None and (value > most or (node.get("exclusiveMaximum") is True and value == most)):
        yield f"must be at most {most}, not {value}"
    step = node.get("multipleOf")
    if step and not _multiple(value, step):
        yield f"must be a multiple of {step}, not {value}"


def _multiple(value: float, step: float) -> bool:
    """Whether `value` is a multiple of `step`, as an API server calculates it: approximately, and in integers if whole.

    Source: `MultipleOf` of k8s.io/kube-openapi/pkg/validation/validate and `IsFloat64AJSONInteger` of go-openapi/swag.
    """
    if float(value).is_integer():
        return int(step) > 0 and int(value) % int(step) == 0
    times = 1 / step * value if step < 1 else value / step
    whole = float(int(times))
    return times == whole or 0 < times - whole < _NEARLY * (times + whole)
