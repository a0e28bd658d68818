"""Objects that differ from a valid one in a single field, in every way that an API server checks."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

Node = Mapping[str, Any]
Path = tuple[str | int, ...]
Variation = tuple[str, Callable[[], dict[str, Any]]]

_LATER = 0
_WORDS = (
    *(
        "a",
        "web",
        "example.org",
        "example.org/a",
        "Example",
        "A",
        "1",
        "10",
        "1s",
        "1m0s",
        "v1.2.3",
        "v1",
        "true",
        "/a",
    ),
    *("10.0.0.1", "10.0.0.0/8", "https://example.org", "ssh://git@example.org/a", "oci://example.org/a", "10.0.0.1:80"),
    *("2026-01-31T09:00:00Z", "00:11:22:33:44:55", "sha256:" + "a" * 64, "a" * 8, "a" * 32, "0123456789abcdef" * 4),
)
_FORMATS = {
    "date-time": "2026-01-31T09:00:00Z",
    "duration": "1s",
    "uri": "https://example.org/",
    "byte": "aGVsbG8=",
    "email": "a@example.org",
    "ipv4": "10.0.0.1",
    "cidr": "10.0.0.0/8",
}
_TEXTS = {
    "empty": "",
    "a phrase": "Zz zz!",
    "a word": "word",
    "a host": "a.example.org",
    "long": "x" * 300,
    "an address": "10.0.0.7",
    "a range": "10.0.0.9/8",
    "a share": "150%",
    "an amount": "-5",
    "a path": "../a",
    "a time": "2026-02-31T09:00:00Z",
}
_NUMBERS = {"negative": -1, "zero": 0, "one": 1, "past a port": 65536, "largest": 2147483647}


class Shape:
    """A schema and its definitions."""

    def __init__(self, definitions: Mapping[str, Node]) -> None:
        self._definitions = definitions

    def resolve(self, node: Node) -> Node:
        """`node`, or the definition that it refers to."""
        while "$ref" in node:
            node = self._definitions[str(node["$ref"]).rpartition("/")[2]]
        return node

    def type_of(self, node: Node) -> str:
        """The type of a node's value; empty if any type is allowed."""
        node = self.resolve(node)
        if node.get("x-kubernetes-int-or-string"):
            return "string"
        found = node.get("type", "")
        return str(found if isinstance(found, str) else next((each for each in found if each != "null"), ""))

    def example(self, node: Node, depth: int = 0) -> Any:
        """A small value that the schema allows."""
        node = self.resolve(node)
        for key in ("default", "example"):
            if key in node:
                return copy.deepcopy(node[key])
        if node.get("enum"):
            return node["enum"][0]
        kind = self.type_of(node)
        if kind == "object":
            fields = node.get("properties") or {}
            found = {key: self.example(fields.get(key, {}), depth + 1) for key in node.get("required", ())}
            if not found and node.get("minProperties") and fields:
                key = next(iter(fields))
                found[key] = self.example(fields[key], depth + 1)
            return found
        if kind == "array":
            return [self.example(node.get("items", {}), depth + 1) for _ in range(node.get("minItems", 0) or 1)]
        if kind in ("integer", "number"):
            return max(node.get("minimum", 0), min(1, node.get("maximum", 1)))
        return kind == "boolean" if kind in ("boolean", "") else _text(node)


def _text(node: Node) -> str:
    for each in (_FORMATS.get(str(node.get("format")), "a"), *_WORDS):
        if len(each) >= node.get("minLength", 0) and _found(str(node.get("pattern", "")), each):
            return each
    return "a" * int(node.get("minLength", 1))


def _found(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def base(shape: Shape, node: Node, api_version: str, kind: str, *, namespaced: bool) -> dict[str, Any]:
    """The smallest object of a kind that its schema allows."""
    found = shape.example(node)
    meta = {"name": "it", **({"namespace": "default"} if namespaced else {})}
    below = (node.get("properties") or {}).get("spec")
    spec = {"spec": shape.example(below)} if below is not None else {}
    rest = {key: value for key, value in found.items() if key not in ("status", "spec", "metadata")}
    return {**rest, "apiVersion": api_version, "kind": kind, "metadata": meta, **spec}


def fields(obj: dict[str, Any], value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field below the base's own name, with the object in which that field is `value`."""
    for path in _paths(obj, ()):
        if path[0] not in ("apiVersion", "kind") and path not in (("metadata",), ("metadata", "name")):
            yield ".".join(map(str, path)), _with(obj, path, value)


def _paths(value: Any, path: Path) -> Iterator[Path]:
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def variations(obj: dict[str, Any], node: Node, shape: Shape) -> Iterator[Variation]:
    """The object with each field removed, misspelt or given other values, and with each missing field added."""
    yield from _object(obj, obj, node, shape, ())


def _object(
    obj: dict[str, Any], value: Any, node: Node, shape: Shape, path: Path, added: int = 0
) -> Iterator[Variation]:
    """Variations below `path`; `added` counts the enclosing objects that are not in the base."""
    node = shape.resolve(node)
    fields: Mapping[str, Node] = node.get("properties") or {}
    for key, item in value.items():
        if key in ("apiVersion", "kind", "status") and not path:
            continue
        field = fields.get(key) or node.get("additionalProperties") or {}
        field = field if isinstance(field, Mapping) else {}
        yield from _field(obj, item, field, shape, (*path, key), added)
    if value:
        yield _named(path, "unknown field"), partial(_with, obj, (*path, "unknwn"), "a")
    for key, field in fields.items() if added <= _LATER else ():
        if key not in value and not (path == () and key in ("status", "apiVersion", "kind")) and key != "managedFields":
            yield from _added(obj, field, shape, (*path, key), added + 1)


def _field(obj: dict[str, Any], item: Any, node: Node, shape: Shape, path: Path, added: int = 0) -> Iterator[Variation]:
    if path == ("metadata",):
        yield from _object(obj, item, node, shape, path, added)
        return
    if path == ("metadata", "namespace"):
        # In another namespace it would be another object.
        return
    identity = path == ("metadata", "name")
    if not identity:
        yield _named(path, "left out"), partial(_without, obj, path)
    for name, other in _others(item, shape.type_of(node), shape.resolve(node)):
        if not identity or isinstance(other, str):
            yield _named(path, name), partial(_with, obj, path, other)
    if isinstance(item, dict):
        yield from _object(obj, item, node, shape, path, added)
    elif isinstance(item, list):
        items = shape.resolve(node).get("items") or {}
        for index, each in enumerate(item):
            if isinstance(each, dict):
                yield from _object(obj, each, items, shape, (*path, index), added)
            else:
                for name, other in _others(each, shape.type_of(items), shape.resolve(items)):
                    yield _named((*path, index), name), partial(_with, obj, (*path, index), other)


def _added(obj: dict[str, Any], node: Node, shape: Shape, path: Path, added: int) -> Iterator[Variation]:
    example = shape.example(node)
    if example is None or (path[0] == "metadata" and path[-1] in _SERVER_OWNED):
        return
    yield _named(path, "added"), partial(_with, obj, path, example)
    for name, other in _others(example, shape.type_of(node), shape.resolve(node)):
        yield _named(path, f"added {name}"), partial(_with, obj, path, other)
    if isinstance(example, dict):
        yield from _object(_with(obj, path, example), example, node, shape, path, added)
    elif isinstance(example, list) and example and isinstance(example[0], dict):
        items = shape.resolve(node).get("items") or {}
        yield from _object(_with(obj, path, example), example[0], items, shape, (*path, 0), added)


_SERVER_OWNED = (
    *("uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "selfLink"),
    *("deletionTimestamp", "deletionGracePeriodSeconds"),
)


def _others(item: Any, kind: str, node: Node) -> Iterator[tuple[str, Any]]:
    """Other values for a field with the value `item`: some of its type, and one of another type."""
    wrong: Any = {"string": 7, "object": "text", "array": {}, "boolean": "yes"}.get(kind, "text")
    found: dict[str, Any] = {"of another type": wrong}
    if isinstance(item, bool):
        found["the opposite"] = not item
    elif isinstance(item, (int, float)):
        found |= _NUMBERS
        found |= {"below": node["minimum"] - 1} if "minimum" in node else {}
        found |= {"above": node["maximum"] + 1} if node.get("maximum", 2**31) < 2**31 - 1 else {}
    elif isinstance(item, str):
        found |= _TEXTS
        found["in capitals"] = item.swapcase()
        found["longer"] = item + "x"
        if node.get("maxLength", 9999) < 2000:
            found["too long"] = (item or "a") * (node["maxLength"] + 1)
        if node.get("x-kubernetes-int-or-string"):
            found |= _NUMBERS
    elif isinstance(item, list):
        found["empty"] = []
        if item:
            found["doubled"] = [*item, item[0]]
        if node.get("maxItems", 999) < 70:
            found["too many"] = item * (node["maxItems"] + 1)
    elif isinstance(item, dict):
        found["empty"] = {}
        if "properties" not in node and isinstance(node.get("additionalProperties"), Mapping):
            found["a bad key"] = {**item, "no key!": next(iter(item.values()), "a")}
    for name, other in found.items():
        if type(other) is not type(item) or other != item:
            yield name, other


def _named(path: Path, change: str) -> str:
    return f"{'.'.join(map(str, path)) or 'object'} {change}"


def _with(obj: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(obj)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = copy.deepcopy(value)
    return found


def _without(obj: dict[str, Any], path: Path) -> dict[str, Any]:
    found = copy.deepcopy(obj)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return found
