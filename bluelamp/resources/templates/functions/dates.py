"""The functions of ARM templates for dates. Results that depend on the time of the deployment are unknown."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bluelamp.resources.templates.functions.signature import Function, Unsure, text_of, whole

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.0{1,7})?)?)?(Z|[+-]00:?00)?|"
    r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z"
)
_PARTS: Final = 6
_NOON: Final = 12
_DURATION: Final = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?P<time>T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)
_FORMATS: Final[Mapping[str, str]] = {
    "u": "%Y-%m-%d %H:%M:%SZ",
    "s": "%Y-%m-%dT%H:%M:%S",
    "yyyy-MM-dd": "%Y-%m-%d",
    "yyyy-MM-ddTHH:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "yyyy-MM-ddTHH:mm:ssZ": "%Y-%m-%dT%H:%M:%SZ",
    "yyyy-MM-dd HH:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyyMMdd": "%Y%m%d",
    "yyyy": "%Y",
}
"""The supported formats, in .NET's and in Python's notation."""


def _time(value: Any) -> datetime:
    """A time in UTC, to the second. Raises `Unsure` for any other notation or time zone."""
    found = _TIME.fullmatch(text_of(value))
    if not found:
        return _american(value)
    parts = [int(part) for part in found.groups() if part and part.isdigit()]
    year, month, day, hour, minute, second = (*parts, 0, 0, 0)[:_PARTS]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d):(\d\d) (AM|PM)")
"""The default format of `dateTimeAdd`."""


def _american(value: str) -> datetime:
    found = _AMERICAN.fullmatch(value)
    if not found:
        raise Unsure
    month, day, year, hour, minute, second = (int(found[index]) for index in range(1, 7))
    return datetime(year, month, day, hour % _NOON + _NOON * (found[7] == "PM"), minute, second, tzinfo=UTC)


def _add(base: Any, duration: Any, format_: Any = None) -> str:
    start, found = _time(base), _DURATION.fullmatch(text_of(duration))
    if not found or not any(
        found[name] for name in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
    ):
        raise Unsure
    sign = -1 if found["sign"] else 1
    amount = {name: sign * int(part) for name, part in found.groupdict().items() if part and part.isdigit()}
    months = start.year * 12 + start.month - 1 + amount.pop("years", 0) * 12 + amount.pop("months", 0)
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    result = start.replace(year=year, month=month + 1, day=day) + timedelta(**amount)
    if format_ is not None:
        return result.strftime(_FORMATS[text_of(format_)])
    half = "PM" if result.hour >= _NOON else "AM"
    return f"{result.month}/{result.day}/{result.year} {result.hour % _NOON or _NOON}:{result:%M:%S} {half}"


def _to_epoch(value: Any) -> int:
    return int(_time(value).timestamp())


def _from_epoch(value: Any) -> str:
    return datetime.fromtimestamp(whole(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FUNCTIONS: Final[Mapping[str, Function]] = {
    "datetimeadd": Function(_add, 2, 3),
    "datetimefromepoch": Function(_from_epoch),
    "datetimetoepoch": Function(_to_epoch),
}
"""The functions by their names in lower case."""
