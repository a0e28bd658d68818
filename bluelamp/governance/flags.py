"""Assignments that look safe and are not: not enforced, plans disabled, empty lists, placeholders."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bluelamp.core.resource import Resource

_PRICING: Final = "azure-native:security:Pricing"
_PLACEHOLDER: Final = re.compile(
    r"placeholder|replace[_-]?me|change[_-]?me|<[^>]+>|\$\{|00000000-0000-0000-0000-000000000000|@(example\.|contoso)",
    re.IGNORECASE,
)
"""The placeholders for values in published baselines."""


def flags(
    parameters: Mapping[str, Any],
    *,
    enforced: bool,
    effect: str,
    verified: bool,
    cannot_remediate: bool,
    expired: Sequence[str],
) -> tuple[str, ...]:
    """The points to review in an assignment."""
    found = []
    if not enforced:
        found.append("not enforced")
    if effect.casefold() == "disabled":
        found.append("its effect is Disabled")
    found += [f"{key.removeprefix('enableAscFor')}: the Defender plan is off" for key in _off(parameters)]
    for key, value in parameters.items():
        if "location" in key.casefold() and isinstance(value, (list, tuple)) and not value:
            found.append(f"{key}: the list of regions is empty")
        if any(_PLACEHOLDER.search(text) for text in _texts(value)):
            found.append(f"{key}: a placeholder was left in")
    if cannot_remediate:
        found.append("its identity has no role, so it cannot remediate")
    found += [f"{each} has expired and no longer applies" for each in expired]
    if not verified:
        found.append("its definition was not verified at its source")
    return tuple(found)


def plans_off(resources: Iterable[Resource]) -> tuple[str, ...]:
    """The names of the Defender plans on the free tier."""
    return tuple(
        sorted(
            str(each.properties.get("pricingName", each.name))
            for each in resources
            if each.type == _PRICING and each.properties.get("pricingTier") == "Free"
        )
    )


def _off(parameters: Mapping[str, Any]) -> Iterator[str]:
    for key, value in parameters.items():
        if key.startswith("enableAscFor") and str(value).casefold() == "disabled":
            yield key


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
