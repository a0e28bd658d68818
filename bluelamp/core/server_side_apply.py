"""Server-side apply: merges the fields of one client into an object, as a Kubernetes API server does.

The OpenAPI schema decides: objects merge by key, lists with keys (`x-kubernetes-list-map-keys`) by item, sets by value;
all other values are replaced. Source: sigs.k8s.io/structured-merge-diff and the API reference "Server-Side
Apply". The schemas are those of the `kubernetes-validate` package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

VERSION: Final = "1.36"
"""The Kubernetes version of the schemas."""

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_KEY_DEFAULTS: Final = {"protocol": "TCP"}
"""The defaults of fields that are keys of a list; the schemas give defaults in prose only."""

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """How the values at one path merge. `node` is None without a schema: whether lists merge is then unknown."""

    node: Schema | None
    definitions: Mapping[str, Schema]
    root: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a schema."""
        return self.node is not None

    @property
    def atomic(self) -> bool:
        """Whether an object here is atomic."""
        return self._resolved().get("x-kubernetes-map-type") == "atomic"

    @property
    def keys(self) -> tuple[str, ...] | None:
        """The key fields of a list's items; empty for a set, None for an atomic list."""
        resolved = self._resolved()
        kind = resolved.get("x-kubernetes-list-type")
        if kind is not None:
            return None if kind == "atomic" else tuple(resolved.get("x-kubernetes-list-map-keys", ()))
        if str(resolved.get("x-kubernetes-patch-strategy", "")).startswith("merge"):
            key = resolved.get("x-kubernetes-patch-merge-key")
            return (key,) if key else ()
        return None

    @property
    def item(self) -> "Shape":
        """The shape of a list's items."""
        return self._inner(self._resolved().get("items"))

    def field(self, key: str) -> "Shape":
        """The shape of an object's field."""
        if self.root and key == "metadata":
            return Shape({"$ref": f"#/$defs/{_META}"}, definitions())
        resolved = self._resolved()
        node = (resolved.get("properties") or {}).get(key)
        return self._inner(node if node is not None else resolved.get("additionalProperties"))

    def _inner(self, node: Any) -> "Shape":
        if self.node is None:
            return Shape(None, self.definitions)
        return Shape(node if isinstance(node, Mapping) else {}, self.definitions)

    def _resolved(self) -> Schema:
        """The schema with its references resolved."""
        node = self.node or {}
        while "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            node = {**self.definitions.get(name, {}), **{key: value for key, value in node.items() if key != "$ref"}}
        return node


@cache
def definitions() -> Mapping[str, Schema]:
    """The OpenAPI definitions of `VERSION`."""
    import json
    from importlib.resources import files

    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{VERSION}.0-local-strict"
    found: dict[str, Schema] = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    return found


@cache
def builtin(api_version: str, kind: str) -> Shape:
    """The shape of a built-in kind; without a schema if Kubernetes has no such kind."""
    name = _names().get((api_version, kind))
    return Shape(definitions()[name] if name else None, definitions(), root=True)


def of_schema(schema: Schema) -> Shape:
    """The shape of a custom resource with this `openAPIV3Schema`."""
    return Shape(schema, {}, root=True)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    return {
        (f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"], gvk["kind"]): name
        for name, definition in definitions().items()
        for gvk in definition.get("x-kubernetes-group-version-kind", ())
    }


def _as_it_is(value: Any, _shape: Shape) -> Any:
    return value


@dataclass(frozen=True)
class Apply:
    """A way to apply: `unknown` represents a value that is not known yet.

    `incomplete` returns the result of applying fields over an unknown value.
    """

    unknown: Any = None
    incomplete: Callable[[Any, Shape], Any] = _as_it_is

    def __call__(self, base: Any, over: Any, shape: Shape) -> Any:
        """`over` applied to `base`, both of `shape`. Neither is changed.

        None in `over` removes a value that is replaced as a whole; it leaves values that merge unchanged.
        """
        if over is self.unknown:
            return over
        if base is self.unknown:
            return self.incomplete(over, shape)
        if isinstance(base, Mapping) and isinstance(over, Mapping) and not shape.atomic:
            return self._objects(base, over, shape)
        if isinstance(base, list) and isinstance(over, list):
            return self._lists(base, over, shape)
        return over

    def _objects(self, base: Mapping[str, Any], over: Mapping[str, Any], shape: Shape) -> Any:
        # The class of `base` decides about fields that are missing.
        merged = type(base)(base) if isinstance(base, dict) else dict(base)
        for key, value in over.items():
            field = shape.field(key)
            if value is not None:
                merged[key] = self(base.get(key), value, field)
            elif field.known and not self._merges(base.get(key), field):
                merged.pop(key, None)
            elif not field.known:
                merged[key] = self.unknown
        return merged

    @staticmethod
    def _merges(value: Any, shape: Shape) -> bool:
        if isinstance(value, Mapping):
            return not shape.atomic
        return isinstance(value, list) and shape.keys is not None

    def _lists(self, base: list[Any], over: list[Any], shape: Shape) -> Any:
        keys = shape.keys
        if not shape.known:
            return self.incomplete(over, shape)
        if keys is None:
            return over
        if not keys:
            return type(base)([*base, *(each for each in over if each not in base)])
        names = [self._name(each, keys) for each in base]
        added = [self._name(each, keys) for each in over]
        if self.unknown is not None and any(name is None for name in (*names, *added)):
            return self.incomplete(over, shape)
        merged = list(base)
        for name, each in zip(added, over, strict=True):
            if name in names:
                place = names.index(name)
                merged[place] = self(merged[place], each, shape.item)
            else:
                names.append(name)
                merged.append(self.incomplete(each, shape.item) if type(base) is not list else each)
        return type(base)(merged)

    def _name(self, item: Any, keys: tuple[str, ...]) -> tuple[Any, ...] | None:
        """The key of `item` in its list; None if it is unknown."""
        if not isinstance(item, Mapping):
            return None
        name = tuple(item.get(key, _KEY_DEFAULTS.get(key)) for key in keys)
        name = tuple(_KEY_DEFAULTS.get(key) if each is None else each for key, each in zip(keys, name, strict=True))
        return None if self.unknown is not None and any(each is self.unknown for each in name) else name
