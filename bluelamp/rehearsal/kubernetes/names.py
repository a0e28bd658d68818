"""Names and ids of objects in pulumi-kubernetes, the API and the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bluelamp.rehearsal.values import UNKNOWN, Secret, plain


@dataclass(frozen=True)
class Ref:
    """An object: its API version (`apps/v1`), kind, namespace (empty for a cluster-scoped object) and name."""

    api_version: str
    kind: str
    namespace: str
    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def id(self) -> str:
        """The id in pulumi-kubernetes: `namespace/name`, or `name`."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def record_id(self, cluster: str) -> str:
        """The id in the store, which all clusters share. It is the same for every version of the API group."""
        parts = (self.group or "core", self.kind, self.namespace, self.name)
        return f"kubernetes://{cluster}/" + "/".join(part for part in parts if part)


def namespace_id(cluster: str, name: str) -> str:
    """The store's id of a namespace."""
    return Ref("v1", "Namespace", "", name).record_id(cluster)


def of_token(token: str) -> tuple[str, str]:
    """The API version and kind of a type token: `kubernetes:core/v1:Pod` is (`v1`, `Pod`)."""
    _, module, kind = token.split(":")
    return canonical(module), kind


def canonical(api_version: str) -> str:
    """The API version in the API's form. In type tokens the core group is `core`."""
    return api_version.removeprefix("core/")


def split_id(resource_id: str) -> tuple[str, str]:
    """The namespace (empty if none) and the name in an id."""
    namespace, _, name = resource_id.rpartition("/")
    return namespace, name


def metadata(inputs: Mapping[str, Any], key: str) -> Any:
    """A value of the object's metadata; None if missing, `UNKNOWN` if unknown."""
    found = plain(inputs.get("metadata"))
    if found is UNKNOWN:
        return UNKNOWN
    return found.get(key) if isinstance(found, Mapping) else None


_IDENTITY = ("name", "namespace", "generateName")
"""Fields in an object's id, which cannot be secret."""


def with_readable_keys(meta: Any) -> Any:
    """An object's metadata with readable keys. If it is secret as a whole, each value except the identity is secret."""
    if isinstance(meta, Secret):
        inner = plain(meta)
        return (
            {key: value if key in _IDENTITY else Secret(value) for key, value in inner.items()}
            if isinstance(inner, Mapping)
            else inner
        )
    if isinstance(meta, Mapping):
        return {key: plain(value) if key in _IDENTITY else value for key, value in meta.items()}
    return meta
