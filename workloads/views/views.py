"""SQL of masked views and of open data with small counts suppressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bluelamp.workloads.quality.sql import name as identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALLEST: Final = 3
"""The lowest threshold: below it, a suppressed count would reveal that it is one."""


@dataclass(frozen=True)
class Counts:
    """Open data: the number of cells and of suppressed counts."""

    cells: int
    suppressed: int


def masked(relation: str, without: Sequence[str]) -> str:
    """The SQL for `relation` without the columns `without`. Raises ValueError if there are none."""
    if not without:
        raise ValueError("a mask needs at least one column")
    return f"SELECT * EXCLUDE ({', '.join(map(identifier, without))}) FROM {identifier(relation)}"


def counts(relation: str, by: Sequence[str], minimum: int) -> str:
    """The SQL for the rows of `relation`, counted by the columns `by`, with counts below `minimum` suppressed.

    A suppressed count is NULL, with `suppressed` true. Null values form cells of their own. There are no totals, from
    which a single suppressed count could be derived. Raises ValueError without columns, or for a minimum below 3.
    """
    if not by:
        raise ValueError("counts need at least one column")
    if minimum < SMALLEST:
        raise ValueError(f"minimum is {minimum}; it must be at least {SMALLEST}")
    columns = ", ".join(map(identifier, by))
    return (
        f"SELECT {columns}, CASE WHEN count(*) >= {minimum} THEN count(*) END AS count, "
        f"count(*) < {minimum} AS suppressed FROM {identifier(relation)} GROUP BY {columns} ORDER BY {columns}"
    )


def open_counts(connection: "DuckDBPyConnection", relation: str, by: Sequence[str], minimum: int, into: str) -> Counts:
    """Creates the table `into` with the counts of a relation; returns the numbers of cells and suppressed counts."""
    connection.execute(f"CREATE OR REPLACE TABLE {identifier(into)} AS {counts(relation, by, minimum)}")
    found = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE suppressed) FROM {identifier(into)}"
    ).fetchall()
    return Counts(*found[0])
