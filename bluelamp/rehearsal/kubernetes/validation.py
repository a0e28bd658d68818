"""Validation of an object, as by an API server."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes import formats, semantics
from bluelamp.rehearsal.kubernetes.kinds import Kind, object_meta
from bluelamp.rehearsal.kubernetes.names import metadata
from bluelamp.rehearsal.kubernetes.schema import join, shown, with_defaults
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, Secret

_LONGEST = 253


def failures(
    kind: Kind, inputs: Mapping[str, Any], *, patch: bool = False, old: Mapping[str, Any] | None = None
) -> list[Failure]:
    """The failures of `inputs` as an object of `kind`, one per path.

    `old` are the inputs before an update. `transitions` runs the transition rules of custom resources.
    """
    found: dict[str, Failure] = {}
    for failure in _all(kind, inputs, patch=patch, old=old):
        found.setdefault(failure.path, failure)
    if not patch and not kind.custom:
        for failure in semantics.failures(kind.group, kind.name, _without(inputs, found)):
            found.setdefault(failure.path, failure)
    return list(found.values())


def transitions(kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Iterator[Failure]:
    """The failures of a custom resource under its validation rules, for the update of the live object `old` to `new`.

    `old` is None for a new object.
    """
    schema = kind.schema() if kind.has_rules else None
    if schema is not None:
        from bluelamp.rehearsal.kubernetes import cel

        before = cel.ABSENT if old is None else with_defaults(old, schema.root)
        yield from cel.failures(with_defaults(new, schema.root), schema.root, old=before)


def _all(kind: Kind, inputs: Mapping[str, Any], *, patch: bool, old: Mapping[str, Any] | None) -> Iterator[Failure]:
    for failure in _name(kind, inputs):
        if not (kind.special.get("loose") and failure.path == "metadata.generateName"):
            yield failure
    schema = kind.schema(partial=patch)
    if schema is not None:
        loose = kind.special.get("loose")
        whole = inputs if patch or not kind.custom else with_defaults(inputs, schema.root)
        wrong = [one for one in schema.failures(whole) if not (loose and one.path.startswith("metadata.finalizers"))]
        yield from wrong
        if kind.has_rules and not wrong and not patch:
            from bluelamp.rehearsal.kubernetes import cel

            before = with_defaults(old, schema.root) if old else cel.ABSENT
            yield from cel.failures(whole, schema.root, old=before, transitions=not old)
    if (kind.custom or schema is None) and "metadata" in inputs:
        yield from object_meta().failures(inputs["metadata"], "metadata")


def _without(value: Any, paths: Container[str], path: str = "") -> Any:
    """`value` with `UNKNOWN` at `paths`, so that an invalid field is not reported again by cross-field checks."""
    if path in paths and path:
        return UNKNOWN
    if isinstance(value, Secret):
        return Secret(_without(value.value, paths, path))
    if isinstance(value, Mapping):
        return {key: _without(item, paths, join(path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, paths, join(path, index)) for index, item in enumerate(value)]
    return value


def _name(kind: Kind, inputs: Mapping[str, Any]) -> Iterator[Failure]:
    form = kind.special.get("name", "dns-subdomain")
    longest = kind.special.get("longest", None if form == "path-segment" else _LONGEST)
    prefix = metadata(inputs, "generateName")
    if isinstance(prefix, str) and prefix:
        # The server validates a prefix as if its last dash were followed by more characters.
        whole = f"{prefix[:-2]}a" if prefix.endswith("-") and len(prefix) > 1 else prefix
        if reason := formats.wrong(form, whole):
            yield Failure("metadata.generateName", f"{shown(prefix)} {reason}")
    name = metadata(inputs, "name")
    if name is UNKNOWN or not isinstance(name, str):
        return
    reason = formats.wrong(form, name)
    if not reason and longest is not None and len(name) > longest:
        reason = f"has {len(name)} characters; a {kind.name}'s name has at most {longest}"
    if reason:
        yield Failure("metadata.name", f"{shown(name)} {reason}")
