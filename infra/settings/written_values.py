"""Values as written in settings, with their paths: any value may be absent or of the wrong type.

A value of the wrong type counts as absent here, and is left to the models.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any, ClassVar, Generic, TypeVar

from bluelamp.core.camel import camel
from bluelamp.core.problems import Problem
from bluelamp.core.source import Steps, problem_at
from bluelamp.infra.settings.fields import Model
from bluelamp.infra.settings.raw import as_network


class Written:
    """A value and its path. `value` is None where there is none."""

    __slots__ = ("steps", "value")

    def __init__(self, value: Any, steps: Steps = ()) -> None:
        self.value: Any = value
        self.steps = steps

    @property
    def is_given(self) -> bool:
        """Whether there is a value, of any type."""
        return self.value is not None

    @property
    def text(self) -> str | None:
        """The value, where it is text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def network(self) -> IPv4Network | None:
        """The value, where it is an address range."""
        return as_network(self.value)

    @property
    def ip(self) -> IPv4Address | None:
        """The value, where it is an IPv4 address."""
        try:
            return IPv4Address(self.value if isinstance(self.value, str) else "")
        except ValueError:
            return None

    def problem(self, message: str, found: str = "", allowed: str = "", next_step: str = "") -> Problem:
        """A problem with the value."""
        return problem_at(self.steps, message, found, allowed, next_step)


W = TypeVar("W", bound=Written)


class Items(Written, Generic[W]):
    """A list; a value of another type has no items."""

    __slots__ = ("_kind",)

    def __init__(self, value: Any, steps: Steps, kind: type[W]) -> None:
        super().__init__(value, steps)
        self._kind = kind

    def __iter__(self) -> Iterator[W]:
        listed = self.value if isinstance(self.value, list) else ()
        return (self._kind(each, (*self.steps, index)) for index, each in enumerate(listed))

    def __len__(self) -> int:
        return len(self.value) if isinstance(self.value, list) else 0

    @property
    def is_list(self) -> bool:
        """Whether the value is a list, even an empty one."""
        return isinstance(self.value, list)


class _Declared(Generic[W]):
    """A declaration in a group's body, under the attribute's name in camel case."""

    def __init__(self, kind: type[W]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = camel(name)


class one(_Declared[W]):  # noqa: N801 - a declaration in a class's body, such as `property`
    """A value of a mapping."""

    def __get__(self, mapping: "Group", owner: type) -> W:
        return self._kind(mapping.get(self.key), (*mapping.steps, self.key))


class many(_Declared[W]):  # noqa: N801 - as `one`
    """A list in a mapping."""

    def __get__(self, mapping: "Group", owner: type) -> Items[W]:
        return Items(mapping.get(self.key), (*mapping.steps, self.key), self._kind)


class Group(Written):
    """A mapping; a value of another type has no keys."""

    __slots__ = ()

    shape: ClassVar[type[Model]]
    """The model whose fields these are; none for a mapping with free keys."""

    @property
    def values(self) -> Mapping[str, Any]:
        """The mapping."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping, even an empty one."""
        return isinstance(self.value, Mapping)

    def get(self, key: str) -> Any:
        """The value of a key, or None."""
        return self.values.get(key)

    def child(self, key: str) -> Written:
        """The value under a key, of a mapping with free keys."""
        return Written(self.get(key), (*self.steps, key))


def duplicates(listed: Iterable[W]) -> Iterator[tuple[W, W]]:
    """Each duplicate text or number, ignoring case, with its first occurrence."""
    first: dict[object, W] = {}
    for each in listed:
        value = each.value
        if isinstance(value, str | int) and not isinstance(value, bool):
            earlier = first.setdefault(value.casefold() if isinstance(value, str) else value, each)
            if earlier is not each:
                yield each, earlier
