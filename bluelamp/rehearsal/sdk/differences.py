"""Differences between two sets of inputs, by property."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from bluelamp.paths import within
from bluelamp.rehearsal.sdk.messages import join_path
from bluelamp.rehearsal.values import plain

Change = Literal["add", "delete", "update"]
Steps = tuple[str | int, ...]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Steps, Change]]:
    """The innermost paths at which `new` differs from `old`.

    None counts as missing, a secret equals its plain value, and an unknown value equals only another one.
    """
    yield from _differ((), plain(old), plain(new))


def path_of(steps: Steps) -> str:
    """`steps` in the engine's path syntax: `subject.commonName`, `triggers[0]`."""
    path = ""
    for step in steps:
        path = join_path(path, step)
    return path


def ignored(steps: Steps, ignore: Sequence[str]) -> bool:
    """Whether `steps` is at or below one of the paths in `ignore`; `[*]` is any index."""
    return within(path_of(steps), ignore)


def _differ(steps: Steps, old: Any, new: Any) -> Iterator[tuple[Steps, Change]]:
    if old is None and new is None:
        return
    if old is None:
        yield steps, "add"
    elif new is None:
        yield steps, "delete"
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in {**old, **new}:
            yield from _differ((*steps, key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before, after = (values[index] if index < len(values) else None for values in (old, new))
            yield from _differ((*steps, index), before, after)
    elif (type(old) is not type(new) and not _numbers(old, new)) or old != new:
        yield steps, "update"


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)
