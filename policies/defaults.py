"""Services' defaults for missing properties, which may depend on the API version of the request.

The defaults that rules rely on are data, in `defaults.yaml`, each with its source.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN_VERSION, Resource
from bluelamp.policies.estate import canonical
from bluelamp.policies.value import UnknownValue, Value

_VERSION: Final = re.compile(r"^azure-native(?:_\w+_|:[^/:]+/)v(\d{4})(\d\d)(\d\d)")
_INDEX: Final = re.compile(r"\[\d+\]")
_UNSET: Final = object()


@dataclass(frozen=True, slots=True)
class Default:
    """The API version since which a default applies, empty for all; `before` is the default of older ones, if known."""

    since: str
    before: Any = _UNSET
    source: str = ""


def assumed(found: Value, default: Any) -> Any:
    """The service's default for `found`, which is missing; `default` is that of current API versions.

    Raises `UnknownValue` if the default for the API version is unknown.
    """
    dated = _dated().get(canonical(found.resource.type))
    known = dated and dated.get(_INDEX.sub("[*]", found.path))
    if not known:
        return default
    version = version_of(found.resource)
    if version == UNKNOWN_VERSION:
        raise UnknownValue(found, "it is not set, and its default depends on the API version, which is not known")
    if not version or version >= known.since:
        return default
    if known.before is _UNSET:
        raise UnknownValue(found, f"it is not set, and its default before API version {known.since} is not known")
    return known.before


def is_since(value: Value, date: str) -> bool:
    """Whether the resource of `value` is declared with the API version of `date` or a later one.

    Raises `UnknownValue` if its API version is unknown.
    """
    version = version_of(value.resource)
    if version == UNKNOWN_VERSION:
        raise UnknownValue(value, f"the setting depends on the API version ({date} or later), which is not known")
    return not version or version >= date


def version_of(resource: Resource) -> str:
    """The date of the API version with which `resource` is declared; empty for the SDK's default version."""
    return resource.api_version or _of_type(resource.type)


@lru_cache(maxsize=4096)
def _of_type(type_: str) -> str:
    found = _VERSION.match(type_)
    return "-".join(found.groups()) if found else ""


@cache
def recorded() -> Mapping[tuple[str, str], Default]:
    """The defaults that rules rely on, by type and property."""
    import yaml

    read = yaml.load(Path(__file__).with_suffix(".yaml").read_bytes(), Loader=yaml.CSafeLoader)
    found = {pair: Default("", source=each["source"]) for each in read["always"] for pair in each["of"].items()}
    for each in read["since"]:
        default = Default(str(each["since"]), each.get("before", _UNSET), each["source"])
        found |= dict.fromkeys(each["of"].items(), default)
    return found


@cache
def _dated() -> Mapping[str, Mapping[str, Default]]:
    """The defaults that depend on the API version, by type and then by property."""
    found: dict[str, dict[str, Default]] = {}
    for (type_, path), known in recorded().items():
        if known.since:
            found.setdefault(type_, {})[path] = known
    return found
