"""Lists of addresses and ranges in a resource: whether they add up to the Internet."""

from collections.abc import Iterable

from bluelamp.core.text import first_of
from bluelamp.policies.addresses import NONE, Addresses, is_open, named_by, public, union
from bluelamp.policies.rule import Fail
from bluelamp.policies.value import UnknownValue, Value


def wide_item(items: Iterable[Value], widest: tuple[int, ...]) -> tuple[Value, str] | None:
    """The item to name when `items` add up to the Internet, and what it adds up with; None when they do not.

    Raises `UnknownValue` when the known ones do not, and one that is not known, or is no range, might.
    """
    known: list[tuple[Value, Addresses]] = []
    doubt: Value | None = None
    for item in items:
        found = NONE if item.raw is None else named_by(item.raw)
        if found is None:
            doubt = doubt or item
        else:
            known.append((item, found))
    alone = next((item for item, found in known if is_open(found, widest)), None)
    if alone is not None:
        return alone, ""
    if is_open(union(found for _, found in known), widest):
        outside = [item for item, found in known if public(found)]
        return outside[0], first_of([str(item.raw) for item in outside[1:]])
    if doubt is not None:
        raise UnknownValue(doubt)
    return None


def unless_wide(items: Iterable[Value], widest: tuple[int, ...], expected: str) -> Fail | None:
    """A failure at the item to name when `items` add up to the Internet, None when they do not.

    Raises `UnknownValue` as `wide_item` does.
    """
    found = wide_item(items, widest)
    return Fail(found[0], expected, with_others(found[1])) if found else None


def with_others(others: str, what: str = "the Internet") -> str:
    """The reason of a failure: with `others` it covers `what`. Empty where it does so alone."""
    return f"it covers {what} together with {others}" if others else ""
