"""Moves a force's premises into the address range of the new force."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

_ADDRESS: Final = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(/\d{1,2})?(?![\d.])")


@dataclass(frozen=True)
class Move:
    """An address or a range that moves, and the setting that names it."""

    path: str
    before: str
    after: str


def placed(first: IPv4Network, second: IPv4Network, whole: IPv4Network) -> tuple[IPv4Network, IPv4Network]:
    """Two ranges inside `whole` of the sizes of `first` and `second`, one in each half.

    Raises `ValueError` if a half is too small.
    """
    left, right = whole.subnets(prefixlen_diff=1)
    return next(left.subnets(new_prefix=first.prefixlen)), next(right.subnets(new_prefix=second.prefixlen))


def moved(value: Any, before: IPv4Network, after: IPv4Network, path: str = "") -> Any:
    """`value` with every address inside `before` moved to the same offset inside `after`, which has the same size."""
    if isinstance(value, Mapping):
        return {key: moved(item, before, after, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [moved(item, before, after, f"{path}[{index}]") for index, item in enumerate(value)]
    return _ADDRESS.sub(lambda found: _moved(found, before, after), value) if isinstance(value, str) else value


def moves(value: Any, before: IPv4Network, after: IPv4Network, path: str = "") -> Iterator[Move]:
    """Every setting in `value` that `moved` changes."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from moves(item, before, after, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from moves(item, before, after, f"{path}[{index}]")
    elif isinstance(value, str):
        changed = moved(value, before, after)
        if changed != value:
            yield Move(path, value, changed)


def _moved(found: "re.Match[str]", before: IPv4Network, after: IPv4Network) -> str:
    try:
        address = IPv4Address(found[1])
    except ValueError:
        return found[0]
    if address not in before:
        return found[0]
    return f"{after.network_address + (int(address) - int(before.network_address))}{found[2] or ''}"
