"""Lists of addresses and ranges in a resource: whether together they cover the Internet."""

from collections.abc import Iterable

from bluelamp.core.text import first_of
from bluelamp.policies.addresses import NONE, Addresses, is_open, named_by, public, union
from bluelamp.policies.rule import Fail
from bluelamp.policies.value import UnknownValue, Value


def wide_item(items: Iterable[Value], widest: tuple[int, ...]) -> tuple[Value, str] | None:
    """The item to report if `items` cover the Internet, and the items that do so with it; None if they do not.

    Raises `UnknownValue` if the known items do not, but an unknown or unparseable one might.
    """
    known: list[tuple[Value, Addresses]] = []
    unknown: Value | None = None
    for item in items:
        found = NONE if item.raw is None else named_by(item.raw)
        if found is None:
            unknown = unknown or item
        else:
            known.append((item, found))
    open_alone = next((item for item, found in known if is_open(found, widest)), None)
    if open_alone is not None:
        return open_alone, ""
    if is_open(union(found for _, found in known), widest):
        outside = [item for item, found in known if public(found)]
        return outside[0], first_of([str(item.raw) for item in outside[1:]])
    if unknown is not None:
        raise UnknownValue(unknown)
    return None


def unless_wide(items: Iterable[Value], widest: tuple[int, ...], expected: str) -> Fail | None:
    """A failure if `items` together cover the Internet; None if they do not. Raises `UnknownValue` as `wide_item`."""
    found = wide_item(items, widest)
    return Fail(found[0], expected, with_others(found[1])) if found else None


def with_others(others: str, what: str = "the Internet") -> str:
    """The reason of a failure: it covers `what` together with `others`; empty if there are no others."""
    return f"it covers {what} together with {others}" if others else ""
