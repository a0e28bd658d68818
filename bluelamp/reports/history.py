"""The findings history in a DuckDB file, and the changes between runs.

A run is compared with earlier runs on the same force, source and selection of rules. The history is optional: if the
file is locked or damaged, the report is still written, with a note.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bluelamp.core.history_file import LOCKED, PATIENCE, opened
from bluelamp.policies import Verdict
from bluelamp.reports.findings import VERDICTS, Report
from bluelamp.reports.trend import Run, Since

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE: Final = "history.duckdb"
RUNS: Final = 50
"""The number of latest runs used for the trend, the ages and flapping."""
_MEMORY: Final = "1GB"
_TABLES: Final = """
CREATE SEQUENCE IF NOT EXISTS run_ids;
CREATE TABLE IF NOT EXISTS runs (
    id BIGINT PRIMARY KEY DEFAULT nextval('run_ids'), force VARCHAR NOT NULL, source VARCHAR NOT NULL,
    filters VARCHAR NOT NULL, ended TIMESTAMP NOT NULL, commit_id VARCHAR NOT NULL, rules_hash VARCHAR NOT NULL,
    input_hash VARCHAR NOT NULL, broken INTEGER NOT NULL, counts JSON NOT NULL
);
CREATE TABLE IF NOT EXISTS findings (
    run BIGINT NOT NULL, rule VARCHAR NOT NULL, urn VARCHAR NOT NULL, verdict VARCHAR NOT NULL,
    severity VARCHAR NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Reports with the changes since the previous run, or the problem if the history could not be used."""

    reports: tuple[Report, ...]
    trouble: str = ""


def remember(reports: Sequence[Report], file: Path, *, patience: float = PATIENCE) -> Remembered:
    """Stores the findings of `reports` in `file`, and returns the reports with the changes since earlier runs.

    `patience` is the number of seconds to wait for another process that has the file open. Raises nothing if the file
    cannot be used: the reports are then unchanged, and `trouble` is the reason.
    """
    import duckdb

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with opened(file, memory=_MEMORY, patience=patience) as connection:
            connection.execute(_TABLES)
            connection.begin()
            compared = tuple(_compared(connection, report) for report in reports)
            connection.commit()
    except (duckdb.Error, OSError) as error:
        problem = f"{file}: {_problem(error)}; changes since the last run are not reported"
        return Remembered(tuple(reports), problem)
    return Remembered(compared)


def _compared(connection: "DuckDBPyConnection", report: Report) -> Report:
    """`report`, now stored, with the changes since earlier runs."""
    subject = [report.force, report.source.value, "; ".join(report.filters)]
    earlier = connection.execute(
        "SELECT id, ended, commit_id, counts, broken FROM runs WHERE force = ? AND source = ? AND filters = ? "
        "ORDER BY id DESC LIMIT ?",
        [*subject, RUNS - 1],
    ).fetchall()[::-1]
    failed: dict[int, set[str]] = {id_: set() for id_, *_ in earlier}
    failing = connection.execute(
        "SELECT run, rule || ' ' || urn FROM findings WHERE verdict = 'fail' AND list_contains(?, run)", [list(failed)]
    )
    for id_, key in failing.fetchall():
        failed[id_].add(key)
    _store(connection, report, subject)
    runs = [
        Run(ended.replace(tzinfo=UTC), commit, _counts(counts), broken) for _, ended, commit, counts, broken in earlier
    ]
    this = Run(report.ended, report.provenance.commit, dict(report.counts), len(report.broken))
    now = {finding.key for finding in report.findings if finding.verdict is Verdict.FAIL}
    return replace(report, since=since(runs, list(failed.values()), this, now))


def since(runs: Sequence[Run], failed: Sequence[set[str]], this: Run, now: set[str]) -> Since:
    """The changes: `failed` has the keys of the failures in each of `runs`, oldest first, `now` those of `this`."""
    before = failed[-1] if failed else now
    history = [*failed, now]
    times = [*(run.time for run in runs), this.time]
    return Since(
        runs[-1] if runs else None,
        tuple(sorted(now - before)),
        tuple(sorted(before - now)),
        tuple(sorted(key for key in now if _spells(key, history) > 1)),
        {key: _failing_from(key, history, times) for key in now},
        (*runs, this),
    )


def _spells(key: str, history: Sequence[set[str]]) -> int:
    """The number of times that the failure has started."""
    failing = [False, *(key in failures for failures in history)]
    return sum(1 for before, after in pairwise(failing) if after and not before)


def _failing_from(key: str, history: Sequence[set[str]], times: Sequence[datetime]) -> datetime:
    first = len(history) - 1
    while first and key in history[first - 1]:
        first -= 1
    return times[first]


def _store(connection: "DuckDBPyConnection", report: Report, subject: list[str]) -> None:
    ended = report.ended.astimezone(UTC).replace(tzinfo=None)
    provenance = report.provenance
    about = [ended, provenance.commit, provenance.rules_hash, provenance.input_hash, len(report.broken)]
    row = connection.execute(
        "INSERT INTO runs (force, source, filters, ended, commit_id, rules_hash, input_hash, broken, counts) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        [*subject, *about, json.dumps(dict(report.counts))],
    ).fetchone()
    columns = [
        [finding.rule.id for finding in report.findings],
        [finding.urn for finding in report.findings],
        [finding.verdict.value for finding in report.findings],
        [finding.rule.severity.value for finding in report.findings],
    ]
    if report.findings and row:
        connection.execute(
            "INSERT INTO findings SELECT ?, unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), "
            "unnest(?::VARCHAR[])",
            [row[0], *columns],
        )


def _counts(text: str) -> Mapping[Verdict, int]:
    counts = json.loads(text)
    return {verdict: int(counts.get(verdict, 0)) for verdict in VERDICTS}


def _problem(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be written: {error.strerror}"
    if LOCKED in str(error):
        return "another process has it open"
    return f"cannot be used ({text[:200]}); move it away to start a new one"
