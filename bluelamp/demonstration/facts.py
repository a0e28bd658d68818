"""Facts about the crime data in the demonstration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Facts about the file of a month."""

    month: str
    rows: int
    without_id: int
    without_location: int
    repeated: int
    """Rows without a Crime ID that repeat an earlier row, which may be the same incident or not."""
    outside: int
    """Rows in an area outside the force's."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about the crime data in the published view."""

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
    """The minimum longitude."""
    east: float
    """The maximum longitude."""
