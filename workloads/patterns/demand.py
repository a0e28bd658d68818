"""Demand by area, type and month, counted in the published single view.

A month without rows in the view is unknown and left out; it does not count as zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import duckdb

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.workloads.quality import sql
from bluelamp.workloads.single_view import open_view

Geography = Literal["lsoa", "h3"]
EVENTS: Final = "crime"
"""The table of events in the view."""
AREAS: Final = "lsoa"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    EVENTS: ("category", "month", "lsoa", "longitude", "latitude"),
    AREAS: ("code", "name", "local_authority", "force"),
}
"""The required tables and attributes of a view."""
RESOLUTION: Final = 7
"""The H3 resolution: cells of about 5 km²."""


@dataclass(frozen=True, slots=True)
class Place:
    """The name of an area, and its district."""

    name: str
    district: str


@dataclass(frozen=True, slots=True)
class Demand:
    """Counts of one geography."""

    geography: Geography
    areas: tuple[str, ...]
    """LSOA codes, or H3 cells."""
    places: Mapping[str, Place]
    types: tuple[str, ...]
    months: tuple[str, ...]
    """The known months, oldest first."""
    counts: Mapping[str, Mapping[str, Sequence[int]]]
    """By type and month: the count of each area, in the order of `areas`."""

    def total(self, month: str, type_: str | None = None) -> int:
        """The count of all areas in a month, of one type or all."""
        return sum(sum(self.counts[each][month]) for each in ([type_] if type_ else self.types))


@dataclass(frozen=True, slots=True)
class Account:
    """The events of the view by use: the parts add up to `events`."""

    events: int
    used: int
    without_location: int
    outside: int
    """Events outside the force's areas."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The demand of a view."""

    account: Account
    lsoa: Demand
    h3: Demand


def count(view: Path, *, force: str | None = None, resolution: int = RESOLUTION) -> Counted:
    """Counts the events of the published view in `view`, in the areas of `force` or in all areas.

    Raises `SettingsError` if there is no view, if it lacks a table, attribute or the force, or if there are no events.
    """
    try:
        with open_view(view) as connection:
            _check(connection, view, force)
            within = "areas.code IS NOT NULL" if force is None else f"areas.force = {sql.text(force)}"
            rows = connection.execute(
                "SELECT category, month, events.lsoa, longitude, latitude, count(*) FROM "
                f"{sql.name(EVENTS)} AS events JOIN {sql.name(AREAS)} AS areas ON events.lsoa = areas.code "
                f"WHERE {within} AND longitude IS NOT NULL AND latitude IS NOT NULL GROUP BY ALL ORDER BY ALL"
            ).fetchall()
            places = {
                str(code): Place(str(name or code), str(district or "not known"))
                for code, name, district in connection.execute(
                    f"SELECT code, name, local_authority FROM {sql.name(AREAS)} AS areas WHERE {within} ORDER BY code"
                ).fetchall()
            }
            account = _account(connection, within)
    except FileNotFoundError:
        raise SettingsError(
            [_problem(view, "holds no published view", next_step="build the single view first")]
        ) from None
    except duckdb.Error as error:
        raise SettingsError([_problem(view, f"cannot be read: {str(error).splitlines()[0]}")]) from None
    if not rows:
        raise SettingsError([_problem(view, "holds no event with a location in the force's areas")])
    return Counted(account, _by_lsoa(rows, places), _by_cell(rows, places, resolution))


def _problem(view: Path, message: str, found: str = "", allowed: str = "", next_step: str = "") -> Problem:
    return Problem(str(view), message=message, found=found, allowed=allowed, next_step=next_step)


def _check(connection: duckdb.DuckDBPyConnection, view: Path, force: str | None) -> None:
    problems = []
    for table, columns in COLUMNS.items():
        found = {
            str(name)
            for (name,) in connection.execute(
                f"SELECT column_name FROM duckdb_columns() WHERE table_name = {sql.text(table)}"
            ).fetchall()
        }
        if missing := [each for each in columns if each not in found]:
            message = f"has no type {table!r}" if not found else f"{table} has no attribute {', '.join(missing)}"
            allowed = f"attributes that are read: {', '.join(columns)}"
            problems.append(
                _problem(view, message, allowed=allowed, next_step="map a source to it and build the view again")
            )
    if problems:
        raise SettingsError(problems)
    if force is not None:
        known = [
            str(name) for (name,) in connection.execute(f"SELECT DISTINCT force FROM {AREAS} ORDER BY 1").fetchall()
        ]
        if force not in known:
            allowed = f"one of the {len(known)} values of {AREAS}.force"
            raise SettingsError(
                [_problem(view, "knows no such force", repr(force), allowed, "give its name as the view does")]
            )


def _account(connection: duckdb.DuckDBPyConnection, within: str) -> Account:
    located = "longitude IS NOT NULL AND latitude IS NOT NULL AND events.lsoa IS NOT NULL"
    [(events, without, used)] = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE NOT ({located})), count(*) FILTER (WHERE {located} AND {within}) "
        f"FROM {sql.name(EVENTS)} AS events LEFT JOIN {sql.name(AREAS)} AS areas ON events.lsoa = areas.code"
    ).fetchall()
    return Account(events, used, without, events - without - used)


Row = tuple[str, str, str, float, float, int]


def _by_lsoa(rows: Sequence[Row], places: Mapping[str, Place]) -> Demand:
    return _demand("lsoa", tuple(places), places, ((area, type_, month, n) for type_, month, area, _, _, n in rows))


def _by_cell(rows: Sequence[Row], places: Mapping[str, Place], resolution: int) -> Demand:
    """Demand by H3 cell, for cells with at least one event in any month, as the publisher's map points are fixed.

    A cell has the name of the LSOA with most of its events.
    """
    from h3 import latlng_to_cell

    cells: dict[tuple[float, float], str] = {}
    counts = []
    names: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for type_, month, area, longitude, latitude, n in rows:
        point = (latitude, longitude)
        cell = cells.get(point) or cells.setdefault(point, latlng_to_cell(latitude, longitude, resolution))
        counts.append((cell, type_, month, n))
        names[cell][area] += n
    called = {cell: places[max(found, key=lambda each: (found[each], each))] for cell, found in sorted(names.items())}
    return _demand("h3", tuple(called), called, counts)


def _demand(
    geography: Geography, areas: tuple[str, ...], places: Mapping[str, Place], rows: Iterable[tuple[str, str, str, int]]
) -> Demand:
    number = {area: index for index, area in enumerate(areas)}
    found: dict[str, dict[str, list[int]]] = {}
    for area, type_, month, n in rows:
        months = found.setdefault(type_, {})
        counts = months.get(month) or months.setdefault(month, [0] * len(areas))
        counts[number[area]] += n
    known = sorted({month for months in found.values() for month in months})
    # In a known month, a type without rows has a count of zero.
    counts_of = {
        type_: {month: months.get(month) or [0] * len(areas) for month in known}
        for type_, months in sorted(found.items())
    }
    return Demand(geography, areas, places, tuple(counts_of), tuple(known), counts_of)
