"""Everything that is wrong with an object, before a server sees it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import formats, semantics
from bluelamp.rehearsal.kubernetes.kinds import Kind, object_meta
from bluelamp.rehearsal.kubernetes.names import metadata
from bluelamp.rehearsal.kubernetes.schema import shown
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN

_LONGEST = 253


def failures(kind: Kind, inputs: Mapping[str, Any], *, patch: bool = False) -> list[Failure]:
    """What is wrong with `inputs` as an object of `kind`, one failure a path."""
    found: dict[str, Failure] = {}
    for failure in _all(kind, inputs, patch=patch):
        found.setdefault(failure.path, failure)
    return list(found.values())


def _all(kind: Kind, inputs: Mapping[str, Any], *, patch: bool) -> Iterator[Failure]:
    yield from _name(kind, inputs)
    schema = kind.schema(partial=patch)
    if schema is not None:
        yield from schema.failures(inputs)
    if (kind.custom or schema is None) and "metadata" in inputs:
        yield from object_meta().failures(inputs["metadata"], "metadata")
    if not patch and not kind.custom:
        yield from semantics.failures(kind.group, kind.name, inputs)


def _name(kind: Kind, inputs: Mapping[str, Any]) -> Iterator[Failure]:
    name = metadata(inputs, "name")
    if name is UNKNOWN or not isinstance(name, str):
        return
    reason = formats.wrong(kind.special.get("name", "dns-subdomain"), name)
    if not reason and len(name) > kind.special.get("longest", _LONGEST):
        reason = f"has {len(name)} characters; a {kind.name}'s name has at most {kind.special['longest']}"
    if reason:
        yield Failure("metadata.name", f"{shown(name)} {reason}")
