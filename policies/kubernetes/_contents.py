"""Kubernetes objects as text: the YAML in ConfigMaps and Secrets that a `ClusterResourceSet` applies."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from bluelamp.policies.kubernetes._templates import type_of
from bluelamp.policies.value import Value, joined

RESOURCE_SET: Final = "kubernetes:addons.cluster.x-k8s.io/*:ClusterResourceSet"
SETS: Final = tuple(RESOURCE_SET.replace("*", version) for version in ("v1beta2", "v1beta1", "v1alpha4", "v1alpha3"))
CARRIERS: Final = {"ConfigMap": ("data",), "Secret": ("data", "stringData")}
"""The properties of each kind with the applied contents."""
LARGEST: Final = 1_500_000
"""The maximum length of a text, in characters; clusters accept no larger objects."""


class Unreadable(Exception):  # noqa: N818 - an answer, not an error
    """A text is not a list of Kubernetes objects; the message is the reason."""


def texts(carrier: Value, kind: str) -> Iterator[tuple[Value, bool]]:
    """The texts in a ConfigMap or Secret (`kind`), and whether they are in base64. Raises `UnknownValue`."""
    for part in CARRIERS[kind]:
        for text in carrier[part].each():
            yield text, kind == "Secret" and part == "data"


def objects(text: Value, *, encoded: bool) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The objects in a text, each with its path in the resource and its type. Raises `Unreadable`, `UnknownValue`."""
    for index, found in enumerate(read(_decoded(text, encoded=encoded))):
        yield joined(text.path, index), type_of(found["apiVersion"], found["kind"]), found


def _decoded(text: Value, *, encoded: bool) -> str:
    known = text.known
    if not isinstance(known, str):
        raise Unreadable(f"{text.path} is not text")
    if not encoded:
        return known
    try:
        return base64.b64decode(known, validate=True).decode()
    except (binascii.Error, ValueError):
        raise Unreadable(f"{text.path} is not text in base64") from None


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Mapping[str, Any], ...]:
    """The Kubernetes objects in `text`, YAML or JSON. Raises `Unreadable`."""
    if len(text) > LARGEST:
        raise Unreadable(f"it is longer than {LARGEST} characters")
    from bluelamp.policies.kubernetes._yaml import NotYaml, documents

    try:
        found = documents(text)
    except NotYaml as error:
        raise Unreadable(f"it is not YAML: {error}") from None
    for each in found:
        named = isinstance(each, dict) and all(isinstance(each.get(key), str) for key in ("apiVersion", "kind"))
        if not named:
            raise Unreadable("it is not a list of Kubernetes objects")
    return tuple(found)
