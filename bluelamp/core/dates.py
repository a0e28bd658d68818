"""The current date in the United Kingdom, independent of the machine's time zone.

British Summer Time follows from the law's rule (the Summer Time Order 2002), not from a time zone database: a container
may have none, and `TZ` and `PYTHONTZPATH` can change the one that it has.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

_MARCH: Final = 3
_OCTOBER: Final = 10
_HOUR: Final = timedelta(hours=1)


def today() -> date:
    """Today's date in London."""
    return london_day(datetime.now(UTC))


def london_day(moment: datetime) -> date:
    """The date of `moment` in London.

    Raises ValueError for a moment without a time zone, whose date is ambiguous.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no day in London")
    utc = moment.astimezone(UTC)
    summer = _clocks_change(utc.year, _MARCH) <= utc < _clocks_change(utc.year, _OCTOBER)
    return (utc + _HOUR if summer else utc).date()


def _clocks_change(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
