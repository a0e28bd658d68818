"""References to other resources that are not resource ids."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import join_path
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape

_REFERENCE_TYPES = (
    "SubResourceArgs",
    "ResourceReferenceArgs",
    "DiskEncryptionSetParametersArgs",
    "WritableSubResourceArgs",
)
"""The SDK's types that contain only a resource id."""


def check_links(shape: ObjectShape, values: Mapping[str, Any], path: str = "") -> Iterator[Failure]:
    """A failure for each reference whose `id` is a name, as Azure requires a full resource id."""
    for name, value in values.items():
        known = shape.properties.get(name)
        if known is not None:
            yield from _check(known.shape, value, join_path(path, name))


def _check(shape: Shape, value: Any, path: str) -> Iterator[Failure]:
    if shape.kind == "array" and shape.item is not None and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(shape.item, item, join_path(path, index))
    elif shape.kind == "object" and shape.object is not None and isinstance(value, Mapping):
        given = value.get("id")
        if shape.object.name.endswith(_REFERENCE_TYPES) and isinstance(given, str) and not given.startswith("/"):
            yield Failure(
                join_path(path, "id"),
                f"LinkedInvalidPropertyId: Property id '{given}' is invalid. Expect fully qualified resource Id that "
                "start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
            )
        else:
            yield from check_links(shape.object, value, path)
