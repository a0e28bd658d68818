"""The formats of strings in records. JSON Schema's `format` is an annotation; these formats are enforced."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME: Final = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
OFFSET: Final = "(Z|[+-][0-9]{2}:[0-9]{2})"
PATTERNS: Final[Mapping[str, str]] = {
    "date": f"^{DATE}$",
    "time": rf"^[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?{OFFSET}$",
    "date-time": rf"^{DATE}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?{OFFSET}$",
    "iso-time": f"^{TIME}{OFFSET}?$",
    "iso-date-time": f"^{DATE}[T ]{TIME}{OFFSET}?$",
}
"""The patterns of dates and times, for validators that ignore `format`. `iso-…` need no offset."""

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+")


def moment(kind: str, text: str) -> date | datetime | time | None:
    """A date or time as a value that is comparable with others of the kind; None for invalid text."""
    if not re.fullmatch(PATTERNS[kind].strip("^$"), text):
        return None
    try:
        if kind == "date":
            return date.fromisoformat(text)
        if kind.endswith("date-time"):
            found = datetime.fromisoformat(text)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        at = time.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return None


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return holds


def _uri(text: str) -> str:
    found = urlsplit(text)
    if not found.scheme or re.search(r"\s", text):
        raise ValueError(text)
    return found.scheme


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    **{kind: lambda text, kind=kind: moment(kind, text) is not None for kind in PATTERNS},  # type: ignore[misc]
    "email": lambda text: bool(_EMAIL.fullmatch(text)),
    "uuid": lambda text: len(text) == 36 and _parses(UUID)(text),
    "ipv4": _parses(ipaddress.IPv4Address),
    "ipv6": _parses(ipaddress.IPv6Address),
    "hostname": lambda text: bool(_HOST.fullmatch(text)),
    "uri": _parses(_uri),
}
"""Whether a string has the format."""
