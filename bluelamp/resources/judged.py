"""Which resources of a Pulumi program are judged."""

from typing import Final

from bluelamp.core.asset_type import REGISTERED

_OWN: Final = "pulumi:"
"""The engine's own resource types: stacks and providers. Components are recognised by not being custom."""


def is_judged(type_: str, *, custom: bool) -> bool:
    """Whether resources of `type_` are judged: custom resources, and components that represent data."""
    return type_ in REGISTERED or (custom and not type_.startswith(_OWN))
