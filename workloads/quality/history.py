"""The results of all runs, in a DuckDB file, for the scorecard over time."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.history_file import PATIENCE, opened
from bluelamp.workloads.quality.results import Outcome, QualityRun

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE: Final = "quality.duckdb"
_TABLES: Final = """
CREATE SEQUENCE IF NOT EXISTS run_ids;
CREATE TABLE IF NOT EXISTS runs (
    id BIGINT PRIMARY KEY DEFAULT nextval('run_ids'), subject VARCHAR NOT NULL, ended TIMESTAMP NOT NULL,
    as_of DATE NOT NULL
);
CREATE TABLE IF NOT EXISTS assets (
    run BIGINT NOT NULL, asset VARCHAR NOT NULL, outcome VARCHAR NOT NULL, publishable BOOLEAN NOT NULL,
    row_count BIGINT, quarantined BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS results (
    run BIGINT NOT NULL, asset VARCHAR NOT NULL, check_id VARCHAR NOT NULL, metric VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL, severity VARCHAR NOT NULL, outcome VARCHAR NOT NULL, value VARCHAR,
    row_count BIGINT, percent DOUBLE, reason VARCHAR NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Past:
    """A run, with the number of checks by dimension and outcome."""

    ended: datetime
    counts: dict[str, dict[Outcome, int]]
    """By dimension."""
    assets: dict[str, Outcome]

    @property
    def total(self) -> dict[Outcome, int]:
        """Over all dimensions."""
        return {outcome: sum(each.get(outcome, 0) for each in self.counts.values()) for outcome in Outcome}


class History:
    """The file of past runs. Only one process can write to it at a time."""

    def __init__(self, file: Path, *, patience: float = PATIENCE) -> None:
        self._file, self._patience = file, patience

    def keep(self, run: QualityRun) -> None:
        """Adds a run in a transaction. Raises `OSError` or `duckdb.Error` if the file cannot be used."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as connection:
            connection.execute(_TABLES)
            connection.begin()
            ended = run.ended.astimezone(UTC).replace(tzinfo=None)
            found = connection.execute(
                "INSERT INTO runs (subject, ended, as_of) VALUES (?, ?, ?) RETURNING id",
                [run.subject, ended, run.as_of],
            ).fetchall()
            number = int(found[0][0])
            assets = [
                [number, each.asset, each.outcome.value, each.publishable, _rows(each.rows), each.quarantined]
                for each in run.assets
            ]
            results = [
                [
                    number,
                    each.check.asset,
                    each.check.id,
                    each.check.metric,
                    each.check.dimension,
                    each.check.severity,
                    each.outcome.value,
                    None if each.value is None else json.dumps(each.value),
                    each.rows,
                    each.percent,
                    each.reason,
                ]
                for asset in run.assets
                for each in asset.results
            ]
            if assets:
                connection.executemany("INSERT INTO assets VALUES (?, ?, ?, ?, ?, ?)", assets)
            if results:
                connection.executemany("INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", results)
            connection.commit()

    def past(self, subject: str, *, limit: int = 24) -> tuple[Past, ...]:
        """The last runs of `subject`, oldest first; empty if there is no file.

        Raises `OSError` or `duckdb.Error` if the file cannot be used.
        """
        if not self._file.exists():
            return ()
        with self._opened() as connection:
            connection.execute(_TABLES)
            runs = connection.execute(
                "SELECT id, ended FROM runs WHERE subject = ? ORDER BY id DESC LIMIT ?", [subject, limit]
            ).fetchall()[::-1]
            found = []
            for number, ended in runs:
                counts: dict[str, dict[Outcome, int]] = {}
                rows = connection.execute(
                    "SELECT dimension, outcome, count(*) FROM results WHERE run = ? GROUP BY ALL", [number]
                ).fetchall()
                for dimension, outcome, count in rows:
                    counts.setdefault(dimension, {})[Outcome(outcome)] = count
                assets = connection.execute("SELECT asset, outcome FROM assets WHERE run = ?", [number]).fetchall()
                found.append(
                    Past(ended.replace(tzinfo=UTC), counts, {asset: Outcome(outcome) for asset, outcome in assets})
                )
            return tuple(found)

    def _opened(self) -> "AbstractContextManager[DuckDBPyConnection]":
        return opened(self._file, memory="256MB", patience=self._patience)


def _rows(rows: object) -> int | None:
    return sum(rows.values()) if isinstance(rows, dict) else None
