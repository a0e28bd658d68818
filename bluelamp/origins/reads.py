"""Records which settings a program reads: every accessed attribute of the model, by path."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from bluelamp.core.fields import Model

Path = tuple[str | int, ...]

_INERT: Final = frozenset({"__class__", "__pydantic_extra__", "__pydantic_private__", "__pydantic_fields_set__"})


@dataclass
class Reads:
    """The fields that were read, and the sections that were read as a whole."""

    fields: set[Path] = field(default_factory=set)
    whole: set[Path] = field(default_factory=set)

    def cover(self, path: Path) -> bool:
        """Whether the field at `path` was read, alone or with an enclosing section."""
        return path in self.fields or any(path[:end] in self.whole for end in range(len(path) + 1))


@contextmanager
def reads(settings: Model) -> Iterator[Reads]:
    """Records what is read of `settings` within the block. Not thread-safe."""
    seen = Reads()
    places: dict[int, list[Path]] = {}  # a default may be one object in several places
    for key, place in _places(settings, ()):
        places.setdefault(key, []).append(place)
    by_type: dict[type, frozenset[str]] = {}

    def recorded_read(self: Any, name: str) -> Any:
        for place in places.get(id(self), ()):
            kind = type(self)
            names = by_type.get(kind)
            if names is None:
                names = by_type[kind] = frozenset(kind.model_fields)
            if name in names:
                seen.fields.add((*place, name))
            elif name == "__dict__" or name.startswith("model_") or (name[:2] == "__" and name not in _INERT):
                seen.whole.add(place)
        return object.__getattribute__(self, name)

    # Removed after the block, so that other reads cost nothing.
    Model.__getattribute__ = recorded_read  # type: ignore[method-assign] # to see every read
    try:
        yield seen
    finally:
        del Model.__getattribute__


def differences(before: Any, after: Any, at: Path = ()) -> Iterator[Path]:
    """The paths of the innermost fields in which two models differ."""
    if before is after:
        return
    if isinstance(before, Model) and type(before) is type(after):
        for name in type(before).model_fields:
            yield from differences(getattr(before, name), getattr(after, name), (*at, name))
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            if isinstance(pair[0], Model):
                yield from differences(*pair, (*at, index))
            elif pair[0] != pair[1]:
                yield at
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and before.keys() == after.keys():
        for key, value in before.items():
            if isinstance(value, Model):
                yield from differences(value, after[key], (*at, str(key)))
            elif value != after[key]:
                yield at
    elif before != after:
        yield at


def _places(value: Any, at: Path) -> Iterator[tuple[int, Path]]:
    if isinstance(value, Model):
        yield id(value), at
        for name in type(value).model_fields:
            yield from _places(getattr(value, name), (*at, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _places(item, (*at, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _places(item, (*at, str(key)))
