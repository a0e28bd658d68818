"""SQL of masked views and of open data with small counts suppressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bluelamp.workloads.quality.sql import name as identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SMALLEST: Final = 3
"""The lowest threshold: below it a count of one could be told from its absence."""


@dataclass(frozen=True)
class Counts:
    """Open data: how many cells there are, and how many of their counts are suppressed."""

    cells: int
    suppressed: int


def masked(relation: str, without: Sequence[str]) -> str:
    """The SQL of `relation` without the columns `without`. Raises ValueError where they are none."""
    if not without:
        raise ValueError("a mask leaves out one column at least")
    return f"SELECT * EXCLUDE ({', '.join(map(identifier, without))}) FROM {identifier(relation)}"


def counts(relation: str, by: Sequence[str], minimum: int) -> str:
    """The SQL of the rows of `relation`, counted by the columns `by`; a count below `minimum` is suppressed.

    A suppressed count is NULL, with `suppressed` true. Rows without a value in one of the columns are counted as a cell
    of their own. There are no totals: with them, one suppressed count of a row could be worked out from the others.
    Raises ValueError for no columns, or for a minimum below 3.
    """
    if not by:
        raise ValueError("counts are by one column at least")
    if minimum < SMALLEST:
        raise ValueError(f"minimum is {minimum}; it has to be at least {SMALLEST}")
    columns = ", ".join(map(identifier, by))
    return (
        f"SELECT {columns}, CASE WHEN count(*) >= {minimum} THEN count(*) END AS count, "
        f"count(*) < {minimum} AS suppressed FROM {identifier(relation)} GROUP BY {columns} ORDER BY {columns}"
    )


def open_counts(connection: "DuckDBPyConnection", relation: str, by: Sequence[str], minimum: int, into: str) -> Counts:
    """Makes the table `into` of the counts of a relation, and gives how many were suppressed."""
    connection.execute(f"CREATE OR REPLACE TABLE {identifier(into)} AS {counts(relation, by, minimum)}")
    found = connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE suppressed) FROM {identifier(into)}"
    ).fetchall()
    return Counts(*found[0])
