"""Published views with known demand, for tests of the workloads that use them."""

import random
from collections.abc import Iterable
from math import exp
from pathlib import Path

import duckdb

FORCE = "Testshire"
TYPES = ("Burglary", "Drugs", "Robbery")
Event = tuple[str, str, str | None, float | None, float | None]


def write_view(folder: Path, events: Iterable[Event], areas: Iterable[tuple[str, str, str, str]]) -> Path:
    """A view with the tables that the forecast reads: `category`, `month`, `lsoa` and position of each event."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "single_view.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "CREATE TABLE crime (category VARCHAR, month VARCHAR, lsoa VARCHAR, longitude DOUBLE, latitude DOUBLE)"
        )
        connection.execute("CREATE TABLE lsoa (code VARCHAR, name VARCHAR, local_authority VARCHAR, force VARCHAR)")
        _insert(connection, "crime", list(events))
        _insert(connection, "lsoa", list(areas))
    return folder


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[object, ...]]) -> None:
    import pyarrow

    names = [name for name, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]
    if rows:
        connection.register(
            "incoming", pyarrow.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        )
        connection.execute(f"INSERT INTO {table} SELECT * FROM incoming")
        connection.unregister("incoming")


def areas(count: int) -> list[tuple[str, str, str, str]]:
    return [(f"E0100{n:04d}", f"Place {n:03d}", f"District {n % 3}", FORCE) for n in range(count)]


def place(area: int) -> tuple[float, float]:
    """Longitude and latitude: areas are some kilometres apart, so most have a cell of their own."""
    return -1.5 + area % 10 * 0.05, 53.5 + area // 10 * 0.04


def poisson(chance: random.Random, mean: float) -> int:
    limit, count, product = exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def events(counts: dict[tuple[str, str, int], int]) -> list[Event]:
    """One event for each count, by type, month and area."""
    return [
        (type_, month, f"E0100{area:04d}", *place(area))
        for (type_, month, area), count in counts.items()
        for _ in range(count)
    ]


def drawn(months: Iterable[str], count: int, *, seed: int = 1, mean: float = 1.0) -> dict[tuple[str, str, int], int]:
    """Counts whose rates vary by area, which a gamma-Poisson model describes."""
    chance = random.Random(seed)
    busy = [chance.gammavariate(1.5, 1 / 1.5) for _ in range(count)]
    rates = {
        (type_, area): mean * busy[area] * chance.gammavariate(20, 0.05) for type_ in TYPES for area in range(count)
    }
    return {
        (type_, month, area): poisson(chance, rates[type_, area])
        for type_ in TYPES
        for month in months
        for area in range(count)
    }
