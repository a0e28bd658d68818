"""What the demonstration says of the crime data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What a month's file holds."""

    month: str
    rows: int
    without_id: int
    without_location: int
    repeated: int
    """Rows without a Crime ID that equal one before them: they may be the same incident or not."""
    outside: int
    """Rows in an area that is not the force's."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the published view says of the crime data."""

    months: tuple[MonthFacts, ...]
    types: int
    areas: int
    areas_outside: int
    points: int
    repeated_ids: int
    """Crime IDs of more than one row."""
    other_without_id: int
    """Rows without a Crime ID that are not anti-social behaviour."""
    by_type: tuple[tuple[str, tuple[int, ...]], ...]
    """Rows of each type of crime, month by month."""
    west: float
    """The least longitude."""
    east: float
    """The greatest longitude."""
