"""The kinds that a cluster serves: their schemas, scopes and special fields.

`data/served.json` is from a Kubernetes API server of `VERSION`: its discovery documents and the enums in its OpenAPI.
The schemas are those in `kubernetes-validate` for the same version.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from bluelamp.core.suggestions import did_you_mean
from bluelamp.rehearsal.kubernetes.schema import Node, Schema

VERSION = "1.36"
"""The Kubernetes version that is rehearsed."""

_SHORT = {
    "meta": "io.k8s.apimachinery.pkg.apis.meta",
    "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
    "apiregistration": "io.k8s.kube-aggregator.pkg.apis.apiregistration",
}
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_OF_DEFINITION = {
    "$one-of": "x-bluelamp-one-of",
    "$at-most-one": "x-bluelamp-at-most-one",
    "$format": "x-bluelamp-format",
}
_CONSTRAINTS = ("common", "pods", "cluster")
_BY_UID = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"]}
_TEXT_OR_NUMBER = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {"type": ["string", "integer", "null"], "format": "int32"},
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": {"type": ["string", "null"], "format": "micro-time"},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"type": ["string", "number", "null"], "format": "quantity"},
}


@dataclass(frozen=True)
class Kind:
    """A kind in an API version. `node` is its schema (None: unchecked), `definitions` are those that it refers to.

    `has_rules` is whether the schema of a custom resource has validation rules.
    """

    api_version: str
    name: str
    plural: str
    namespaced: bool
    node: Node | None = None
    definitions: Mapping[str, Node] = field(default_factory=dict)
    custom: bool = False
    has_rules: bool = False

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def resource(self) -> str:
        """The resource name in the API's own messages: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def special(self) -> Mapping[str, Any]:
        """The kind's entry in `data/objects.yaml`."""
        found: Mapping[str, Any] = _objects().get(f"{self.group or 'core'}/{self.name}", {})
        return found

    def schema(self, *, partial: bool = False) -> Schema | None:
        """The kind's schema; `partial` for a patch, which need not have the required fields."""
        return None if self.node is None else Schema(self.node, self.definitions, partial=partial)


def _data(name: str) -> str:
    return (files("bluelamp.rehearsal.kubernetes") / "data" / name).read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(_data(name), loader)  # noqa: S506 - a safe loader, in C where there is one


@cache
def _objects() -> dict[str, Any]:
    found: dict[str, Any] = _yaml("objects.yaml")
    return found


@cache
def served() -> dict[str, Any]:
    """The API server's `kinds` (API version -> kind -> [plural, namespaced]) and `words`, its enums.

    Enums are definition -> field -> allowed values; a field ending in `[]` is a list of values.
    """
    found: dict[str, Any] = json.loads(_data("served.json"))
    return found


@cache
def definitions() -> dict[str, Any]:
    """The OpenAPI definitions of `VERSION`, with the constraints in `data/`."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{VERSION}.0-local-strict"
    found: dict[str, Any] = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    found.update(_TEXT_OR_NUMBER)
    for name, words in served()["words"].items():
        for key, allowed in words.items():
            _add(found, name, key.removesuffix("[]"), _words(key, allowed))
    for name in _CONSTRAINTS:
        for short, fields in _yaml(f"constraints/{name}.yaml").items():
            area, _, rest = short.partition(".")
            for key, constraint in fields.items():
                _add(found, f"{_SHORT.get(area, f'io.k8s.api.{area}')}.{rest}", key, constraint)
    _relax_template_metadata(found)
    return found


def _relax_template_metadata(found: dict[str, Any]) -> None:
    """Relaxes the metadata of templates, of which the server validates little but a pod's labels and annotations."""
    meta = found[_META]["properties"]
    kept = ("type", "items", "$ref", "x-kubernetes-list-type", "x-kubernetes-list-map-keys")
    fields = {key: {word: field[word] for word in kept if word in field} for key, field in meta.items()}
    fields["finalizers"] = {"type": ["array", "null"], "x-kubernetes-list-type": "set"}
    owner = {"type": "object", "required": ["uid"]}
    fields["ownerReferences"] = {"type": ["array", "null"], "items": owner, **_BY_UID}
    fields |= {key: {"type": "object"} for key in ("labels", "annotations")}
    loose = {"type": "object", "properties": fields}
    own = {"type": "object", "properties": {**fields, **{key: meta[key] for key in ("labels", "annotations")}}}
    found["io.k8s.api.autoscaling.v2.MetricIdentifier"]["properties"]["selector"] = {"type": ["object", "null"]}
    found["io.k8s.api.core.v1.PodTemplateSpec"]["properties"]["metadata"] = own
    found["io.k8s.api.batch.v1.JobTemplateSpec"]["properties"]["metadata"] = loose
    template = found["io.k8s.api.core.v1.PersistentVolumeClaim"]
    claim = {**template, "properties": {**template["properties"], "metadata": loose}}
    for key in ("apiVersion", "kind"):
        claim["properties"][key] = {"type": "string"}
    claims = found["io.k8s.api.apps.v1.StatefulSetSpec"]["properties"]["volumeClaimTemplates"]
    found["io.k8s.api.apps.v1.StatefulSetSpec"]["properties"]["volumeClaimTemplates"] = {**claims, "items": claim}


def _words(key: str, allowed: list[str]) -> dict[str, Any]:
    return {"items": {"type": "string", "enum": allowed}} if key.endswith("[]") else {"enum": allowed}


def _add(found: dict[str, Any], name: str, key: str, constraint: Any) -> None:
    """Adds a constraint to a field of a definition (or to the definition itself: `$required`)."""
    definition = found.get(name)
    if definition is None:
        return
    if key.startswith("$"):
        definition[_OF_DEFINITION.get(key, key[1:])] = constraint
        return
    extra = dict(constraint)
    if extra.get("required") is True:
        del extra["required"]
        definition["required"] = [*definition.get("required", ()), key]
    if not extra:
        return
    node = definition["properties"][key]
    if "$ref" in node:
        node = found[node["$ref"].rpartition("/")[2]]
    own_format = extra.pop("format", None)
    if own_format is not None:
        extra["x-bluelamp-format"] = own_format
    if node.get("type") in ("string", ["string", "null"]):
        # Go omits empty strings, so the server treats them as missing.
        extra["x-bluelamp-empty"] = True
    definition["properties"][key] = {**node, **extra}


@cache
def _names() -> dict[tuple[str, str], str]:
    """The definition of each API version and kind."""
    found = {}
    for name, definition in definitions().items():
        for gvk in definition.get("x-kubernetes-group-version-kind", ()):
            group, version = gvk["group"], gvk["version"]
            found[(f"{group}/{version}" if group else version, gvk["kind"])] = name
    return found


@lru_cache(maxsize=1024)
def builtin(api_version: str, name: str) -> Kind | None:
    """The built-in kind; None if Kubernetes `VERSION` does not serve it in this API version."""
    entry = served()["kinds"].get(api_version, {}).get(name)
    if entry is None:
        return None
    definition = _names().get((api_version, name))
    node = definitions()[definition] if definition else None
    return Kind(api_version, name, entry[0], bool(entry[1]), node, definitions())


def is_builtin_group(api_version: str) -> bool:
    """Whether the API version belongs to one of Kubernetes' own groups, not to a custom resource."""
    group = api_version.rpartition("/")[0]
    return api_version in served()["kinds"] or any(
        group == known.rpartition("/")[0] for known in served()["kinds"] if "/" in known
    )


def object_meta() -> Schema:
    """The schema of `metadata`."""
    return Schema(definitions()[_META], definitions())


def no_match(api_version: str, name: str) -> str:
    """The error for an unknown kind, with a suggestion."""
    message = f'no matches for kind "{name}" in version "{api_version}"'
    elsewhere = sorted(version for version, names in served()["kinds"].items() if name in names)
    if elsewhere:
        return f"{message}; Kubernetes {VERSION} serves {name} in {', '.join(elsewhere)}"
    return message + did_you_mean(name, served()["kinds"].get(api_version, ()), before="; ")


def of_crd(crd: Mapping[str, Any], version: str) -> Kind | None:
    """The kind that a CustomResourceDefinition defines in `version`; None if that version is not served."""
    spec = crd["spec"]
    for each in spec.get("versions", ()):
        if each.get("name") == version and each.get("served", True):
            names = spec["names"]
            schema = (each.get("schema") or {}).get("openAPIV3Schema")
            namespaced = spec.get("scope") == "Namespaced"
            return Kind(
                f"{spec['group']}/{version}",
                names["kind"],
                names["plural"],
                namespaced,
                schema,
                custom=True,
                has_rules=_has_rules(schema),
            )
    return None


def _has_rules(node: Any) -> bool:
    """Whether a schema has validation rules anywhere."""
    if isinstance(node, Mapping):
        return "x-kubernetes-validations" in node or any(map(_has_rules, node.values()))
    return isinstance(node, list) and any(map(_has_rules, node))


_INDEX = re.compile(r"\[\d+\]")


def replaces(kind: Kind, path: str, new: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether pulumi-kubernetes replaces an object for a change at `path` to `new`.

    `settings` are the provider's (`enableConfigMapMutable`); objects with `immutable: true` are replaced regardless.
    """
    if path in ("metadata.name", "metadata.namespace", "metadata", "kind"):
        return True
    special = kind.special
    paths = special.get("replace", ())
    mutable = str(settings.get(special.get("unless", ""), "")).lower() == "true"
    if mutable and new.get("immutable") is not True:
        paths = special.get("always", ())
    general = _INDEX.sub("[*]", path)
    return any(
        general == each or general.startswith((f"{each}.", f"{each}[")) or each.startswith(f"{general}.")
        for each in paths
    )
