"""The results of each run, kept in a DuckDB file, for the scorecard over time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Final

import duckdb

from bluelamp.core.files import check_regular
from bluelamp.workloads.quality.results import Outcome, QualityRun

FILE: Final = "quality.duckdb"
PATIENCE: Final = 10.0
"""Seconds to wait for another process that writes to the file."""
_PAUSE: Final = 0.1
_LOCKED: Final = "set lock on file"
_CONFINED: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "256MB",
}
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
    """One run, and how many checks of each dimension had each outcome."""

    ended: datetime
    counts: dict[str, dict[Outcome, int]]
    """By dimension."""
    assets: dict[str, Outcome]

    @property
    def total(self) -> dict[Outcome, int]:
        """Over all dimensions."""
        return {outcome: sum(each.get(outcome, 0) for each in self.counts.values()) for outcome in Outcome}


class History:
    """The file of past runs. One process at a time writes to it."""

    def __init__(self, file: Path, *, patience: float = PATIENCE) -> None:
        self._file, self._patience = file, patience

    def keep(self, run: QualityRun) -> None:
        """Adds a run, all of it or nothing. Raises `OSError` or `duckdb.Error` where the file cannot be used."""
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
        """The last runs of `subject`, the oldest first; none where there is no file.

        Raises `OSError` or `duckdb.Error` where the file cannot be used.
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

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # DuckDB waits for a FIFO and writes to a device.
        for path in (self._file, self._file.with_name(f"{self._file.name}.wal")):
            with suppress(FileNotFoundError):
                check_regular(path)
        until = monotonic() + self._patience
        while True:
            try:
                connection = duckdb.connect(str(self._file), config=_CONFINED)
            except duckdb.IOException as error:
                if _LOCKED not in str(error) or monotonic() >= until:
                    raise
                sleep(_PAUSE)
            else:
                break
        try:
            yield connection
        finally:
            connection.close()


def _rows(rows: object) -> int | None:
    return sum(rows.values()) if isinstance(rows, dict) else None
