"""Differences between two objects, and the inputs that follow from a live object."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bluelamp.rehearsal.kubernetes.formats import is_quantity, quantity
from bluelamp.rehearsal.kubernetes.kinds import Kind, replaces
from bluelamp.rehearsal.kubernetes.names import metadata
from bluelamp.rehearsal.kubernetes.schema import join
from bluelamp.rehearsal.provider import Diff, DiffKind
from bluelamp.rehearsal.values import UNKNOWN, Secret, has_secret, plain

AUTONAMED = "pulumi.com/autonamed"


def diff(
    kind: Kind | None,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ignore: Sequence[str],
    settings: Mapping[str, Any],
    *,
    patch: bool = False,
) -> Diff:
    """The changes from `old` inputs to `new`. A patch is replaced only if its target's name changes."""
    ignored = [_pattern(path) for path in ignore]
    found: dict[str, DiffKind] = {}
    for path, change in _changes(plain(old), plain(new), ""):
        # A cluster-scoped object may have a namespace from before its kind was known.
        nowhere = kind is not None and not kind.namespaced and path == "metadata.namespace"
        if nowhere or any(pattern.match(path) for pattern in ignored):
            continue
        identity = path in ("metadata", "metadata.name", "metadata.namespace")
        replace = identity if patch or kind is None else replaces(kind, path, plain(new), settings)
        found[path] = _REPLACING[change] if replace else change
    named = metadata(new, "name")
    stays = named == metadata(old, "name") and metadata(new, "namespace") == metadata(old, "namespace")
    explicit = isinstance(named, str) and (metadata(new, "annotations") or {}).get(AUTONAMED) != "true"
    replacing = any(change.endswith("-replace") for change in found.values())
    return Diff(found, delete_before_replace=replacing and explicit and stays)


_REPLACING: dict[DiffKind, DiffKind] = {"add": "add-replace", "delete": "delete-replace", "update": "update-replace"}


def _pattern(path: str) -> re.Pattern[str]:
    """Matches a path to ignore and everything below it; `[*]` is any item and `*` any key."""
    text = re.escape(path).replace(r"\[\*\]", r"\[[^\]]*\]").replace(r"\*", r"[^.\[]+")
    return re.compile(rf"{text}($|[.\[])")


def _changes(old: Any, new: Any, path: str) -> Iterator[tuple[str, DiffKind]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _pair(key in old, old.get(key), key in new, new.get(key), join(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before, after = index < len(old), index < len(new)
            yield from _pair(
                before, old[index] if before else None, after, new[index] if after else None, join(path, index)
            )
    elif new is UNKNOWN or not _same(old, new):
        yield path, "update"


def _pair(before: bool, old: Any, after: bool, new: Any, path: str) -> Iterator[tuple[str, DiffKind]]:
    if before and after:
        yield from _changes(old, new, path)
    else:
        yield path, "delete" if before else "add"


def _same(old: Any, new: Any) -> bool:
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def live_inputs(kind: Kind | None, inputs: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """`inputs` with the values of `live` at their fields. Fields that others added to the object are left out."""
    wanted = dict(inputs)
    shown = dict(live)
    if kind is not None and (kind.api_version, kind.name) == ("v1", "Secret") and "stringData" in wanted:
        shown = _with_text(wanted, shown)
    found: dict[str, Any] = _project(wanted, shown)
    return found


def _project(wanted: Any, live: Any) -> Any:
    if isinstance(wanted, Secret):
        found = _project(wanted.value, plain(live))
        return Secret(found)
    if isinstance(live, Secret):
        return Secret(_project(wanted, live.value))
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return {key: _project(value, live[key]) for key, value in wanted.items() if key in live}
    if isinstance(wanted, list) and isinstance(live, list):
        return _project_list(wanted, live)
    return wanted if _equal(wanted, live) else live


def _project_list(wanted: list[Any], live: list[Any]) -> list[Any]:
    names = [item.get("name") if isinstance(item, Mapping) else None for item in wanted]
    # Names identify items only if they are unique: a volume can be mounted at several paths.
    if wanted and all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
        by_name = {item.get("name"): item for item in live if isinstance(item, Mapping)}
        return [_project(item, by_name[name]) for name, item in zip(names, wanted, strict=True) if name in by_name]
    return [_project(wanted[index], item) if index < len(wanted) else item for index, item in enumerate(live)]


def _equal(wanted: Any, live: Any) -> bool:
    """Whether the values are equal for the server, which normalises quantities (`1000m` is `1`)."""
    if _same(wanted, live):
        return True
    return isinstance(live, str) and is_quantity(wanted) and is_quantity(live) and quantity(wanted) == quantity(live)


def _with_text(wanted: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """`live` with the `stringData` of a secret, which the API returns as `data`."""
    given, text = plain(wanted["stringData"]) or {}, {}
    for key, encoded in (plain(live.get("data")) or {}).items():
        if key in given:
            text[key] = base64.b64decode(encoded).decode("utf-8", errors="replace")
    return {**live, "stringData": Secret(text)}


def keep_secrets(inputs: Any, outputs: Any) -> Any:
    """`outputs` with everything marked as secret that is secret in `inputs`."""
    if isinstance(outputs, Secret):
        return outputs
    if isinstance(inputs, Secret):
        return Secret(plain(outputs))
    if isinstance(inputs, Mapping) and isinstance(outputs, Mapping):
        return {key: keep_secrets(inputs.get(key), value) for key, value in outputs.items()}
    if isinstance(inputs, list) and isinstance(outputs, list) and has_secret(inputs):
        padded = [*inputs, *[None] * len(outputs)]
        return [keep_secrets(padded[index], value) for index, value in enumerate(outputs)]
    return outputs
